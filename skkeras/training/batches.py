"""How the rows of a population come to its program."""

from typing import NamedTuple

import tensorflow as tf
from keras import tree


class Pass(NamedTuple):
    """What some passes over the rows of each member read.

    Parameters
    ----------
    arrays : list of Tensor, each of shape (rows of all members, ...)
        Flat leaves of x, y and sample_weight, members one after another; a member
        whose rows another one has too shares them.
    offsets : Tensor of int32, shape (arrays, members)
        Where each member's rows start in each array.
    rows : Tensor of int32, shape (epochs, steps, members, batch_size)
        A member's row indices, in the order of the epoch; the last epoch given stands
        for those after it.
    tail : Tensor of int32, shape (epochs, members, remainder)
        Rows of the last, short batch, where it is trained at its true size.
    n_rows : Tensor of int32, shape (members,)
        Rows each member has; 0 for a member at rest.
    steps : Tensor of int32, shape (epochs,)
        Batches of `rows` to run; -1 to leave the epoch out.
    """

    arrays: list
    offsets: tf.Tensor
    rows: tf.Tensor
    tail: tf.Tensor
    n_rows: tf.Tensor
    steps: tf.Tensor

    def epoch(self, number):
        """Return rows, tail and steps of one epoch."""
        at = tf.minimum(number, tf.shape(self.rows)[0] - 1)
        return self.rows[at], self.tail[at], self.steps[number]


class Layout(NamedTuple):
    """How rows come in batches.

    Parameters
    ----------
    structure : nest
        (x, y, sample_weight) with a TensorSpec of one row, or None, at each leaf.
    batch_size : int
    remainder : int or None
        Rows of the last batch, where it must have its true size (0: there is no short
        batch). None where it is filled up with rows that do not count.
    """

    structure: tuple
    batch_size: int
    remainder: int | None

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

    def specs(self, members):
        """Return the shapes and types of a `Pass`."""
        count, int32 = len(self.leaves), tf.int32
        return Pass(
            [tf.TensorSpec([None, *leaf.shape], leaf.dtype) for leaf in self.leaves],
            tf.TensorSpec([count, members], int32),
            tf.TensorSpec([None, None, members, self.batch_size], int32),
            tf.TensorSpec([None, members, self.remainder or 0], int32),
            tf.TensorSpec([members], int32),
            tf.TensorSpec([None], int32),
        )
