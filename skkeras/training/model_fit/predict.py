"""The reference for prediction: `Model.predict`, in batches of one size."""

import keras
import numpy as np
from keras import tree

from skkeras.training.job import Arrays
from skkeras.training.keras_internals.generators import own_generators
from skkeras.training.rows.arrays import n_rows


def predict_with_keras(model: keras.Model, x: Arrays, batch_size: int) -> Arrays:
    """Return what ``Model.predict`` gives.

    Parameters
    ----------
    model : keras.Model
    x : ndarray, list of ndarray or dict of str to ndarray
    batch_size : int
        The last batch is filled up with copies of real rows.

    Returns
    -------
    ndarray, list of ndarray or dict of str to ndarray
    """
    rows = n_rows(x)
    if rows == 0:  # for the shape of what is given
        x = tree.map_structure(
            lambda leaf: np.zeros((1, *leaf.shape[1:]), leaf.dtype), x
        )
    filled_up = np.arange(-(-max(rows, 1) // batch_size) * batch_size) % max(rows, 1)
    x = tree.map_structure(lambda leaf: leaf[filled_up], x)
    with own_generators():
        outputs = model.predict(x=x, batch_size=batch_size, verbose=0)
    return tree.map_structure(lambda leaf: leaf[:rows], outputs)
