"""Feeds `Model.fit` its rows in the order every engine of this package uses."""

import tensorflow as tf
from keras import tree

from skkeras.training.keras_internals.data import Batches
from skkeras.training.rows.epoch_order import epoch_order


class SeededRows(Batches):
    """Arrays in batches, in the order of a seed and not of TensorFlow's global one.

    ``Model.fit`` accepts it in place of ``x``.

    Parameters
    ----------
    x, y, sample_weight : ndarray, list or dict of ndarray
        Rows of the fit; `y` and `sample_weight` may be None.
    batch_size : int
        Rows of a batch.
    seed : int
        See `epoch_order`.
    class_weight : dict, default=None
        As in ``Model.fit``.
    """

    def __init__(self, x, y, sample_weight, *, batch_size, seed, class_weight=None):
        super().__init__(
            x,
            y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            class_weight=class_weight,
        )
        self._seed = seed
        self._order = tf.Variable(tf.range(self.n_rows, dtype=tf.int64))

    def begin_epoch(self, epoch):
        """Take the order of this epoch; to be called before Keras reads its rows."""
        self._order.assign(epoch_order(self._seed, epoch, self.n_rows))

    def get_tf_dataset(self):
        """Return a dataset of one epoch's batches."""
        inputs, order = self.sliceable_rows(), self._order

        def batch(data, rows):
            return tree.map_structure(lambda leaf: tf.gather(leaf, rows), data)

        rows = tf.data.Dataset.range(1).flat_map(
            lambda _: tf.data.Dataset.from_tensor_slices(order.read_value())
        )
        data = tf.data.Dataset.from_tensors(inputs).repeat()
        batches = tf.data.Dataset.zip(data, rows.batch(self.batch_size)).map(batch)
        count = tf.data.experimental.assert_cardinality(self.num_batches)
        return batches.apply(count).prefetch(tf.data.AUTOTUNE)
