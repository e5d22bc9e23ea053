"""Rows of many fits, one after another in a few arrays."""

import math
from dataclasses import dataclass

import numpy as np

from skkeras.training.rows.batches import Pass
from skkeras.training.rows.shared_rows import bucket, digest, end_to_end

_WASTE, _WASTE_BYTES = 8, 1 << 24
_ORDERED_AT_ONCE = 1 << 18  # rows of all members whose order is given together


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
    n_orders : int
        Orders that passes have room for.
    """

    arrays: list
    offsets: np.ndarray
    n_rows: np.ndarray
    batch_sizes: np.ndarray
    layout: object
    n_orders: int

    @property
    def epochs_at_once(self):
        """Epochs whose orders are given to the program together, at most 16.

        A power of two that follows from what programs are compiled for.
        """
        rows = max(bucket(self.n_rows.max()) * len(self.n_rows), 1)
        return next((n for n in (16, 8, 4, 2) if n * rows <= _ORDERED_AT_ONCE), 1)

    @classmethod
    def of(cls, leaves, counts, batch_sizes, layout, capacity, lengths, n_orders=None):
        """Concatenate the rows of members.

        Parameters
        ----------
        leaves : list of list of ndarray
            For each member the arrays that ``layout.leaves`` lists.
        counts : list of int
            Rows of these that each member reads.
        batch_sizes : list of int
            Rows of each member's batches.
        layout : Layout
        capacity : int
            Members of the program; those beyond ``len(leaves)`` rest.
        lengths : set of int
            Of arrays that programs were compiled for; a new one is added.
        n_orders : int, default=None
            How many of the members' orders differ; all when None.
        """
        offsets = np.zeros((len(layout.leaves), capacity), np.int32)
        n_rows, sizes = np.zeros((2, capacity), np.int32)
        n_rows[: len(leaves)] = counts
        sizes[: len(leaves)] = batch_sizes
        arrays = []
        for i, spec in enumerate(layout.leaves):
            column = [member[i] for member in leaves]
            flat, offsets[i, : len(column)] = _concatenate(column, spec, lengths)
            arrays.append(flat)
        # Few rows are ordered for each member, so that fits of other seeds find a
        # program compiled.
        if n_orders is None or bucket(n_rows.max()) * capacity <= _ORDERED_AT_ONCE:
            n_orders = capacity
        return cls(arrays, offsets, n_rows, sizes, layout, n_orders)

    def passes(self, orders, room=1):
        """Return the `Pass` that visits each member's rows in given orders.

        Parameters
        ----------
        orders : dict of int to list of ndarray
            For each member that takes part, its row indices in each epoch. Members
            that follow the same order have the same arrays.
        room : int, default=1
            Epochs to make room for.
        """
        capacity, places = len(self.n_rows), bucket(self.n_rows.max())
        places += self.layout.batch_size
        numbers = {}
        for epochs in orders.values():
            numbers.setdefault(tuple(map(id, epochs)), len(numbers))
        n_orders = max(self.n_orders, len(numbers))
        ordered = np.zeros((room, n_orders, places), np.int32)
        (order_of, n_rows), steps = np.zeros((2, capacity), np.int32), 0
        for k, epochs in orders.items():
            n_rows[k] = count = len(epochs[0])
            order_of[k] = at = numbers[tuple(map(id, epochs))]
            ordered[: len(epochs), at, :count] = epochs
            full, rest = divmod(count, self.batch_sizes[k])
            steps = max(steps, full + (self.layout.fills_up and rest > 0))
        steps = np.full(room, steps, np.int32)
        given = ordered, order_of, n_rows, self.batch_sizes, steps
        return Pass(self.arrays, self.offsets, *given)


def _concatenate(column, spec, lengths):
    """Return the distinct arrays of a column end to end, and where each starts."""
    arrays = {id(array): array for array in column}
    keys = {at: (len(array), digest(array)) for at, array in arrays.items()}
    starts, parts, length, offsets = {}, [], 0, []
    for array in column:
        key = keys[id(array)]
        if key not in starts:
            starts[key] = length
            parts.append(array)
            length += len(array)
        offsets.append(starts[key])
    row_bytes = spec.dtype.size * math.prod(spec.shape)
    size = _compiled_length(length, lengths, row_bytes)
    shape, dtype = (size, *spec.shape), np.dtype(spec.dtype.as_numpy_dtype)
    return end_to_end(tuple(starts), parts, shape, dtype), offsets


def _compiled_length(length, lengths, row_bytes):
    """Return a length that programs know, if one is not far too large.

    Fits of three folds of five need not have a program compiled for three.
    """
    most = max(bucket(length), min(_WASTE * length, _WASTE_BYTES // max(row_bytes, 1)))
    known = [n for n in tuple(lengths) if length <= n <= most]
    size = min(known, default=bucket(length))
    lengths.add(size)
    return size
