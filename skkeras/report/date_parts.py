"""Columns of dates as the numbers that classic models need."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

PARTS = ("year", "month", "weekday", "hour", "days", "missing")


class DateParts(TransformerMixin, BaseEstimator):
    """Transform dates into year, month, weekday, hour and days gone by.

    Parts that are the same in all training rows are left out, such as the hour of dates
    without a time. A missing date is NaN in each of its parts, and 1 in a column that
    says so, where training rows miss any.

    Attributes
    ----------
    parts_ : list of (str, str)
        Column and part of each column of the matrix.
    n_features_in_ : int
        Number of columns of dates.
    """

    parts_: list[tuple[str, str]]
    n_features_in_: int

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Find the parts that differ.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_columns)
            Of dates.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : DateParts
            The fitted transformer.
        """
        self.n_features_in_ = X.shape[1]
        self.parts_ = [
            (name, part)
            for name in X.columns
            for part, values in _parts(X[name]).items()
            if values.nunique() > 1
        ]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return the parts.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_columns)
            With the columns of fit.

        Returns
        -------
        ndarray of float64 of shape (n_samples, n_parts)
            The days are those since the beginning of 1970.
        """
        check_is_fitted(self)
        parts = {name: _parts(X[name]) for name, _ in self.parts_}
        found = [parts[name][part].to_numpy("float64") for name, part in self.parts_]
        return np.column_stack(found) if found else np.empty((len(X), 0))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return names such as ``signed_year``."""
        return np.array([f"{name}_{part}" for name, part in self.parts_], dtype=object)


def _parts(dates):
    at = dates.dt
    days = (dates - pd.Timestamp(0)) / pd.Timedelta(days=1)
    missing = dates.isna().astype(float)
    values = (at.year, at.month, at.day_of_week, at.hour, days, missing)
    return dict(zip(PARTS, values, strict=True))
