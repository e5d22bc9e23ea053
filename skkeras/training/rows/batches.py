"""How the rows of a population come to its program."""

from typing import NamedTuple

import tensorflow as tf
from keras import tree


class Pass(NamedTuple):
    """What some passes over the rows of each member read.

    Outside of a program, each Tensor is an ndarray.

    Parameters
    ----------
    arrays : list of Tensor, each of shape (rows of all members, ...)
        Flat leaves of x, y and sample_weight, members one after another; a member
        whose rows another one has too shares them.
    offsets : Tensor of int32, shape (arrays, members)
        Where each member's rows start in each array.
    orders : Tensor of int32, shape (epochs, orders, places)
        Row indices in the order of the epoch; the last epoch given stands for those
        after it. There are places enough for a batch beyond the last row.
    order_of : Tensor of int32, shape (members,)
        Which of the orders each member follows.
    n_rows : Tensor of int32, shape (members,)
        Rows each member has; 0 for a member at rest.
    batch_sizes : Tensor of int32, shape (members,)
        Rows of each member's batches: those of the layout, or fewer.
    steps : Tensor of int32, shape (epochs,)
        Batches to run; -1 to leave the epoch out.
    """

    arrays: list
    offsets: tf.Tensor
    orders: tf.Tensor
    order_of: tf.Tensor
    n_rows: tf.Tensor
    batch_sizes: tf.Tensor
    steps: tf.Tensor

    def epoch(self, number):
        """Return orders and steps of one epoch."""
        at = tf.minimum(number, tf.shape(self.orders)[0] - 1)
        return self.orders[at], self.steps[number]

    def batch(self, orders, start, size):
        """Return what some members' batches read from each array.

        Parameters
        ----------
        orders : Tensor of int32, shape (orders, places)
            Of the epoch.
        start : Tensor of int32, shape (members,)
            Place of each member's first row.
        size : int
            Rows of a batch.
        """
        at = start + self.order_of * tf.shape(orders)[1]
        index = tf.gather(tf.reshape(orders, [-1]), at[:, None] + tf.range(size))
        index = index + self.offsets[:, :, None]
        return [
            tf.gather(array, i)
            for array, i in zip(self.arrays, tf.unstack(index), strict=True)
        ]


class Layout(NamedTuple):
    """How rows come in batches.

    Parameters
    ----------
    structure : nest
        (x, y, sample_weight) with a TensorSpec of one row, or None, at each leaf.
    batch_size : int
        Rows of the program's batches. Where those that fill a batch up do not count,
        a member's own may be smaller.
    remainder : int or None
        Rows of the last batch, where it must have its true size (0: there is no short
        batch). None where it is filled up with rows that do not count.
    """

    structure: tuple
    batch_size: int
    remainder: int | None

    @property
    def fills_up(self):
        """Whether short batches are filled up with rows that do not count."""
        return self.remainder is None

    @property
    def leaves(self):
        """Specs of the arrays there are."""
        return [leaf for leaf in tree.flatten(self.structure) if leaf is not None]

    def pack(self, leaves):
        """Return (x, y, sample_weight) with these tensors at its leaves."""
        remaining = iter(leaves)
        return tree.map_structure(
            lambda leaf: None if leaf is None else next(remaining), self.structure
        )

    def batches(self, leaves, rows, size):
        """Return (x, y, sample_weight) of batches of some rows, as Keras takes them.

        Parameters
        ----------
        leaves : list of ndarray
            Arrays of a fit.
        rows : ndarray of int
        size : int
            Rows of a batch; the last may have fewer.
        """
        parts = [rows[at : at + size] for at in range(0, len(rows), size)]
        return [self.pack([leaf[part] for leaf in leaves]) for part in parts]

    def specs(self, members):
        """Return the shapes and types of a `Pass`."""
        count, int32 = len(self.leaves), tf.int32
        return Pass(
            [tf.TensorSpec([None, *leaf.shape], leaf.dtype) for leaf in self.leaves],
            tf.TensorSpec([count, members], int32),
            tf.TensorSpec([None, None, None], int32),
            tf.TensorSpec([members], int32),
            tf.TensorSpec([members], int32),
            tf.TensorSpec([members], int32),
            tf.TensorSpec([None], int32),
        )
