"""The columns of a table that hold dates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skkeras.preprocessing.dates import PARTS, Calendar
from skkeras.preprocessing.frames import column_at
from skkeras.preprocessing.number_columns import sometimes_missing
from skkeras.preprocessing.smooth_clip import center_and_scale, smooth_clip

WAVE_DIGITS = 6
"""Digits of sine and cosine behind the point."""


class DateColumns:
    """Encodes dates by their parts, and says where they are missing.

    Parameters
    ----------
    frame : pandas.DataFrame
        The training rows.
    positions : ndarray of int
        Which columns hold dates.
    clip : float
        As of `SmoothClipScaler`.
    """

    def __init__(self, frame: pd.DataFrame, positions: np.ndarray, clip: float) -> None:
        fitted = {int(i): DateColumn(column_at(frame, i), clip) for i in positions}
        self.columns = {i: c for i, c in fitted.items() if c.varying.any() or c.missing}

    def transform(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Encode these columns of a table.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the columns of the training rows.

        Returns
        -------
        dict of str to ndarray of shape (n_samples, n_columns)
            The parts, 0 where a date is missing; and 1 there.
        """
        empty = np.zeros((len(frame), 0), np.float32)
        encoded, missing = [empty], [empty]
        for i, column in self.columns.items():
            numbers, gaps = column.transform(column_at(frame, i))
            encoded.append(numbers)
            if column.missing:
                missing.append(gaps[:, None])
        return {
            "numbers": np.concatenate(encoded, axis=1),
            "missing": np.concatenate(missing, axis=1, dtype=np.float32),
        }

    def names(self, names: list[str]) -> dict[str, list[str]]:
        """Return names of the columns of :meth:`transform`.

        Parameters
        ----------
        names : list of str
            Of the columns of the table.

        Returns
        -------
        dict of str to list of str
        """
        columns = self.columns.items()
        return {
            "numbers": [f"{names[i]}_{part}" for i, c in columns for part in c.names()],
            "missing": [f"{names[i]}_missing" for i, c in columns if c.missing],
        }

    def kinds(self) -> dict[int, str]:
        """Return how each column is encoded, by its position.

        Returns
        -------
        dict of int to str
            Without columns that give nothing.
        """
        return dict.fromkeys(self.columns, "date")


class DateColumn:
    """Encodes one column of dates.

    Parameters
    ----------
    column : pandas.Series
        Of the training rows.
    clip : float
        As of `SmoothClipScaler`.
    """

    def __init__(self, column: pd.Series, clip: float) -> None:
        self.calendar, self.clip = Calendar(column), clip
        parts = self.calendar.parts(column)
        known = parts[~np.isnan(parts[:, 0])]
        self.missing = bool(sometimes_missing(parts[:, :1])[0])
        # Of a date alone, the time of day is the same everywhere.
        self.varying = (known != known[:1]).any(axis=0)
        self.center, self.scale = center_and_scale(parts[:, :1])

    def transform(self, column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Encode the column.

        Parameters
        ----------
        column : pandas.Series
            Of any rows.

        Returns
        -------
        encoded : ndarray of float32 of shape (n_samples, n_parts)
            0 where a date is missing.
        missing : ndarray of bool of shape (n_samples,)
            Where that is.
        """
        parts = self.calendar.parts(column)
        missing = np.isnan(parts[:, 0])
        days = smooth_clip(parts[:, :1], self.center, self.scale, self.clip)
        angles = 2 * np.pi * parts[:, 1:][:, self.varying[1:]]
        # Rounded, since 6e-17 and -2e-16 are one number to a net, but not to its bins.
        first = int(self.varying[0])
        encoded = np.empty((len(parts), first + 2 * angles.shape[1]))
        encoded[:, :first] = days[:, :first]
        encoded[:, first::2] = np.sin(angles).round(WAVE_DIGITS)
        encoded[:, first + 1 :: 2] = np.cos(angles).round(WAVE_DIGITS)
        encoded[missing] = 0
        return encoded.astype(np.float32), missing

    def names(self) -> list[str]:
        """Return the names of the parts.

        Returns
        -------
        list of str
        """
        cycles = [p for p, v in zip(PARTS[1:], self.varying[1:], strict=True) if v]
        both = [f"{part}_{wave}" for part in cycles for wave in ("sin", "cos")]
        return [PARTS[0], *both] if self.varying[0] else both
