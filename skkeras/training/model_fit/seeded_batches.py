"""Feeds `Model.fit` its rows in every engine's order, on any backend."""

import keras
from keras import tree

from skkeras.training.keras_internals.data import class_weight_to_sample_weights
from skkeras.training.rows.arrays import as_keras, n_rows
from skkeras.training.rows.epoch_order import epoch_order


class SeededRows(keras.utils.PyDataset):
    """Arrays in batches, in the order of a seed.

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
        super().__init__()
        if class_weight is not None:
            sample_weight = class_weight_to_sample_weights(y, class_weight)
        self._data = tuple(as_keras(a) for a in (x, y, sample_weight) if a is not None)
        self._batch_size, self._seed = batch_size, seed
        self._count = n_rows(self._data)
        self.begin_epoch(0)

    def begin_epoch(self, epoch):
        """Take the order of this epoch; to be called before Keras reads its rows."""
        self._order = epoch_order(self._seed, epoch, self._count)

    def __len__(self):
        return -(-self._count // self._batch_size)

    def __getitem__(self, index):
        start = index * self._batch_size
        rows = self._order[start : start + self._batch_size]
        return tree.map_structure(lambda leaf: leaf[rows], self._data)
