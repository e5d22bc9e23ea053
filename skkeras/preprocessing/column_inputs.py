"""Columns of a table to the inputs of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.utils.validation import check_is_fitted


class ColumnInputs(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # pyright: ignore[reportCallIssue, reportGeneralTypeIssues]
    """Transform columns of a table into an array for each input of a Keras model.

    Like :class:`~sklearn.compose.ColumnTransformer`, but the blocks stay apart: each
    goes to the ``keras.Input`` that has its name. Put it before a Keras estimator in a
    pipeline, whose cross-validation then slices the table.

    Parameters
    ----------
    inputs : list of (name, transformer, columns)
        For each input of the model its name, ``"passthrough"`` or a transformer, and
        the columns it takes: names, positions, a mask or a callable such as
        :class:`~sklearn.compose.make_column_selector`.

    Attributes
    ----------
    column_transformer_ : ColumnTransformer
        The fitted transformers.
    n_features_in_ : int
        Number of columns of the table.
    feature_names_in_ : ndarray of str
        Their names, where the table has any.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.preprocessing import OrdinalEncoder, StandardScaler
    >>> from skkeras.preprocessing import ColumnInputs
    >>> people = pd.DataFrame({"age": [20, 30], "town": ["Ghent", "Bruges"]})
    >>> inputs = ColumnInputs([
    ...     ("numbers", StandardScaler(), ["age"]),
    ...     ("town", OrdinalEncoder(), ["town"]),
    ... ])
    >>> inputs.fit_transform(people)
    {'numbers': array([[-1.],
           [ 1.]]), 'town': array([[1.],
           [0.]])}
    """

    column_transformer_: ColumnTransformer
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(self, inputs: Sequence[tuple[str, Any, Any]]) -> None:
        self.inputs = inputs

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Fit the transformers.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,), default=None
            Targets, for transformers that look at them.

        Returns
        -------
        self : ColumnInputs
            The fitted transformer.
        """
        self._fit(X, y)
        return self

    def fit_transform(
        self, X: ArrayLike, y: ArrayLike | None = None
    ) -> dict[str, np.ndarray]:
        """Fit the transformers and transform the table.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The table.
        y : array-like of shape (n_samples,), default=None
            Targets, for transformers that look at them.

        Returns
        -------
        dict of str to ndarray of shape (n_samples, n_columns)
            An array for each input.
        """
        return self._split(self._fit(X, y))

    def transform(self, X: ArrayLike) -> dict[str, np.ndarray]:
        """Transform a table.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            With the columns of fit.

        Returns
        -------
        dict of str to ndarray of shape (n_samples, n_columns)
            An array for each input.
        """
        check_is_fitted(self)
        return self._split(self.column_transformer_.transform(X))

    def _fit(self, X, y):
        columns = ColumnTransformer(self.inputs, sparse_threshold=0)
        self.column_transformer_ = columns.set_output(transform="default")
        transformed = self.column_transformer_.fit_transform(X, y)
        self.n_features_in_ = self.column_transformer_.n_features_in_
        if hasattr(self.column_transformer_, "feature_names_in_"):
            self.feature_names_in_ = self.column_transformer_.feature_names_in_
        return transformed

    def _split(self, transformed):
        places = self.column_transformer_.output_indices_
        return {name: transformed[:, places[name]] for name, *_ in self.inputs}
