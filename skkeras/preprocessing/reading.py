"""Columns of a table as arrays: numbers, booleans, dates, categories."""

from __future__ import annotations

from datetime import datetime
from numbers import Integral, Real

import numpy as np
import pandas as pd
from pandas.api import types
from sklearn.utils import check_array

from skkeras.preprocessing.column_kinds import inferred
from skkeras.preprocessing.frames import column_at
from skkeras.preprocessing.smooth_clip import sum_without_bounds

_DAY = datetime(1970, 1, 1)
# Rows of which each value is read by itself, and columns that are: sooner than pandas
# begins with all of them.
_FEW_ROWS, _FEW_COLUMNS = 16, 32


def read_numbers(frame: pd.DataFrame, positions: np.ndarray) -> np.ndarray:
    """Return columns of numbers.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    positions : ndarray of int of shape (n_columns,)
        Which of its columns.

    Returns
    -------
    ndarray of float64 of shape (n_samples, n_columns)
        NaN where a number is missing; of timedeltas their seconds.

    Raises
    ------
    ValueError
        Where a column holds something else, or infinity.
    """
    if not len(positions):
        return np.empty((len(frame), 0))
    is_short = len(frame) <= _FEW_ROWS and len(positions) <= _FEW_COLUMNS
    if is_short and len(positions) < frame.shape[1]:
        numbers = _column_by_column(frame, positions)
    else:
        numbers = _plain_ones_together(frame, positions)
    if np.isinf(numbers).any():
        with sum_without_bounds():  # it raises scikit-learn's error
            check_array(numbers, ensure_all_finite="allow-nan", input_name="X")
    return numbers


def _column_by_column(frame, positions):
    numbers = np.empty((len(frame), len(positions)))
    for at, position in enumerate(positions):
        column = column_at(frame, position)
        is_plain = _is_plain(column.dtype)
        numbers[:, at] = column.to_numpy() if is_plain else _numbers(column)
    return numbers


def _plain_ones_together(frame, positions):
    dtypes = frame.dtypes.to_numpy()
    plain = np.array([_is_plain(dtypes[i]) for i in positions])
    if plain.all():
        are_all = len(positions) == frame.shape[1]
        chosen = frame if are_all else frame.iloc[:, positions]
        return chosen.to_numpy(np.float64)
    numbers = np.empty((len(frame), len(positions)))
    if plain.any():
        chosen = frame.iloc[:, positions[plain]]
        numbers[:, plain] = chosen.to_numpy(np.float64)
    for i in np.flatnonzero(~plain):
        numbers[:, i] = _numbers(column_at(frame, positions[i]))
    return numbers


def _is_plain(dtype):
    return isinstance(dtype, np.dtype) and dtype.kind in "biuf"


def read_booleans(frame: pd.DataFrame, positions: np.ndarray) -> np.ndarray:
    """Return columns of booleans.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    positions : ndarray of int of shape (n_columns,)
        Which of its columns.

    Returns
    -------
    ndarray of float64 of shape (n_samples, n_columns)
        0, 1, or NaN where it is missing.

    Raises
    ------
    ValueError
        Where a column holds something else.
    """
    numbers = read_numbers(frame, positions)
    wrong = ~(np.isnan(numbers) | (numbers == 0) | (numbers == 1))
    if wrong.any():
        row, i = np.argwhere(wrong)[0]
        raise ValueError(
            f"Column {frame.columns[positions[i]]!r} was of booleans in fit, but now "
            f"holds {numbers[row, i]:g}."
        )
    return numbers


