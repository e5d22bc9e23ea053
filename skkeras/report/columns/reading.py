"""What a column holds, and what it can be used as."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from skkeras.report.columns.choices import Choices
from skkeras.report.columns.column import (
    CATEGORY,
    DATE,
    GROUPS,
    LEFT_OUT,
    NUMBER,
    Column,
)
from skkeras.report.columns.dates import read_dates
from skkeras.report.columns.identifiers import (
    is_named_as_identifier,
    numbers_the_rows,
    tells_rows_apart,
)
from skkeras.report.errors import InputError
from skkeras.report.preprocessing import MOST_CATEGORIES
from skkeras.report.text import plural

FREQUENT = 5  # rows that a word needs, for a model to learn anything of it
_NEARLY_ALL = 0.9


class Reading(NamedTuple):
    """A column as it was read: its account, its values, and remarks on it.

    A guess is what was left out for its looks, and not for what the user says or for
    holding nothing to learn from.
    """

    column: Column
    values: pd.Series
    caveats: tuple[str, ...] = ()
    is_guess: bool = False


def read_column(column: pd.Series, choices: Choices) -> Reading:
    """Decide what a column is used as.

    Parameters
    ----------
    column : Series
        Of the file.
    choices : Choices
        What the user says.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        Where it holds no dates although the user says so.
    """
    name = str(column.name)
    if name in choices.drop:
        return _left_out(column, _holds(column), "as --drop says")
    if name == choices.groups:
        use = Column(name, _holds(column), GROUPS, "as --groups says")
        return Reading(use, column)
    if column.isna().all():
        return _left_out(column, "no values", "there is nothing in it")
    if column.nunique(dropna=False) == 1:
        value = column.tolist()[0]
        return _left_out(column, f"{value!r} in all rows", "it tells no rows apart")
    if name in choices.categorical:
        return _category(column, "as --categorical says")
    if name in choices.date:
        return _date_as_said(column)
    is_kept = name in choices.keep or name == choices.time
    if is_numeric_dtype(column.dtype):
        return _number(column, is_kept)
    if is_datetime64_any_dtype(column.dtype):
        return _date(column, column, "", ())
    return _words(column, is_kept)


def _number(column, is_kept):
    name, holds = str(column.name), _holds(column)
    if is_kept:
        return Reading(Column(name, holds, NUMBER), column)
    if numbers_the_rows(column):
        return _guessed(column, holds, f"it numbers the rows; {_how_to_keep(name)}")
    if is_named_as_identifier(name):
        return _identifier(column, holds)
    return Reading(Column(name, holds, NUMBER), column)


def _words(column, is_kept):
    name, holds = str(column.name), _holds(column)
    dates = read_dates(column)
    if dates is not None:
        return _date_of_words(column, dates)
    if is_kept:
        return _category(column, "")
    if is_named_as_identifier(name):
        return _identifier(column, holds)
    almost = _other_than_numbers(column)
    if almost:
        reason = f"numbers but for {almost}; leave such cells empty in the file"
        return _left_out(column, holds, reason)
    if tells_rows_apart(column):
        reason = f"no two rows share a value; {_how_to_keep(name)}"
        return _guessed(column, holds, reason)
    if column.nunique() > MOST_CATEGORIES and _frequent_share(column) < 0.5:
        reason = (
            f"most values have fewer than {FREQUENT} rows, too few to learn from; "
            f"{_how_to_keep(name)}"
        )
        return _guessed(column, holds, reason)
    return _category(column, "")


def _category(column, reason):
    words = column
    if is_numeric_dtype(column.dtype):  # every model is to take them for names
        words = column.map(_as_word, na_action="ignore").astype(object)
    return Reading(Column(str(column.name), _holds(column), CATEGORY, reason), words)


def _as_word(value):
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _date_as_said(column):
    if is_datetime64_any_dtype(column.dtype):
        return _date(column, column, "as --date says", ())
    words = column.map(_as_word, na_action="ignore")
    dates = read_dates(words)
    if dates is None:
        example = next(iter(words.dropna()))
        raise InputError(
            f"--date {column.name!r}: its values are no dates of one format, for "
            f"example {example!r}; write them as 2026-11-26"
        )
    return _date_of_words(column, dates)


def _date_of_words(column, dates):
    caveats = ()
    if dates.other_format is not None:
        caveats = (
            f"The dates of {column.name} were read as {dates.format}, and could be "
            f"{dates.other_format} as well; dates such as 2026-11-26 leave no doubt.",
        )
    return _date(column, dates.values, f"written as {dates.format}", caveats)


def _date(column, values, reason, caveats):
    first, last = values.min(), values.max()
    holds = f"dates from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    holds += _gaps(column)
    return Reading(Column(str(column.name), holds, DATE, reason), values, caveats)


def _identifier(column, holds):
    name = str(column.name)
    rows = column.count() / column.nunique()
    caveats = ()
    if rows >= 1.5:
        caveats = (
            f"{name} looks like the name of a group: {rows:.1f} rows share each value. "
            "Where rows of one group are trained and tested on, models can recognise "
            "the group instead of learning what the others tell (leakage), and scores "
            f"are too high for new groups. --groups {name!r} keeps rows of a group in "
            "one fold.",
        )
    reason = f"an identifier by its name; {_how_to_keep(name)}"
    return Reading(Column(name, holds, LEFT_OUT, reason), column, caveats, True)


def _left_out(column, holds, reason):
    return Reading(Column(str(column.name), holds, LEFT_OUT, reason), column)


def _guessed(column, holds, reason):
    return _left_out(column, holds, reason)._replace(is_guess=True)


def _how_to_keep(name):
    return f"--keep {name!r} uses it"


def _holds(column):
    distinct = column.nunique()
    if is_numeric_dtype(column.dtype):
        if distinct < 2:
            return "numbers" + _gaps(column)
        low, high = column.min(), column.max()
        return f"numbers from {low:g} to {high:g}{_gaps(column)}"
    return f"{plural(distinct, 'different word')}{_gaps(column)}"


def _gaps(column):
    missing = int(column.isna().sum())
    return f", {missing} missing" if missing else ""


def _frequent_share(words):
    """Return the share of rows whose word is frequent."""
    counts = words.value_counts()
    return counts[counts >= FREQUENT].sum() / counts.sum()


def _other_than_numbers(words):
    """Name the words of a column that is of numbers otherwise."""
    distinct = pd.Series(words.dropna().unique(), dtype=object)
    are_numbers = pd.to_numeric(distinct, errors="coerce").notna()
    if are_numbers.mean() < _NEARLY_ALL:
        return ""
    others = distinct[~are_numbers].tolist()
    listed = ", ".join(repr(word) for word in others[:3])
    return listed + (" and others" if len(others) > 3 else "")
