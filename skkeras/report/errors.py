"""What a user gave that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten

from skkeras.spelling import closest

LONGEST = 300


class InputError(ValueError):
    """One line for the user: the parameter, its value, and what to do."""


def error_line(error: BaseException) -> str:
    r"""Write an exception as one line of a report.

    Parameters
    ----------
    error : Exception
        Raised by a model or a plot.

    Returns
    -------
    str
        Its type and its message, cut to `LONGEST` characters between words.

    Examples
    --------
    >>> error_line(ValueError("no such\ncolumn"))
    'ValueError: no such column'
    """
    return shorten(f"{type(error).__name__}: {error}", LONGEST)


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
    near = closest(name, choices)
    return "" if near is None else f"; did you mean {near!r}?"
