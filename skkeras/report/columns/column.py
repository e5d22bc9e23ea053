"""One column of a table, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER, CATEGORY, DATE = "number", "category", "date"
GROUPS, LEFT_OUT = "groups rows", "left out"


@dataclass(frozen=True)
class Column:
    """How a column was read and used.

    Parameters
    ----------
    name : str
        Its name.
    holds : str
        What it was read as, for a person: ``"numbers"``, ``"5 different words"``.
    use : str
        ``"number"``, ``"category"``, ``"date"``, ``"groups rows"`` or ``"left out"``.
    reason : str, default=""
        Why, where that needs a reason.
    """

    name: str
    holds: str
    use: str
    reason: str = ""

    @property
    def is_feature(self) -> bool:
        """Whether models see it."""
        return self.use in (NUMBER, CATEGORY, DATE)
