"""Hinge losses without a branch, which could not be vectorized over members."""

import keras
from keras import ops


def _signed(labels):
    """Return 0/1 labels as -1/+1 and other labels as they are."""
    is_binary = ops.all(ops.logical_or(ops.equal(labels, 0), ops.equal(labels, 1)))
    return ops.where(is_binary, 2.0 * labels - 1.0, labels)


def hinge(y_true, y_pred):
    """Compute ``mean(max(1 - y_true * y_pred, 0))`` as ``keras.losses.hinge`` does."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = _signed(ops.cast(y_true, y_pred.dtype))
    return ops.mean(ops.maximum(1.0 - y_true * y_pred, 0.0), axis=-1)


def squared_hinge(y_true, y_pred):
    """Compute the mean square of the hinge, as ``keras.losses.squared_hinge`` does."""
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = _signed(ops.cast(y_true, y_pred.dtype))
    return ops.mean(ops.square(ops.maximum(1.0 - y_true * y_pred, 0.0)), axis=-1)


_BRANCHLESS = {
    keras.losses.hinge: hinge,
    keras.losses.squared_hinge: squared_hinge,
}


def remove_branches(function_wrapper):
    """Replace the hinge of a built loss or metric by one without a branch.

    Parameters
    ----------
    function_wrapper : keras.losses.Loss or keras.metrics.Metric
        Changed in place where it wraps a hinge function.
    """
    for name in ("fn", "_fn"):
        function = getattr(function_wrapper, name, None)
        if callable(function) and function in _BRANCHLESS:
            setattr(function_wrapper, name, _BRANCHLESS[function])
