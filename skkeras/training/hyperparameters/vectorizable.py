"""Losses of Keras's in forms that vectorize over members."""

import keras
import tensorflow as tf
from keras import ops

from skkeras.training.keras_internals.tensors import logits_of


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


def binary_crossentropy(
    y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Compute what ``keras.losses.binary_crossentropy`` does.

    Vectorizing the selects of TensorFlow's own, and of its gradient, would take a fifth
    of the time a program is traced in.
    """
    logits = logits_of(y_pred)
    if logits is None or from_logits or y_true.shape != y_pred.shape:
        return keras.losses.binary_crossentropy(
            y_true, y_pred, from_logits, label_smoothing, axis
        )
    labels = ops.cast(y_true, logits.dtype)
    if label_smoothing:
        labels = labels * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return ops.mean(_sigmoid_crossentropy(labels, logits), axis=axis)


@tf.custom_gradient
def _sigmoid_crossentropy(labels, logits):
    def gradient(upstream):
        return -upstream * logits, upstream * (tf.sigmoid(logits) - labels)

    tail = tf.math.log1p(tf.exp(-tf.abs(logits)))
    return tf.maximum(logits, 0) - logits * labels + tail, gradient


_VECTORIZABLE = {
    keras.losses.hinge: hinge,
    keras.losses.squared_hinge: squared_hinge,
    keras.losses.binary_crossentropy: binary_crossentropy,
}


def vectorizable(function):
    """Return the form of a loss that vectorizes: itself, where it does."""
    return _VECTORIZABLE.get(function, function)


def use_vectorizable_function(function_wrapper):
    """Replace a function in a built loss or metric by one that vectorizes.

    Parameters
    ----------
    function_wrapper : keras.losses.Loss or keras.metrics.Metric
        Changed in place where it wraps a function for which there is another.
    """
    for name in ("fn", "_fn"):
        function = getattr(function_wrapper, name, None)
        if callable(function) and function in _VECTORIZABLE:
            setattr(function_wrapper, name, _VECTORIZABLE[function])
