"""Gradients of the rows that a batch has looked up, as Keras's optimizers take them.

The gradient of an Embedding has a part for each lookup, and two where a row is looked
up twice. On TensorFlow, Keras's optimizers square each part, not their sum: so do the
programs here. Where a part is divided, Keras branches on whether a divisor is zero or
NaN, and a branch cannot be vectorized over members.

- ``ops``: the global by which an optimizer's ``update_step`` finds Keras's operations.
  Where a version has none, the update stays as it is; a test tells.
"""

import types

import tensorflow as tf

from skkeras.training.keras_internals.stock import is_stock


def dense(gradient):
    """Return a gradient as a tensor, in which parts of the same row are added up.

    Parameters
    ----------
    gradient : Tensor, IndexedSlices or None
    """
    if isinstance(gradient, tf.IndexedSlices):
        return tf.convert_to_tensor(gradient)
    return gradient


def without_branches(update_step):
    """Return an optimizer's update, with other operations in place of branches.

    Parameters
    ----------
    update_step : function
        Of an optimizer's class; a user's own is returned as it is.
    """
    names = update_step.__globals__
    if not is_stock(update_step) or "ops" not in names:
        return update_step
    return types.FunctionType(
        update_step.__code__,
        {**names, "ops": _Branchless(names["ops"])},
        update_step.__name__,
        update_step.__defaults__,
        update_step.__closure__,
    )


class _Branchless:
    """Keras's operations, but that parts of a gradient are divided without a branch."""

    def __init__(self, ops):
        self._ops = ops

    def __getattr__(self, name):
        return getattr(self._ops, name)

    def divide(self, x1, x2):
        if not isinstance(x1, tf.IndexedSlices):
            return self._ops.divide(x1, x2)
        divisor = tf.convert_to_tensor(x2)
        if divisor.shape.rank:
            divisor = tf.gather(divisor, x1.indices)
        values = self._ops.divide(x1.values, divisor)
        return tf.IndexedSlices(values, x1.indices, x1.dense_shape)
