"""What to do where Keras's backend is not installed."""

from __future__ import annotations

from importlib.util import find_spec

BACKENDS = ("tensorflow", "jax", "torch")


class MissingBackend(ModuleNotFoundError):
    """Keras is to run on a library that is not installed.

    Parameters
    ----------
    name : {"tensorflow", "jax", "torch"}
        The library.

    Examples
    --------
    >>> from skkeras.missing_backend import MissingBackend
    >>> MissingBackend("jax").name
    'jax'
    """

    def __init__(self, name: str) -> None:
        super().__init__(_advice(name), name=name)


def _advice(name):
    others = [b for b in BACKENDS if b != name and find_spec(b) is not None]
    advice = (
        f"Keras is to run on {name}, which is not installed. The environment variable "
        "KERAS_BACKEND chooses, then Keras's file keras.json; without them it is "
        f"tensorflow. Install it (pip install {name})"
    )
    if not others:
        return f"{advice}, or another: pip install 'skkeras[jax]'."
    choices = " or ".join(f"KERAS_BACKEND={other}" for other in others)
    return f"{advice}, or set {choices}, which is installed, and start Python anew."
