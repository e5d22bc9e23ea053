"""Handwritten digits that scikit-learn brings, of MNIST's size."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
_TRAIN = 1500
_MARGIN = 4  # pixels around a digit, as in MNIST


def digits() -> Parts:
    """Enlarge the 1,797 digits of 8 x 8 pixels of :func:`sklearn.datasets.load_digits`.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuple of ndarray
        1,500 and 297 images of shape (28, 28), uint8, 0 to 255, with a margin of four
        pixels; and their digits.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins import digits
    >>> (X, y), _ = digits()
    >>> X.shape, y[:3].tolist()
    ((1500, 28, 28), [0, 1, 2])
    """
    from scipy.ndimage import zoom  # which no other data set needs

    small, y = load_digits(return_X_y=True)
    images = zoom(small.reshape(-1, 8, 8) * (255 / 16), (1, 20 / 8, 20 / 8), order=1)
    margins = (0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN)
    X = np.pad(np.round(images).astype(np.uint8), margins)
    return (X[:_TRAIN], y[:_TRAIN]), (X[_TRAIN:], y[_TRAIN:])
