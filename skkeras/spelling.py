"""The valid name that a wrong one was probably meant to be; names as Keras has them."""

import re
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


def snake_case(name: str) -> str:
    """Make the name that Keras gives to what is of a class, from the name of the class.

    Parameters
    ----------
    name : str
        In capitals and small letters.

    Returns
    -------
    str
        Words apart by underscores.

    Examples
    --------
    >>> snake_case("BatchNormalization"), snake_case("AUC"), snake_case("Conv2D")
    ('batch_normalization', 'auc', 'conv2d')
    """
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
