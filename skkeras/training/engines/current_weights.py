"""Weights of a model as a graph takes them, read at each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import tensorflow as tf

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.program.program import tracing
from skkeras.training.state.slots import Held, Slot

_ONE_BY_ONE = 2  # calls before reading is traced, which takes as long as many reads
READINGS = LeastRecentlyUsed(64)


def reader_of_all(
    variables: Sequence[Slot], shapes: Sequence[tuple[int, ...]], traced: bool = False
) -> Callable[[], list[Any]]:
    """Return a function that reads variables, as they are at the time of the call.

    Parameters
    ----------
    variables : sequence of keras.Variable or Held
    shapes : sequence of tuple of int
        Of the tensors; the rest of those that are larger is zero.
    traced : bool, default=False
        Whether one operation may read all of them, from the third call on.

    Returns
    -------
    callable
        Returns a list of tensors.
    """
    readers = [
        _reader_of_held(v, shape) if isinstance(v, Held) else _reader(v, shape)
        for v, shape in zip(variables, shapes, strict=True)
    ]
    if traced and variables and all(map(_has_handle, variables)):
        return _ReadTogether(variables, shapes, readers)
    return lambda: [read() for read in readers]


def reader_of_arrays(variables: Sequence[Slot]) -> Callable[[], list[np.ndarray]]:
    """Return a function that reads variables as arrays, which must not be written to.

    Parameters
    ----------
    variables : sequence of keras.Variable or Held

    Returns
    -------
    callable
        Returns a list of ndarray.
    """
    if all(isinstance(variable, Held) for variable in variables):
        return lambda: [variable.numpy() for variable in variables]
    shapes = [tuple(variable.shape) for variable in variables]
    read = reader_of_all(variables, shapes, traced=True)
    return lambda: list(map(np.asarray, read()))


class _ReadTogether:
    """Reads variables one by one at first, and by one operation when asked often."""

    def __init__(self, variables, shapes, readers):
        values = [variable.value for variable in variables]
        self._handles = [value.handle for value in values]
        self._like = tuple(
            (tuple(value.shape), value.dtype, tuple(shape))
            for value, shape in zip(values, shapes, strict=True)
        )
        self._types = [dtype for _, dtype, _ in self._like]
        self._readers, self._calls, self._reading = readers, 0, None

    def __call__(self):
        if self._reading is None:
            self._calls += 1
            if self._calls <= _ONE_BY_ONE:
                return [read() for read in self._readers]
            self._reading = READINGS.get(self._like, partial(_reading, self._like))
        return tf.raw_ops.StatefulPartitionedCall(
            args=self._handles,
            Tout=self._types,
            f=self._reading,
            executor_type="SINGLE_THREADED_EXECUTOR",
        )


def _reading(like):
    """Trace a function from handles of variables to what a graph takes of them."""

    def read(handles):
        values = []
        for handle, (own, dtype, shape) in zip(handles, like, strict=True):
            value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype)
            value.set_shape(own)
            values.append(_padded(value, shape))
        return values

    with tracing:
        traced = tf.function(read, autograph=False)
        return traced.get_concrete_function(
            [tf.TensorSpec([], tf.resource)] * len(like)
        )


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


@cache
def _plain_kind():
    """Return the type of variables that lie in one place.

    Those of a distribution strategy lie in several.
    """
    return type(tf.Variable(0.0))


def _has_handle(variable):
    return not isinstance(variable, Held) and type(variable.value) is _plain_kind()


def _reader(variable, shape):
    value = variable.value
    if not _has_handle(variable):
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
