"""Dates as the numbers that a model needs of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skkeras.preprocessing.reading import read_dates

PARTS = ("days", "month", "weekday", "day_of_year", "time_of_day")


class Calendar:
    """Reads a column of dates as its clock and calendar show them.

    Parameters
    ----------
    column : pandas.Series
        Of the training rows: where it has a time zone, the dates of later ones are
        converted to it.

    Attributes
    ----------
    zone : str or None
        The time zone.
    """

    def __init__(self, column: pd.Series) -> None:
        _, self.zone = read_dates(column)

    def parts(self, column: pd.Series) -> np.ndarray:
        """Return the parts of dates.

        Parameters
        ----------
        column : pandas.Series
            Of dates.

        Returns
        -------
        ndarray of float64 of shape (n_samples, 5)
            Days since 1970, then shares of a cycle, from 0 to 1: of the month in the
            year, the day in the week, the day in the year, the time in the day. NaN
            where a date is missing.
        """
        times, zone = read_dates(column)
        if (zone is None) != (self.zone is None) and not np.isnat(times).all():
            has, had = ("no", "one") if zone is None else ("a", "none")
            raise ValueError(
                f"Column {column.name!r} has {has} time zone, but had {had} in fit: "
                "convert it with column.dt.tz_localize."
            )
        return date_parts(_local(times, self.zone))


def date_parts(times: np.ndarray) -> np.ndarray:
    """Return days and shares of cycles.

    Parameters
    ----------
    times : ndarray of datetime64[us] of shape (n_samples,)
        NaT where one is missing.

    Returns
    -------
    ndarray of float64 of shape (n_samples, 5)
        As of `Calendar.parts`.
    """
    missing = np.isnat(times)
    date = times.astype("datetime64[D]")
    year, month = date.astype("datetime64[Y]"), date.astype("datetime64[M]")
    time_of_day = (times - date) / np.timedelta64(1, "D")
    day = date.astype(np.int64)
    parts = np.column_stack(
        [
            day + time_of_day,
            (month.astype(np.int64) % 12) / 12,
            (day + 3) % 7 / 7,  # the first day of 1970 was a Thursday
            (date - year.astype("datetime64[D]")).astype(np.int64) / 365.25,
            time_of_day,
        ]
    )
    parts[missing] = np.nan
    return parts


def _local(times, zone):
    if zone is None:
        return times
    local = pd.Series(times).dt.tz_localize("UTC").dt.tz_convert(zone)
    return local.dt.tz_localize(None).to_numpy("datetime64[us]")
