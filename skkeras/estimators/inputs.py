"""Checks of X, y and the weights, before anything is trained."""

import numpy as np
from sklearn.utils.validation import (
    _check_sample_weight,
    check_array,
    validate_data,
)


def check_X(estimator, X, reset=False):
    """Validate the features alone.

    Parameters
    ----------
    estimator : estimator instance
        Gets, or is checked against, ``n_features_in_`` and ``feature_names_in_``.
    X : array-like of shape (n_samples, n_features, ...)
        Numeric and finite.
    reset : bool, default=False
        Whether to learn the features or to check them.

    Returns
    -------
    ndarray
    """
    X = validate_data(estimator, X, reset=reset, allow_nd=True)
    return _check_shape(estimator, X, reset)


def check_X_y(estimator, X, y, reset, y_numeric):
    """Validate the features and the target together.

    Parameters
    ----------
    estimator : estimator instance
        As in :func:`check_X`; with ``reset`` it also learns ``y_dtype_`` and
        ``y_ndim_``.
    X : array-like of shape (n_samples, n_features, ...)
        Numeric and finite.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Without NaN.
    reset : bool
        Whether to learn the shapes or to check them.
    y_numeric : bool
        Whether y must be numbers.

    Returns
    -------
    X, y : ndarray
    """
    X, y = validate_data(
        estimator,
        X,
        y,
        reset=reset,
        allow_nd=True,
        multi_output=True,
        y_numeric=y_numeric,
    )
    X = _check_shape(estimator, X, reset)
    if reset:
        estimator.y_dtype_, estimator.y_ndim_ = y.dtype, y.ndim
    elif y.ndim != estimator.y_ndim_:
        raise ValueError(
            f"y has {y.ndim} dimensions, but {type(estimator).__name__} was fitted "
            f"with a y of {estimator.y_ndim_}."
        )
    return X, y


def _check_shape(estimator, X, reset):
    if reset:
        estimator.X_dtype_, estimator.X_shape_ = X.dtype, X.shape
    elif X.shape[1:] != estimator.X_shape_[1:]:
        raise ValueError(
            f"X has rows of shape {X.shape[1:]}, but {type(estimator).__name__} was "
            f"fitted with rows of shape {estimator.X_shape_[1:]}."
        )
    return X


def check_y(y, y_numeric):
    """Validate a target alone, for scoring.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Without NaN.
    y_numeric : bool
        Whether y must be numbers.

    Returns
    -------
    ndarray
    """
    y = check_array(y, ensure_2d=False, dtype=None, input_name="y")
    return y.astype(np.float64) if y_numeric and y.dtype.kind == "O" else y


def check_weights(X, y, sample_weight):
    """Validate weights of rows, and leave out the rows that weigh nothing.

    Parameters
    ----------
    X, y : ndarray
        Validated.
    sample_weight : array-like of shape (n_samples,), float or None
        A weight for each row.

    Returns
    -------
    X, y : ndarray
        The rows with a weight.
    sample_weight : ndarray of shape (n_samples,) or None
        Their weights.

    Raises
    ------
    ValueError
        When a weight is negative, or all are zero.
    """
    if sample_weight is None:
        return X, y, None
    weights = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
    kept = weights != 0
    return X[kept], y[kept], weights[kept]


def prediction_dtype(X):
    """Float type of predictions: the one X came in, else NumPy's default.

    Parameters
    ----------
    X : array-like
        As it was passed to ``predict``.

    Returns
    -------
    numpy.dtype
        float32 or float64.
    """
    return np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
