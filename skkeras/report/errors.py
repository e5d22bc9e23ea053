"""What a user gave that cannot be used."""

from difflib import get_close_matches
from textwrap import shorten

LONGEST = 300


class InputError(ValueError):
    """One line for the user: the parameter, its value, and what to do."""


def error_line(error):
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


def did_you_mean(name, choices):
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
