"""Rows of many fits, one after another in a few arrays."""

import hashlib
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from skkeras.training.program import Pass


def bucket(size):
    """Return size, rounded up to three significant binary digits or so.

    XLA compiles again for each shape. Sizes that differ by a row should share one;
    at most an eighth is wasted.
    """
    grain = 1 << max(int(size).bit_length() - 4, 0)
    return -(-int(size) // grain) * grain


@dataclass(eq=False)
class Stack:
    """Rows of a population, on the device.

    Parameters
    ----------
    arrays : list of Tensor
        See `Pass`.
    offsets : ndarray of int32, shape (arrays, members)
    n_rows : ndarray of int32, shape (members,)
    layout : Layout
    """

    arrays: list
    offsets: np.ndarray
    n_rows: np.ndarray
    layout: object

    @classmethod
    def of(cls, leaves, layout, capacity):
        """Stack the rows of members.

        Parameters
        ----------
        leaves : list of list of ndarray
            For each member the arrays that ``layout.leaves`` lists.
        layout : Layout
        capacity : int
            Members of the program; those beyond ``len(leaves)`` rest.
        """
        offsets = np.zeros((len(layout.leaves), capacity), np.int32)
        n_rows = np.zeros(capacity, np.int32)
        n_rows[: len(leaves)] = [len(member[0]) for member in leaves]
        arrays = []
        for i, spec in enumerate(layout.leaves):
            column = [member[i] for member in leaves]
            flat, offsets[i, : len(column)] = _concatenate(column, spec)
            arrays.append(tf.constant(flat))
        return cls(arrays, offsets, n_rows, layout)

    def one_pass(self, orders):
        """Return the `Pass` that visits each member's rows in a given order.

        Parameters
        ----------
        orders : dict of int to ndarray
            Row indices for each member that takes part; the others rest.
        """
        size, remainder = self.layout.batch_size, self.layout.remainder
        capacity = len(self.n_rows)
        round_up = remainder is None
        longest = int(self.n_rows.max(initial=0))
        steps_at_most = -(-longest // size) if round_up else longest // size
        rows = np.zeros((bucket(steps_at_most), capacity, size), np.int32)
        tail = np.zeros((capacity, remainder or 0), np.int32)
        n_rows, steps = np.zeros(capacity, np.int32), 0
        for k, order in orders.items():
            count = len(order)
            n_rows[k] = count
            full = count // size
            rows[:full, k] = order[: full * size].reshape(full, size)
            if round_up and count > full * size:
                rows[full, k, : count - full * size] = order[full * size :]
                full += 1
            elif remainder:
                tail[k] = order[full * size :]
            steps = max(steps, full)
        return self._pass(rows, tail, n_rows, steps)

    def no_pass(self):
        """Return a `Pass` without a step."""
        return self.one_pass({})

    def _pass(self, rows, tail, n_rows, steps):
        return Pass(
            self.arrays,
            *map(tf.constant, (self.offsets, rows, tail, n_rows, np.int32(steps))),
        )


def _concatenate(column, spec):
    """Return the distinct arrays of a column end to end, and where each starts."""
    starts, parts, length, offsets = {}, [], 0, []
    for array in column:
        key = len(array), _digest(array)
        if key not in starts:
            starts[key] = length
            parts.append(array)
            length += len(array)
        offsets.append(starts[key])
    flat = np.zeros((bucket(length), *spec.shape), spec.dtype.as_numpy_dtype)
    np.concatenate(parts, out=flat[:length])
    return flat, offsets


def _digest(array):
    return hashlib.blake2b(np.ascontiguousarray(array).data.cast("B")).digest()
