"""Checks of features that are a dict: one array for each input of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from skkeras.estimators.data.columns import as_numbers, numeric_columns

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


def check_named_inputs(
    estimator: BaseEstimator, X: Mapping[str, ArrayLike], reset: bool
) -> dict[str, np.ndarray]:
    """Validate features given by the names of the model's inputs.

    Parameters
    ----------
    estimator : estimator instance
        Gets, or is checked against, ``n_features_in_`` (columns of all inputs).
    X : mapping of str to array-like of shape (n_samples, n_columns, ...)
        Numeric and finite.
    reset : bool
        Whether to learn the inputs or to check them.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ValueError
        When an array is not numeric or finite, their lengths differ, or the names are
        not those of fit.
    """
    if not X:
        raise ValueError("X is an empty dict: it needs an array for each input.")
    if not reset:
        _check_names(estimator, X)
    checked = {name: _check_input(name, array) for name, array in X.items()}
    check_consistent_length(*checked.values())
    if reset:
        estimator.n_features_in_ = sum(
            int(np.prod(x.shape[1:])) for x in checked.values()
        )
    return checked


def _check_input(name, array):
    with numeric_columns(array):
        return as_numbers(check_array(array, allow_nd=True, input_name=f"X[{name!r}]"))


def check_named_inputs_y(
    estimator: BaseEstimator,
    X: Mapping[str, ArrayLike],
    y: ArrayLike,
    reset: bool,
    y_numeric: bool,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Validate named features and their target together.

    Parameters
    ----------
    estimator : estimator instance
        As in :func:`check_named_inputs`.
    X : mapping of str to array-like of shape (n_samples, n_columns, ...)
        Numeric and finite.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Without NaN.
    reset : bool
        Whether to learn the inputs or to check them.
    y_numeric : bool
        Whether y must be numbers.

    Returns
    -------
    X : dict of str to ndarray
    y : ndarray
    """
    X = check_named_inputs(estimator, X, reset)
    y = check_target(estimator, y, y_numeric)
    check_consistent_length(*X.values(), y)
    return X, y


def check_target(estimator: BaseEstimator, y: ArrayLike, y_numeric: bool) -> np.ndarray:
    """Validate a target as it is validated together with an array of features.

    Parameters
    ----------
    estimator : estimator instance
        Named in the errors.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Without NaN.
    y_numeric : bool
        Whether y must be numbers.

    Returns
    -------
    ndarray
    """
    return validate_data(estimator, y=y, multi_output=True, y_numeric=y_numeric)


def _check_names(estimator, X):
    fitted = estimator.X_shape_
    if not isinstance(fitted, dict):
        raise ValueError(
            f"X is a dict of inputs, but {type(estimator).__name__} was fitted with "
            "one array."
        )
    if X.keys() != fitted.keys():
        raise ValueError(
            f"X has the inputs {sorted(X)}, but {type(estimator).__name__} was fitted "
            f"with {sorted(fitted)}."
        )
