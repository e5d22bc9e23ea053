"""Prediction with a fitted model."""

import numpy as np
from keras import tree

from skkeras.training.rows import as_keras, n_rows

BATCH_SIZE = 256


def predict(model, x, batch_size=None):
    """Return the model's outputs for the rows of x.

    Every batch has the same size, the last one filled up with copies of real rows, so
    that what is predicted for a row does not depend on the rows beside it.

    Parameters
    ----------
    model : keras.Model
    x : ndarray, list of ndarray or dict of str to ndarray
    batch_size : int, default=None
        256 when None.

    Returns
    -------
    ndarray, list of ndarray or dict of str to ndarray
        Outputs as the model nests them, one row a row of `x`.
    """
    x, rows = as_keras(x), n_rows(x)
    size = batch_size or BATCH_SIZE
    padded = np.arange(-(-max(rows, 1) // size) * size) % max(rows, 1)
    filled = tree.map_structure(lambda leaf: leaf[padded], x)
    outputs = model.predict(filled, batch_size=size, verbose=0)
    return tree.map_structure(lambda leaf: leaf[:rows], outputs)
