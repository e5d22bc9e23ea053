"""The columns of a table that hold booleans."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skkeras.preprocessing.number_columns import sometimes_missing
from skkeras.preprocessing.reading import read_booleans


class BooleanColumns:
    """Encodes booleans as 0 and 1, and says where they are missing.

    Parameters
    ----------
    frame : pandas.DataFrame
        The training rows.
    positions : ndarray of int
        Which columns hold booleans.
    """

    def __init__(self, frame: pd.DataFrame, positions: np.ndarray) -> None:
        booleans = read_booleans(frame, positions)
        varying = (booleans == 0).any(axis=0) & (booleans == 1).any(axis=0)
        missing = sometimes_missing(booleans)
        used = varying | missing
        self.positions = positions[used]
        self.varying, self.missing = varying[used], missing[used]

    def transform(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Encode these columns of a table.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the columns of the training rows.

        Returns
        -------
        dict of str to ndarray of shape (n_samples, n_columns)
            The booleans, 0 where they are missing; and 1 there.
        """
        booleans = read_booleans(frame, self.positions)
        missing = np.isnan(booleans)
        return {
            "booleans": np.where(missing, 0, booleans)[:, self.varying],
            "missing": missing[:, self.missing],
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
        return {
            "booleans": [names[i] for i in self.positions[self.varying]],
            "missing": [f"{names[i]}_missing" for i in self.positions[self.missing]],
        }

    def kinds(self) -> dict[int, str]:
        """Return how each column is encoded, by its position.

        Returns
        -------
        dict of int to str
            Without columns that give nothing.
        """
        return dict.fromkeys(self.positions.tolist(), "boolean")
