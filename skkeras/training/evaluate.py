"""Loss and metrics of a fitted model."""

import keras

from skkeras.training.job import Arrays
from skkeras.training.keras_internals.generators import own_generators


def evaluate(
    model: keras.Model,
    x: Arrays,
    y: Arrays,
    sample_weight: Arrays | None = None,
    batch_size: int = 32,
) -> dict[str, float]:
    """Return the loss and metrics of a compiled model on held-out rows.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x, y : ndarray, list of ndarray or dict of str to ndarray
    sample_weight : ndarray of shape (n_samples,), list or dict of them, default=None
    batch_size : int, default=32

    Returns
    -------
    dict of str to float
        As ``model.evaluate(..., return_dict=True)`` gives them.
    """
    with own_generators():
        return model.evaluate(
            x,
            y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            verbose=0,
            return_dict=True,
        )
