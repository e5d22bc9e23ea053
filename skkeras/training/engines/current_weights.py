"""Weights of a model as a graph takes them, read at each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from skkeras.training.state.slots import Held, Slot


def reader_of_all(
    variables: Sequence[Slot], shapes: Sequence[tuple[int, ...]]
) -> Callable[[], list[Any]]:
    """Return a function that reads variables, as they are at the time of the call.

    Parameters
    ----------
    variables : sequence of keras.Variable or Held
    shapes : sequence of tuple of int
        Of the tensors; the rest of those that are larger is zero.

    Returns
    -------
    callable
        Returns a list of tensors.
    """
    readers = [
        _reader_of_held(v, shape) if isinstance(v, Held) else _reader(v, shape)
        for v, shape in zip(variables, shapes, strict=True)
    ]
    return lambda: [read() for read in readers]


def _reader_of_held(held, shape):
    """Return a function that makes a new tensor where the value was replaced."""
    made = None, None

    def read():
        nonlocal made
        value, tensor = made
        now = held.numpy()
        if now is not value:
            tensor = _padded(tf.constant(now), shape)
            made = now, tensor
        return tensor

    return read


def _reader(variable, shape):
    value = variable.value
    # Not the variables of a distribution strategy, which lie in several places.
    if type(value) is not type(tf.Variable(0.0)):
        return lambda: _padded(tf.convert_to_tensor(variable.value), shape)
    read = partial(tf.raw_ops.ReadVariableOp, resource=value.handle, dtype=value.dtype)
    if tuple(variable.shape) == tuple(shape):
        return read
    paddings = tf.constant(_paddings(variable.shape, shape))
    return lambda: tf.raw_ops.Pad(input=read(), paddings=paddings)


def _padded(tensor, shape):
    paddings = _paddings(tensor.shape, shape)
    return tf.pad(tensor, paddings) if any(after for _, after in paddings) else tensor


def _paddings(shape, larger):
    return [(0, wide - narrow) for narrow, wide in zip(shape, larger, strict=True)]
