"""Rows of many fits, one after another in a few arrays."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from skkeras.training.rows.batches import Pass

_WASTE, _WASTE_BYTES = 8, 1 << 24
_ALIGNMENT = 64  # bytes; Eigen's largest


def bucket(size):
    """Return size, rounded up to three significant binary digits or so.

    XLA compiles again for each shape. Sizes that differ by a row should share one;
    at most an eighth is wasted.
    """
    size = max(int(size), 1)
    grain = 1 << max(size.bit_length() - 4, 0)
    return -(-size // grain) * grain


@dataclass(eq=False)
class ConcatenatedRows:
    """Rows of a population.

    Parameters
    ----------
    arrays : list of ndarray
        See `Pass`.
    offsets : ndarray of int32, shape (arrays, members)
    n_rows, batch_sizes : ndarray of int32, shape (members,)
    layout : Layout
    """

    arrays: list
    offsets: np.ndarray
    n_rows: np.ndarray
    batch_sizes: np.ndarray
    layout: object

    @property
    def epochs_at_once(self):
        """Epochs whose orders are given to the program together, at most 16.

        A power of two that follows from what programs are compiled for.
        """
        rows = max(bucket(self.n_rows.max()) * len(self.n_rows), 1)
        return next((n for n in (16, 8, 4, 2) if n * rows <= 1 << 18), 1)

    @classmethod
    def of(cls, leaves, batch_sizes, layout, capacity, lengths):
        """Concatenate the rows of members.

        Parameters
        ----------
        leaves : list of list of ndarray
            For each member the arrays that ``layout.leaves`` lists.
        batch_sizes : list of int
            Rows of each member's batches.
        layout : Layout
        capacity : int
            Members of the program; those beyond ``len(leaves)`` rest.
        lengths : set of int
            Of arrays that programs were compiled for; a new one is added.
        """
        offsets = np.zeros((len(layout.leaves), capacity), np.int32)
        n_rows, sizes = np.zeros((2, capacity), np.int32)
        n_rows[: len(leaves)] = [len(member[0]) for member in leaves]
        sizes[: len(leaves)] = batch_sizes
        arrays = []
        for i, spec in enumerate(layout.leaves):
            column = [member[i] for member in leaves]
            flat, offsets[i, : len(column)] = _concatenate(column, spec, lengths)
            arrays.append(flat)
        return cls(arrays, offsets, n_rows, sizes, layout)

    def passes(self, orders, room=1):
        """Return the `Pass` that visits each member's rows in given orders.

        Parameters
        ----------
        orders : dict of int to list of ndarray
            For each member that takes part, its row indices in each epoch.
        room : int, default=1
            Epochs to make room for.
        """
        capacity, places = len(self.n_rows), bucket(self.n_rows.max())
        places += self.layout.batch_size
        rows = np.zeros((room, capacity, places), np.int32)
        n_rows, steps = np.zeros(capacity, np.int32), 0
        for k, epochs in orders.items():
            n_rows[k] = count = len(epochs[0])
            rows[: len(epochs), k, :count] = epochs
            full, rest = divmod(count, self.batch_sizes[k])
            steps = max(steps, full + (self.layout.remainder is None and rest > 0))
        steps = np.full(room, steps, np.int32)
        given = self.offsets, rows, n_rows, self.batch_sizes, steps
        return Pass(self.arrays, *given)


def _concatenate(column, spec, lengths):
    """Return the distinct arrays of a column end to end, and where each starts."""
    starts, parts, length, offsets = {}, [], 0, []
    for array in column:
        key = len(array), _digest(array)
        if key not in starts:
            starts[key] = length
            parts.append(array)
            length += len(array)
        offsets.append(starts[key])
    row_bytes = spec.dtype.size * math.prod(spec.shape)
    size = _compiled_length(length, lengths, row_bytes)
    flat = _aligned_zeros((size, *spec.shape), spec.dtype.as_numpy_dtype)
    np.concatenate(parts, out=flat[:length])
    return flat, offsets


def _aligned_zeros(shape, dtype):
    """Return zeros that TensorFlow reads where they lie, without copying them."""
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    room = np.zeros(n_bytes + _ALIGNMENT, np.uint8)
    start = -room.ctypes.data % _ALIGNMENT
    return room[start : start + n_bytes].view(dtype).reshape(shape)


def _compiled_length(length, lengths, row_bytes):
    """Return a length that programs know, if one is not far too large.

    Fits of three folds of five need not have a program compiled for three.
    """
    most = max(bucket(length), min(_WASTE * length, _WASTE_BYTES // max(row_bytes, 1)))
    known = [n for n in tuple(lengths) if length <= n <= most]
    size = min(known, default=bucket(length))
    lengths.add(size)
    return size


def _digest(array):
    return hashlib.blake2b(np.ascontiguousarray(array).data.cast("B")).digest()
