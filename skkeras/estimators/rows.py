"""Rows on their way to the model."""

import keras
import numpy as np


def cast_for_model(model, x):
    """Cast arrays to the types that the model's inputs have.

    Parameters
    ----------
    model : keras.Model
        Built.
    x : ndarray, list or dict of ndarray
        One array an input.

    Returns
    -------
    ndarray, list or dict of ndarray
        Floats as Keras's float type where the model does not say.
    """
    floatx = np.dtype(keras.config.floatx())
    inputs = getattr(model, "inputs", None) or []
    if not isinstance(x, list | tuple | dict) and len(inputs) == 1:
        return np.asarray(x, dtype=inputs[0].dtype)
    return keras.tree.map_structure(
        lambda a: a.astype(floatx) if a.dtype.kind == "f" else a, x
    )


def materialise(model, x):
    """Create the weights of a model that learns its input shape from data.

    Parameters
    ----------
    model : keras.Model
        Built or not.
    x : ndarray, list or dict of ndarray
        A row.
    """
    if not model.built or not getattr(model, "inputs", True):
        model(cast_for_model(model, x))


def hold_out_last(rows, fraction):
    """Split off the last share of the rows, as ``validation_split`` does in Keras.

    Parameters
    ----------
    rows : tuple of ndarray or None
        X, y and sample_weight.
    fraction : float in (0, 1)
        Share to hold out.

    Returns
    -------
    rows, held_out : tuple of ndarray or None
        The first rows and the last.

    Raises
    ------
    ValueError
        When one of the parts would be empty.
    """
    n_rows = len(rows[0])
    n_kept = int(n_rows * (1 - fraction))
    if n_kept in (0, n_rows):
        raise ValueError(
            f"validation_split={fraction} of {n_rows} rows leaves "
            f"{n_kept} to train on and {n_rows - n_kept} to validate on."
        )
    first = tuple(None if a is None else a[:n_kept] for a in rows)
    last = tuple(None if a is None else a[n_kept:] for a in rows)
    return first, last
