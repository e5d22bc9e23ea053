"""BatchNormalization over the real rows of a batch that is filled up with others.

- ``_moments``: where the layer computes mean and variance. Where it goes, a layer whose
  batches are filled up must be trained with a last batch of its true size, as layers
  are that mix rows otherwise.
- ``_reduction_axes``: the axes that it normalizes over; all but ``axis``.
"""

from contextlib import contextmanager
from contextvars import ContextVar

import keras
from keras import ops

from skkeras.training.keras_internals.models import layers_inside

_valid = ContextVar("valid", default=None)


@contextmanager
def only_real_rows(valid):
    """Restrict normalizations inside the block to these rows of the batch.

    Parameters
    ----------
    valid : Tensor of bool, shape (batch_size,), or None
        None for all rows.
    """
    token = _valid.set(valid)
    try:
        yield
    finally:
        _valid.reset(token)


def renormalizes(layer):
    """Return whether a ``BatchNormalization`` renormalizes; before Keras 3.14 none."""
    return getattr(layer, "renorm", False)


def normalize_real_rows(model):
    """Make each ``keras.layers.BatchNormalization`` honour `only_real_rows`."""
    for layer in layers_inside(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            _use_real_rows(layer)


def _use_real_rows(layer):
    all_rows = layer._moments

    def moments(inputs, mask):
        valid = _valid.get()
        if valid is None:
            return all_rows(inputs, mask)
        if mask is not None:
            real = ops.reshape(valid, [-1] + [1] * (len(mask.shape) - 1))
            return all_rows(inputs, ops.logical_and(ops.cast(mask, "bool"), real))
        axes = layer._reduction_axes
        shape = [-1] + [1] * (len(inputs.shape) - 1)
        weight = ops.reshape(ops.cast(valid, inputs.dtype), shape)
        per_row = ops.size(inputs) // (inputs.shape[0] * inputs.shape[layer.axis])
        count = ops.sum(weight) * ops.cast(per_row, inputs.dtype)
        # A batch without real rows (a member at rest) must not give NaN.
        count = ops.maximum(count, 1)
        mean = ops.sum(inputs * weight, axis=axes, keepdims=True) / count
        squares = ops.square(inputs - mean) * weight
        return ops.reshape(mean, (-1,)), ops.sum(squares, axis=axes) / count

    layer._moments = moments
