"""What stands for a function or class that a file names but does not hold."""

from __future__ import annotations

from typing import Any, NoReturn


class Unloaded:
    """A function or class that ``load`` did not get.

    Parameters
    ----------
    name : str
        Where it was defined.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<not loaded: {self.name}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unloaded) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise an error that tells what to do."""
        short = self.name.rpartition(".")[2]
        raise ValueError(
            f"{self.name} was not loaded with the estimator, which predicts without "
            f"it. To fit again, pass custom_objects={{{short!r}: {short}}} to "
            "skkeras.load, or set the parameter."
        )
