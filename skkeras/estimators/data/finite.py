"""Numbers that are not finite: before training, and after it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import DTypeLike
from sklearn.exceptions import ConvergenceWarning

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


def narrowed(array: np.ndarray, dtype: DTypeLike, name: str) -> np.ndarray:
    """Cast an array of finite numbers to a float type that may be narrower.

    Parameters
    ----------
    array : ndarray
        Finite.
    dtype : str or numpy.dtype
        What to cast to.
    name : str
        What the array is, for the error.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        When a number is too large for the type.
    """
    array, dtype = np.asarray(array), np.dtype(dtype)
    is_narrower = array.dtype.kind == "f" and dtype.itemsize < array.dtype.itemsize
    if not is_narrower:
        return array.astype(dtype, copy=False)
    with np.errstate(over="ignore"):
        cast = array.astype(dtype)
    if np.isinf(cast).any():
        raise ValueError(
            f"Input {name} contains infinity or a value too large for {dtype!r}: "
            "scale it, with StandardScaler, say."
        )
    return cast


def warn_if_not_finite(
    estimator: BaseEstimator, history: dict[str, list[float]], weights: list[Any]
) -> None:
    """Warn once if training ended with a loss or weights that are not finite.

    Parameters
    ----------
    estimator : estimator instance
        Named in the warning.
    history : dict of str to list of float
        Of this training.
    weights : list of keras.Variable or Held
        After it.
    """
    loss = history.get("loss", [0.0])[-1]
    if np.isfinite(loss) and all(np.isfinite(w.numpy()).all() for w in weights):
        return
    warn_of_divergence(estimator, f"loss={loss} and weights")


def warn_of_divergence(estimator: BaseEstimator, what: str) -> None:
    """Warn that a training has diverged.

    Parameters
    ----------
    estimator : estimator instance
        Named in the warning.
    what : str
        What may not be finite.
    """
    warnings.warn(
        f"{type(estimator).__name__} ended its training with {what} "
        "that may not be finite, so its predictions mean nothing. Scale X and y "
        "(StandardScaler), lower the learning rate, or clip gradients "
        "(keras.optimizers.Adam(clipnorm=1.0)).",
        ConvergenceWarning,
        stacklevel=3,
    )


def floatx() -> np.dtype:
    """Return Keras's float type.

    Returns
    -------
    numpy.dtype
    """
    return np.dtype(keras.config.floatx())
