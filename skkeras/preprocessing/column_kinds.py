"""What a column of a table holds: numbers, booleans, dates or categories."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api import types

from skkeras.preprocessing.frames import column_at

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

NUMBER, BOOLEAN, DATE, CATEGORY = "number", "boolean", "date", "category"

# By what pandas infers for columns of objects.
_KINDS = {
    "integer": NUMBER,
    "floating": NUMBER,
    "mixed-integer-float": NUMBER,
    "decimal": NUMBER,
    "timedelta": NUMBER,
    "timedelta64": NUMBER,
    "empty": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "datetime": DATE,
    "datetime64": DATE,
    "period": DATE,
    "time": DATE,
}
_MIXED = ("mixed", "mixed-integer")


def column_kinds(
    frame: pd.DataFrame, categorical_features: ArrayLike | str | None
) -> list[str]:
    """Return what each column holds.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    categorical_features : array-like of {bool, int, str}, "from_dtype" or None
        Which columns are categories.

    Returns
    -------
    list of str
        ``"number"``, ``"boolean"``, ``"date"`` or ``"category"``.

    Raises
    ------
    ValueError
        Where `categorical_features` does not fit the table.
    """
    kinds = [_kind(frame, i, dtype) for i, dtype in enumerate(frame.dtypes)]
    if isinstance(categorical_features, str) and categorical_features == "from_dtype":
        return kinds
    chosen = _mask(frame, categorical_features)
    return [_as_chosen(*pair) for pair in zip(kinds, chosen, strict=True)]


def inferred(column: pd.Series) -> str:
    """Return what a column of objects holds, gaps aside.

    Parameters
    ----------
    column : pandas.Series
        Of any type.

    Returns
    -------
    str
        A word of :func:`pandas.api.types.infer_dtype`.
    """
    return types.infer_dtype(column, skipna=True)


def _kind(frame, position, dtype):
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        return NUMBER
    if isinstance(dtype, pd.CategoricalDtype | pd.IntervalDtype):
        return CATEGORY
    if types.is_bool_dtype(dtype):
        return BOOLEAN
    if types.is_complex_dtype(dtype):
        raise ValueError(
            f"Complex data not supported: column {frame.columns[position]!r}."
        )
    if types.is_numeric_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        return NUMBER
    if types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return DATE
    if not types.is_object_dtype(dtype):
        return CATEGORY
    column = column_at(frame, position)
    word = inferred(column)
    if word in _MIXED and column.dropna().map(_is_number).all():
        return NUMBER
    return _KINDS.get(word, CATEGORY)


def _is_number(value):
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def _as_chosen(kind, is_category):
    """Booleans stay what they are: two categories, either way."""
    if is_category:
        return kind if kind == BOOLEAN else CATEGORY
    return NUMBER if kind == CATEGORY else kind


def _mask(frame, categorical_features):
    """Return for each column whether it was chosen."""
    chosen = np.zeros(frame.shape[1], dtype=bool)
    if categorical_features is None:
        return chosen
    features = np.asarray(categorical_features)
    if features.ndim != 1 or (features.size and not _is_of_one_kind(features)):
        raise ValueError(
            "categorical_features must be 'from_dtype', None, or a list of column "
            f"names, of positions, or of booleans, got {categorical_features!r:.200}."
        )
    if features.size == 0:
        return chosen
    if features.dtype.kind == "b":
        return _whole_mask(features, len(chosen))
    chosen[_positions(features, frame)] = True
    return chosen


def _is_of_one_kind(features):
    if features.dtype.kind == "O":
        return all(isinstance(feature, str) for feature in features)
    return features.dtype.kind in "biuUT"


def _whole_mask(mask, n_features):
    if len(mask) != n_features:
        raise ValueError(
            f"categorical_features has {len(mask)} booleans, but X has {n_features} "
            "columns: give one for each."
        )
    return mask


def _positions(features, frame):
    n_features = frame.shape[1]
    if features.dtype.kind in "iu":
        if features.min() < 0 or features.max() >= n_features:
            raise ValueError(
                f"categorical_features={features.tolist()!r:.200} must be positions "
                f"from 0 to {n_features - 1}, as X has {n_features} columns."
            )
        return features
    if not all(isinstance(name, str) for name in frame.columns):
        raise ValueError(
            f"categorical_features={features.tolist()!r:.200} names columns, but X "
            "has no column names: give positions or booleans."
        )
    positions = frame.columns.get_indexer(features.tolist())
    if (positions < 0).any():
        unknown = features[positions < 0].tolist()
        raise ValueError(
            f"categorical_features names columns that X does not have: "
            f"{unknown!r:.200}. Its columns are {frame.columns.tolist()!r:.200}."
        )
    return positions
