"""Columns that tell rows apart instead of describing them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

_WORDS = frozenset({"id", "ids", "uuid", "guid", "identifier"})
_BREAK = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
FEWEST_ROWS = 20  # in fewer, values that all differ are nothing special


def is_named_as_identifier(name: str) -> bool:
    """Return whether a column's name says that it holds identifiers.

    Parameters
    ----------
    name : str
        Of the column.

    Returns
    -------
    bool
        Whether its last word is ``id`` or the like.

    Examples
    --------
    >>> [is_named_as_identifier(name) for name in ("PassengerId", "row_ID", "paid")]
    [True, True, False]
    """
    words = [word for word in _BREAK.split(name) if word]
    return bool(words) and words[-1].lower() in _WORDS


def numbers_the_rows(column: pd.Series) -> bool:
    """Return whether a column holds each of consecutive whole numbers once.

    Parameters
    ----------
    column : Series
        Of any type.

    Returns
    -------
    bool
        In any order; False for few rows.
    """
    if len(column) < FEWEST_ROWS or not is_integer_dtype(column.dtype):
        return False
    if column.isna().any():
        return False
    values = np.sort(column.to_numpy())
    return bool((np.diff(values) == 1).all())


def tells_rows_apart(words: pd.Series) -> bool:
    """Return whether no two rows have the same word.

    Parameters
    ----------
    words : Series
        Of words; missing ones aside.

    Returns
    -------
    bool
        False for few rows.
    """
    known = words.dropna()
    return len(known) >= FEWEST_ROWS and known.is_unique
