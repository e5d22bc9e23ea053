"""Arrays of a fit as Keras sees them."""

import keras
import numpy as np
from keras import tree

from skkeras.training.keras_internals.data import can_convert_arrays


def is_arrays(data):
    """Return whether data is an array or a nest of them, not a generator or dataset."""
    return can_convert_arrays(data)


def as_keras(data):
    """Return data with float arrays in Keras's float type, as ``Model.fit`` casts them.

    Parameters
    ----------
    data : ndarray, list or dict of ndarray, or None

    Returns
    -------
    The same nest of NumPy arrays; arrays that need no cast are not copied.
    """

    def cast(array):
        array = np.asarray(array)
        is_float = array.dtype.kind == "f"
        return array.astype(keras.config.floatx(), copy=False) if is_float else array

    if isinstance(data, np.ndarray):
        return cast(data)  # without the time that a nest takes
    return tree.map_structure(lambda leaf: None if leaf is None else cast(leaf), data)


def n_rows(data):
    """Return the length of the first array in data."""
    if isinstance(data, np.ndarray):
        return len(data)
    return next(len(leaf) for leaf in tree.flatten(data) if leaf is not None)
