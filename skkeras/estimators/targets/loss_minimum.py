"""Losses that do not lead predictions to the targets that they are given."""

from __future__ import annotations

import warnings
from typing import Any

import keras
import numpy as np

from skkeras.heads import SPARSE_CROSSENTROPIES, loss_name, regression_head

_MOST_TARGETS = 64
_AWAY = np.linspace(-2, 2, 41)  # from a target, in ranges of all
_LEAST_REACH = 0.1  # in sizes of the largest, where they hardly differ
_UNITS = 100  # of rounding


def warn_of_loss(loss: Any, y: np.ndarray) -> None:
    """Warn where a loss of Keras is not smallest at the targets themselves.

    It is tried: for some of the targets, the loss of the target as prediction is
    compared with that of others which the model's last layer can give. So a Poisson
    loss is found out where targets are negative, and a loss of classes where there are
    none.

    Parameters
    ----------
    loss : str, keras.losses.Loss or callable
        What training minimises. One of the user's own is not tried.
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Targets in their unit.
    """
    name = loss_name(loss)
    if name is None or name in SPARSE_CROSSENTROPIES or not len(y):
        return
    targets = _spread(np.asarray(y, dtype=np.float64).reshape(len(y), -1))
    predictions = _predictions(targets, regression_head(targets.shape[1], loss)[1])
    losses = _losses(loss, targets, predictions)
    if losses is None:
        return
    found = _as_good_as_the_target(targets[:, 0], predictions, losses)
    if not found:
        return
    (target, prediction), *_ = found
    warnings.warn(
        f"loss={name!r} does not lead to these targets: for {len(found)} of "
        f"{len(targets)} that were tried, predicting the target itself has not the "
        f"smallest loss, or cannot be. For {target:.4g}, a prediction of "
        f"{prediction:.4g} is as good.",
        UserWarning,
        stacklevel=2,
    )


def _spread(targets):
    """Return some distinct rows, the smallest and the largest among them."""
    distinct = np.unique(targets, axis=0)
    numbers = np.linspace(0, len(distinct) - 1, min(_MOST_TARGETS, len(distinct)))
    return distinct[numbers.astype(int)]


def _predictions(targets, activation):
    """Return predictions of each row's first target, itself in the middle."""
    reach = max(np.ptp(targets), _LEAST_REACH * np.abs(targets).max()) or 1.0
    away = targets[:, :1] + reach * _AWAY
    return np.maximum(away, 0) if activation == "softplus" else away


def _losses(loss, targets, predictions):
    """Return the loss of each prediction; None where it is not of rows alone."""
    of_targets = np.repeat(targets, predictions.shape[1], axis=0)
    predicted = of_targets.copy()
    predicted[:, 0] = predictions.ravel()
    found = keras.losses.get(loss() if isinstance(loss, type) else loss)
    function = found.call if isinstance(found, keras.Loss) else found
    values = function(*map(keras.ops.convert_to_tensor, (of_targets, predicted)))
    values = keras.ops.convert_to_numpy(values)
    of_rows = values.shape == of_targets.shape[:1]
    return values.reshape(predictions.shape) if of_rows else None


def _as_good_as_the_target(targets, predictions, losses):
    """Return pairs of a target and a prediction with no larger loss than its own."""
    found = []
    for target, predicted, each in zip(targets, predictions, losses, strict=True):
        at, reach = len(each) // 2, np.ptp(predicted)
        each = np.where(np.isnan(each), -np.inf, each)
        if predicted[at] != target:
            rivals = np.full(len(each), True)
        else:
            # A little beside the target, where Keras adds 1e-7, it may be less.
            away = np.abs(predicted - target)
            largest = np.abs(each[np.isfinite(each)]).max(initial=0.0)
            rounding = _UNITS * np.finfo(each.dtype).eps * largest
            rivals = (away >= reach / 16) & (each < each[at] - rounding)
            rivals |= (away >= reach / 4) & (each <= each[at])
        if rivals.any():
            found.append((target, predicted[np.argmin(np.where(rivals, each, np.inf))]))
    return found
