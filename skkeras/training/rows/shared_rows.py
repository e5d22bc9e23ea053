"""Rows in memory as compiled programs read them, one copy for all that do."""

import hashlib
import math
import threading
import weakref

import numpy as np

_ALIGNMENT = 64  # bytes; Eigen's largest
# Memory that rows of the populations in training lie in, by what is in it.
_in_use, _laying_out = weakref.WeakValueDictionary(), threading.Lock()


def bucket(size):
    """Return size, rounded up to three significant binary digits or so.

    XLA compiles again for each shape. Sizes that differ by a row should share one;
    at most an eighth is wasted.
    """
    size = max(int(size), 1)
    grain = 1 << max(size.bit_length() - 4, 0)
    return -(-size // grain) * grain


def lay_out(array: np.ndarray) -> np.ndarray:
    """Copy rows to where populations read them, so that they need no copy of their own.

    Who keeps large rows while nets train on them keeps these instead of the original.

    Parameters
    ----------
    array : ndarray of shape (n_rows, ...)
        All rows that fits train on some of.

    Returns
    -------
    ndarray
        Equal to it; not to be written to.
    """
    rows = len(array)
    keys, shape = ((rows, digest(array)),), (bucket(rows), *array.shape[1:])
    return end_to_end(keys, [array], shape, array.dtype)[:rows]


def end_to_end(keys, parts, shape, dtype):
    """Return arrays end to end, which populations of the same rows share."""
    key = keys, shape, dtype
    with _laying_out:
        memory = _in_use.get(key)
        if memory is None:
            memory = _memory_of(shape, dtype)
            flat = _aligned(memory, shape, dtype)
            np.concatenate(parts, out=flat[: sum(map(len, parts))])
            # Not the array: a part of it refers to the memory, and not to the whole.
            _in_use[key] = memory
    return _aligned(memory, shape, dtype)


def _memory_of(shape, dtype):
    """Return zeroed bytes with room for an array wherever it may begin."""
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    return np.zeros(n_bytes + _ALIGNMENT, np.uint8)


def _aligned(memory, shape, dtype):
    """Return an array in it that TensorFlow reads where it lies, without a copy."""
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + n_bytes].view(dtype).reshape(shape)


def digest(array):
    """Return what tells rows from others, in a few bytes."""
    return hashlib.blake2b(np.ascontiguousarray(array).data.cast("B")).digest()
