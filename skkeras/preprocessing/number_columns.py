"""The columns of a table that hold numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from skkeras.preprocessing.reading import read_numbers
from skkeras.preprocessing.smooth_clip import center_and_scale, smooth_clip

_NUMBERS_AT_ONCE = 1_000_000


class NumberColumns:
    """Scales numbers, puts the median for missing ones, and says where these are.

    Parameters
    ----------
    frame : pandas.DataFrame
        The training rows.
    positions : ndarray of int
        Which columns hold numbers.
    clip : float
        As of `SmoothClipScaler`.
    """

    def __init__(self, frame: pd.DataFrame, positions: np.ndarray, clip: float) -> None:
        self.clip = clip
        scaling = [np.zeros((2, 0))]
        missing = [np.zeros(0, dtype=bool)]
        for chunk in _chunks(frame, positions):
            numbers = read_numbers(frame, positions[chunk])
            scaling.append(np.stack(center_and_scale(numbers)))
            missing.append(sometimes_missing(numbers))
        center, scale = np.concatenate(scaling, axis=1)
        varying, missing = np.isfinite(scale), np.concatenate(missing)
        used = varying | missing
        self.positions = positions[used]
        self.varying, self.missing = varying[used], missing[used]
        self.center, self.scale = center[used], scale[used]

    def transform(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Encode these columns of a table.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the columns of the training rows.

        Returns
        -------
        dict of str to ndarray of shape (n_samples, n_columns)
            The numbers, and 1 where they are missing.
        """
        encoded = np.empty((len(frame), self.varying.sum()), np.float32)
        missing = np.empty((len(frame), self.missing.sum()), np.float32)
        for chunk in _chunks(frame, self.positions):
            numbers = read_numbers(frame, self.positions[chunk])
            varying, gappy = self.varying[chunk], self.missing[chunk]
            scaling = self.center[chunk][varying], self.scale[chunk][varying]
            missing[:, _span(self.missing, chunk)] = np.isnan(numbers[:, gappy])
            scaled = smooth_clip(numbers[:, varying], *scaling, self.clip)
            scaled[np.isnan(scaled)] = 0
            encoded[:, _span(self.varying, chunk)] = scaled
        return {"numbers": encoded, "missing": missing}

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
        return {
            "numbers": [names[i] for i in self.positions[self.varying]],
            "missing": [f"{names[i]}_missing" for i in self.positions[self.missing]],
        }

    def kinds(self) -> dict[int, str]:
        """Return how each column is encoded, by its position.

        Returns
        -------
        dict of int to str
            Without columns that give nothing.
        """
        return dict.fromkeys(self.positions.tolist(), "number")


def sometimes_missing(numbers: np.ndarray) -> np.ndarray:
    """Return which columns have both numbers and gaps.

    Parameters
    ----------
    numbers : ndarray of float of shape (n_samples, n_columns)
        NaN where one is missing.

    Returns
    -------
    ndarray of bool of shape (n_columns,)
    """
    missing = np.isnan(numbers)
    return np.logical_xor(missing.any(axis=0), missing.all(axis=0))


def _chunks(frame, positions) -> Iterator[slice]:
    """Cut columns so that those in float64 take little beside the table itself."""
    n_columns = max(1, _NUMBERS_AT_ONCE // len(frame))
    for start in range(0, len(positions), n_columns):
        yield slice(start, min(start + n_columns, len(positions)))


def _span(mask, chunk):
    """Return where the columns of a chunk lie among those of a mask."""
    start = mask[: chunk.start].sum()
    return slice(start, start + mask[chunk].sum())
