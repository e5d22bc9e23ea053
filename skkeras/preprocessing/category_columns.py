"""The columns of a table that hold categories."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skkeras.preprocessing.categories import Categories
from skkeras.preprocessing.frames import column_at


class CategoryColumns:
    """Encodes few categories as a column for each, many as codes for an embedding.

    Parameters
    ----------
    frame : pandas.DataFrame
        The training rows.
    positions : ndarray of int
        Which columns hold categories.
    fewest : float
        Rows that a category must have not to count as rare.
    max_one_hot : int
        Most categories that get a column for each.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        positions: np.ndarray,
        fewest: float,
        max_one_hot: int,
    ) -> None:
        fitted = {int(i): Categories(column_at(frame, i), fewest) for i in positions}
        varying = {i: column for i, column in fitted.items() if len(column) > 1}
        self.few = {i: c for i, c in varying.items() if len(c) <= max_one_hot}
        self.many = {i: c for i, c in varying.items() if len(c) > max_one_hot}

    @property
    def cardinalities(self) -> list[int]:
        """How many codes each column of codes has, 0 included."""
        return [len(column.words) + 1 for column in self.many.values()]

    def transform(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Encode these columns of a table.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the columns of the training rows.

        Returns
        -------
        dict of str to ndarray of shape (n_samples, n_columns)
            Zeros and ones, and codes.
        """
        empty = np.zeros((len(frame), 0), np.float32)
        one_hot, codes = [empty], [empty]
        for i, column in self.few.items():
            one_hot.append(column.one_hot(column_at(frame, i)))
        for i, column in self.many.items():
            codes.append(column.codes(column_at(frame, i))[:, None])
        return {
            "one_hot": np.concatenate(one_hot, axis=1, dtype=np.float32),
            "codes": np.concatenate(codes, axis=1, dtype=np.float32),
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
        few = self.few.items()
        return {
            "one_hot": [f"{names[i]}_{word}" for i, c in few for word in c.names()],
            "codes": [names[i] for i in self.many],
        }

    def kinds(self) -> dict[int, str]:
        """Return how each column is encoded, by its position.

        Returns
        -------
        dict of int to str
            Without columns that give nothing.
        """
        few = dict.fromkeys(self.few, "category one-hot")
        return few | dict.fromkeys(self.many, "category embedding")
