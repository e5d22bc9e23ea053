"""Dates that are written as words."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import pandas as pd
from pandas.tseries.api import guess_datetime_format

_ISO = "ISO8601"
_TRIED = 50  # different words that are asked for their format
_MONTHS = ("%m", "%b", "%B")


@dataclass(frozen=True, eq=False)
class Dates:
    """A column of words, read as dates.

    Parameters
    ----------
    values : Series of datetime64
        In UTC where the words name zones; NaT where one is missing.
    format : str
        In which they are written, as of ``strptime``, or ``"ISO8601"``.
    other_format : str or None
        Another one in which they could be, which gives other dates.
    """

    values: pd.Series
    format: str
    other_format: str | None = None


def read_dates(words: pd.Series) -> Dates | None:
    """Read words as dates, where every one of them is a date of the same format.

    Parameters
    ----------
    words : Series
        With at least one value.

    Returns
    -------
    Dates or None
        None where they are none: a date has a year of four digits and a month.
    """
    places, distinct = pd.factorize(words)
    distinct = pd.Series(distinct, dtype=object)
    if not all(isinstance(word, str) for word in distinct):
        return None
    readings = {
        written: parsed
        for written in _formats(distinct[:_TRIED])
        if (parsed := _parsed(distinct, written)) is not None
    }
    if not readings:
        return None
    (written, dates), *others = readings.items()
    other = next((f for f, parsed in others if not parsed.equals(dates)), None)
    # Appended, -1 takes it: a missing word.
    values = pd.concat([dates, pd.Series([pd.NaT], dtype=dates.dtype)])
    found = pd.Series(values.to_numpy()[places], words.index, name=words.name)
    return Dates(found, written, other)


def _formats(words):
    """Return the formats that any of the words could have, likelier ones first."""
    found: dict[str, None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of days first, which both are tried
        for day_first in (False, True):
            for word in words:
                guess = guess_datetime_format(word, dayfirst=day_first)
                if guess and "%Y" in guess and any(m in guess for m in _MONTHS):
                    found[_ISO if guess.startswith("%Y-%m") else guess] = None
    return found


def _parsed(words, written):
    has_zone = words.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$").any()
    try:
        dates = pd.to_datetime(words, format=written, utc=bool(has_zone))
    except ValueError:
        return None
    return dates.dt.tz_localize(None) if has_zone else dates
