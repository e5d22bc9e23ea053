"""What a user gave that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """One line for the user: the parameter, its value, and what to do."""


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Suggest the nearest valid name.

    Parameters
    ----------
    name : str
        What was given.
    choices : iterable of str
        What would have been valid.

    Returns
    -------
    str
        ``"; did you mean 'x'?"``, or empty where nothing is near.
    """
    by_folded = {choice.casefold().strip(): choice for choice in choices}
    near = get_close_matches(name.casefold().strip(), by_folded, n=1)
    return f"; did you mean {by_folded[near[0]]!r}?" if near else ""
