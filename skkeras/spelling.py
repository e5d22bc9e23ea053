"""The valid name that a wrong one was probably meant to be."""

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, names: Iterable[str]) -> str | None:
    """Find the valid name most like a wrong one, whatever the case.

    Parameters
    ----------
    name : str
        The name that is not valid.
    names : iterable of str
        The valid names.

    Returns
    -------
    str or None
        None when nothing is alike.

    Examples
    --------
    >>> closest("Adma", ["adam", "sgd"])
    'adam'
    """
    by_folded = defaultdict(list)
    for valid in sorted(names):
        by_folded[valid.casefold().strip()].append(valid)
    found = get_close_matches(name.casefold().strip(), by_folded, n=1)
    if not found:
        return None
    # Of names that differ in case alone, the one in the case of the wrong one.
    return get_close_matches(name, by_folded[found[0]], n=1, cutoff=0)[0]


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the valid name most like a wrong one, as a sentence.

    Parameters
    ----------
    name : str
        The name that is not valid.
    names : iterable of str
        The valid names.

    Returns
    -------
    str
        ``" Did you mean 'adam'?"``, or ``""`` when nothing is alike.

    Examples
    --------
    >>> nearest("adma", ["adam", "sgd"])
    " Did you mean 'adam'?"
    """
    match = closest(name, names)
    return "" if match is None else f" Did you mean {match!r}?"
