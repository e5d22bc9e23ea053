"""What Keras does with the rows of arrays, where its own functions are not found."""

import keras
import numpy as np
from keras import tree


def can_convert_arrays(arrays):
    """Return whether each leaf of a nest has rows that can be sliced.

    Parameters
    ----------
    arrays : nest of object

    Returns
    -------
    bool
    """
    return all(
        leaf is None
        or isinstance(leaf, np.ndarray)
        or keras.ops.is_tensor(leaf)
        or (hasattr(leaf, "iloc") and hasattr(leaf, "shape"))
        for leaf in tree.flatten(arrays)
    )


def train_validation_split(arrays, validation_split):
    """Hold out the last rows, as ``validation_split`` of ``Model.fit`` does.

    Parameters
    ----------
    arrays : nest of ndarray or None
    validation_split : float
        Part of the rows that is held out, above 0 and below 1.

    Returns
    -------
    train, validation : nest of ndarray or None
    """
    rows = next(len(leaf) for leaf in tree.flatten(arrays) if leaf is not None)
    kept = int(rows * (1.0 - validation_split))
    if kept in (0, rows):
        raise ValueError(
            f"validation_split={validation_split} leaves no rows to train on or to "
            f"validate on, of {rows}."
        )

    def part(some):
        return tree.map_structure(
            lambda leaf: None if leaf is None else np.asarray(leaf)[some], arrays
        )

    return part(slice(kept)), part(slice(kept, None))


def class_weight_to_sample_weights(y, class_weight):
    """Return a weight for each row by its class.

    Parameters
    ----------
    y : ndarray of shape (n_samples,), (n_samples, 1) or (n_samples, n_classes)
        Numbers of classes, or one column a class.
    class_weight : dict of int to float
        1 for classes that it leaves out.

    Returns
    -------
    ndarray of shape (n_samples,)
    """
    y = np.asarray(y)
    if y.ndim > 1:
        y = np.argmax(y, axis=-1) if y.shape[-1] != 1 else np.squeeze(y, axis=-1)
    weights = [class_weight.get(int(label), 1.0) for label in np.round(y)]
    return np.array(weights, keras.config.floatx())
