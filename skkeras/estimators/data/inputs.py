"""Checks of X, y and the weights, before anything is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_array, validate_data

from skkeras.estimators.data.columns import as_numbers, numeric_columns
from skkeras.estimators.data.finite import narrowed
from skkeras.estimators.data.named_inputs import (
    check_named_inputs,
    check_named_inputs_y,
)
from skkeras.estimators.data.rows import is_named, shapes
from skkeras.estimators.typing import CheckedFeatures

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def check_X(estimator: BaseEstimator, X: Any, reset: bool = False) -> CheckedFeatures:
    """Validate the features alone.

    Parameters
    ----------
    estimator : estimator instance
        Gets, or is checked against, ``n_features_in_`` and ``feature_names_in_``.
    X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
        Numeric and finite; a dict has an array for each input of the model.
    reset : bool, default=False
        Whether to learn the features or to check them.

    Returns
    -------
    ndarray, CSR matrix or dict of ndarray
    """
    if not reset and _is_as_fitted(estimator, X):
        return X
    if is_named(X):
        X = check_named_inputs(estimator, X, reset)
    else:
        with numeric_columns(X):
            checked = validate_data(
                estimator, X, reset=reset, allow_nd=True, accept_sparse="csr"
            )
            X = _from_objects(X, as_numbers(checked))
    return _check_shape(estimator, X, reset)


def _is_as_fitted(estimator, X):
    """Return whether X is an array that validation would return as it is.

    scikit-learn takes longer to say so than a small net takes to predict for a row.
    """
    return (
        type(X) is np.ndarray
        and X.dtype in _FLOATS
        and X.ndim == 2
        and len(X) > 0
        and X.shape[1:] == estimator.X_shape_[1:]
        and X.shape[1] == estimator.n_features_in_
        and not hasattr(estimator, "feature_names_in_")  # of which X should have them
        and bool(np.isfinite(X).all())
    )


def _from_objects(given, X):
    """Cast an array of objects that are numbers to Keras's float type."""
    is_objects = getattr(getattr(given, "dtype", None), "kind", None) == "O"
    if is_objects and X.dtype.kind == "f":
        return narrowed(X, keras.config.floatx(), "X")
    return X


def check_X_y(
    estimator: BaseEstimator,
    X: Any,
    y: Any,
    reset: bool,
    y_numeric: bool,
) -> tuple[CheckedFeatures, np.ndarray]:
    """Validate the features and the target together.

    Parameters
    ----------
    estimator : estimator instance
        As in :func:`check_X`; with ``reset`` it also learns ``y_dtype_`` and
        ``y_ndim_``.
    X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
        As in :func:`check_X`.
    y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_outputs)
        Without NaN.
    reset : bool
        Whether to learn the shapes or to check them.
    y_numeric : bool
        Whether y must be numbers.

    Returns
    -------
    X : ndarray, CSR matrix or dict of ndarray
    y : ndarray
    """
    y = _dense(y)
    if is_named(X):
        X, y = check_named_inputs_y(estimator, X, y, reset, y_numeric)
    else:
        with numeric_columns(X):
            checked, y = validate_data(
                estimator,
                X,
                y,
                reset=reset,
                allow_nd=True,
                accept_sparse="csr",
                multi_output=True,
                y_numeric=y_numeric,
            )
            X = _from_objects(X, as_numbers(checked))
    X = _check_shape(estimator, X, reset)
    if reset:
        estimator.y_dtype_, estimator.y_ndim_ = y.dtype, y.ndim
    elif y.ndim != estimator.y_ndim_:
        raise ValueError(
            f"y has {y.ndim} dimensions, but {type(estimator).__name__} was fitted "
            f"with a y of {estimator.y_ndim_}."
        )
    return X, y


def _dense(y):
    """Fill in a sparse matrix of indicators, whose columns are outputs of the model."""
    return y.toarray() if sparse.issparse(y) else y


def _check_shape(estimator, X, reset):
    if reset:
        estimator.X_dtype_, estimator.X_shape_ = _dtypes(X), shapes(X)
        return X
    given, fitted = _row_shapes(shapes(X)), _row_shapes(estimator.X_shape_)
    if given != fitted:
        raise ValueError(
            f"X has rows of shape {given}, but {type(estimator).__name__} was "
            f"fitted with rows of shape {fitted}."
        )
    return X


def _dtypes(X):
    return {n: x.dtype for n, x in X.items()} if is_named(X) else X.dtype


def _row_shapes(shape):
    if isinstance(shape, dict):
        return {name: one[1:] for name, one in shape.items()}
    return shape[1:]


def check_y(y: Any, y_numeric: bool) -> np.ndarray:
    """Validate a target alone, for scoring.

    Parameters
    ----------
    y : {array-like, sparse matrix} of shape (n_samples,) or (n_samples, n_outputs)
        Without NaN.
    y_numeric : bool
        Whether y must be numbers.

    Returns
    -------
    ndarray
    """
    y = check_array(_dense(y), ensure_2d=False, dtype=None, input_name="y")
    return y.astype(np.float64) if y_numeric and y.dtype.kind == "O" else y


def prediction_dtype(X: CheckedFeatures) -> np.dtype:
    """Return the float type of predictions: that of X, else NumPy's default.

    Parameters
    ----------
    X : ndarray, CSR matrix or dict of ndarray
        As it was passed to ``predict``.

    Returns
    -------
    numpy.dtype
        float32 or float64.
    """
    dtypes = _dtypes(X)
    given = set(dtypes.values()) if isinstance(dtypes, dict) else {dtypes}
    return np.dtype(np.float32 if given == {np.dtype(np.float32)} else np.float64)
