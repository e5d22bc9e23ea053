"""Columns of a table that are not numbers, and what to do with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse


@contextmanager
def numeric_columns(X: Any) -> Iterator[None]:
    """Extend errors inside the block by the columns that are not numbers.

    Parameters
    ----------
    X : array-like or data frame
        Validated inside the block.

    Raises
    ------
    ValueError, TypeError
        The error of the block, with the columns' names where it has no word of them;
        before it for dates and times, which NumPy would take for numbers.
    """
    if times := _times(X):
        raise ValueError(
            f"X has columns of dates or times: {_listed(times)}. Turn them into "
            "numbers first: parts such as X[name].dt.month, the days since a date, or "
            "skrub's TableVectorizer in front of the estimator."
        )
    try:
        yield
    except (TypeError, ValueError) as error:
        found = [c for c in _columns(X) if not _is_numeric(X[c[0]])]
        if not found:
            raise
        names = [name for name, _ in found]
        raise type(error)(
            f"{error}. X has columns that are not numbers: {_listed(found)}. Encode "
            "them in front of the estimator: "
            f"ColumnTransformer([('categories', OneHotEncoder(), {names!r})], "
            "remainder='passthrough'), or skrub's TableVectorizer."
        ) from error


def as_numbers(
    X: np.ndarray | sparse.csr_array | sparse.csr_matrix,
) -> np.ndarray | sparse.csr_array | sparse.csr_matrix:
    """Convert an array of objects to numbers: categories of a data frame arrive so.

    Parameters
    ----------
    X : ndarray or CSR matrix
        Validated.

    Returns
    -------
    ndarray or CSR matrix
        Not of objects.
    """
    return X.astype(np.float64) if X.dtype.kind == "O" else X


def _columns(X):
    """Return (name, type) of each column of a data frame, nothing of an array."""
    names, dtypes = getattr(X, "columns", None), getattr(X, "dtypes", None)
    if names is None or dtypes is None:
        return []
    return list(zip(names, dtypes, strict=True))


def _times(X):
    dtype = getattr(X, "dtype", None)
    if getattr(dtype, "kind", "") in ("m", "M"):
        return [("X", dtype)]
    return [(name, dtype) for name, dtype in _columns(X) if _is_time(dtype)]


def _is_time(dtype):
    # By name: pandas, its Arrow types and Polars have no class in common.
    kinds = ("date", "time", "period", "duration")
    return str(dtype).lower().startswith(kinds)


def _is_numeric(column):
    try:
        np.asarray(column).astype(float)
    except (TypeError, ValueError):
        return False
    return True


def _listed(columns):
    shown = ", ".join(f"{name!r} ({dtype})" for name, dtype in columns[:5])
    return shown + (f" and {len(columns) - 5} more" if len(columns) > 5 else "")