def read_dates(column: pd.Series) -> tuple[np.ndarray, str | None]:
    """Return a column of dates.

    Parameters
    ----------
    column : pandas.Series
        Of dates, times with or without a time zone, periods, or times of day, which
        are those of the first day of 1970.

    Returns
    -------
    times : ndarray of datetime64[us] of shape (n_samples,)
        In UTC where they have a zone; NaT where one is missing.
    zone : str or None
        The time zone.

    Raises
    ------
    ValueError
        Where it holds something else.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return column.to_numpy("datetime64[us]"), None
    if column.isna().all():
        return np.full(len(column), np.datetime64("NaT", "us")), None
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    elif not types.is_datetime64_any_dtype(column.dtype):
        column = _dates_of_objects(column)
    zone = column.dt.tz
    if zone is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column.to_numpy("datetime64[us]"), None if zone is None else _name(zone)


def read_words(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return a column of categories as words.

    Parameters
    ----------
    column : pandas.Series
        Of anything hashable; whole numbers are written alike, whatever their type.

    Returns
    -------
    places : ndarray of int of shape (n_samples,)
        Place of each row's word among `words`; -1 where it is missing.
    words : list of str
        Those of the column; one may occur twice.

    Raises
    ------
    ValueError
        Where it holds what is no category, such as lists.
    """
    dtype, is_short = column.dtype, len(column) <= _FEW_ROWS
    if is_short and (types.is_object_dtype(dtype) or isinstance(dtype, pd.StringDtype)):
        return _few_words(column)
    if isinstance(dtype, pd.CategoricalDtype):
        places = column.array.codes.astype(np.intp)
        values = column.array.categories
        if is_short:  # of many categories, those that occur
            values = values.take(places[places >= 0])
            places = np.where(places < 0, -1, np.cumsum(places >= 0) - 1)
    elif types.is_object_dtype(column.dtype):
        places, values = _factorize(_written(column))
    else:
        places, values = _factorize(column)
    return places, [_word(value) for value in values]


def _few_words(column):
    """Return the words of few rows, in a tenth of the time that pandas takes."""
    values = column.array
    missing = pd.isna(values)
    try:
        words = [_word(v) for v, gap in zip(values, missing, strict=True) if not gap]
    except TypeError as error:
        raise _no_category(column, error) from error
    return np.where(missing, -1, np.cumsum(~missing) - 1), words


def _factorize(column):
    values = column.array
    # pandas before 3 takes this kind of array for none.
    if type(values) is pd.arrays.NumpyExtensionArray:
        values = values.to_numpy()
    return pd.factorize(values)


def _numbers(column):
    if types.is_bool_dtype(column.dtype) or types.is_numeric_dtype(column.dtype):
        return column.to_numpy(np.float64, na_value=np.nan)
    if types.is_object_dtype(column.dtype) and inferred(column).startswith("timedelta"):
        column = pd.to_timedelta(column)
    if types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds().to_numpy()
    missing = column.isna().to_numpy()
    numbers = np.full(len(column), np.nan)
    try:
        numbers[~missing] = column.to_numpy(object)[~missing].astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Column {column.name!r} is read as numbers, but holds others: {error}. "
            "Clean it, or name it in categorical_features before fit."
        ) from error
    return numbers


def _name(zone):
    try:
        return str(pd.Timestamp(0, tz=str(zone)).tz)
    except KeyError:  # read from a file, by dateutil
        return "UTC"


def _dates_of_objects(column):
    if column.dtype == object and inferred(column) == "time":
        day = column.map(_on_first_day, na_action="ignore")
        return pd.to_datetime(day)
    if column.dtype == object and inferred(column) in (
        "date",
        "datetime",
        "datetime64",
    ):
        try:
            return pd.to_datetime(column)
        except ValueError:  # of several time zones
            return pd.to_datetime(column, utc=True)
    raise ValueError(
        f"Column {column.name!r} was of dates in fit, but now holds {column.dtype}. "
        "Convert it: pandas.to_datetime(column)."
    )


def _on_first_day(value):
    return datetime.combine(_DAY, value.replace(tzinfo=None))


def _written(column):
    try:
        return column.map(_word, na_action="ignore")
    except TypeError as error:
        raise _no_category(column, error) from error


def _no_category(column, error):
    return ValueError(
        f"Column {column.name!r} holds what is neither number nor word: {error}. "
        "Turn it into columns of such first, or drop it."
    )


def _word(value):
    if isinstance(value, str):
        return str(value)
    hash(value)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real) and float(value).is_integer():
        return str(int(value))
    return str(value)
