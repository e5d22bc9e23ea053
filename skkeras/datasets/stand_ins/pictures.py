"""Pictures of ten shapes, in place of pictures of clothes, animals and vehicles."""

from __future__ import annotations

import numpy as np

from skkeras.datasets.stand_ins.digits import Parts

_TRAIN, _TEST = 1000, 400
_COLOURS = np.array(
    [
        *([220, 50, 47], [38, 139, 210], [133, 153, 0], [181, 137, 0], [211, 54, 130]),
        *(
            [42, 161, 152],
            [108, 113, 196],
            [240, 240, 240],
            [20, 20, 20],
            [150, 90, 40],
        ),
    ]
)
_SHAPES = {
    "disc": lambda x, y: x**2 + y**2 < 1,
    "ring": lambda x, y: np.abs(np.hypot(x, y) - 0.8) < 0.2,
    "square": lambda x, y: np.maximum(abs(x), abs(y)) < 0.9,
    "frame": lambda x, y: np.abs(np.maximum(abs(x), abs(y)) - 0.8) < 0.2,
    "triangle": lambda x, y: (abs(x) < (y + 1) / 2) & (y < 1),
    "plus": lambda x, y: (np.minimum(abs(x), abs(y)) < 0.3) & _inside(x, y),
    "cross": lambda x, y: (np.abs(abs(x) - abs(y)) < 0.35) & _inside(x, y),
    "bars": lambda x, y: (np.floor(2.5 * y) % 2 == 0) & _inside(x, y),
    "posts": lambda x, y: (np.floor(2.5 * x) % 2 == 0) & _inside(x, y),
    "chequers": lambda x, y: (
        ((np.floor(2 * x) + np.floor(2 * y)) % 2 == 0) & _inside(x, y)
    ),
}


def _inside(x, y):
    return np.maximum(abs(x), abs(y)) < 1


def shapes() -> list[str]:
    """Return what the pictures show, by their labels.

    Returns
    -------
    list of str
        Ten.
    """
    return list(_SHAPES)


def grey_shapes() -> Parts:
    """Draw grey shapes of 28 x 28 pixels: ten classes.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuple of ndarray
        1,000 and 400 images of shape (28, 28), uint8; and the numbers of `shapes`.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins import grey_shapes, shapes
    >>> (X, y), _ = grey_shapes()
    >>> X.shape, shapes()[y[0]]
    ((1000, 28, 28), 'disc')
    """
    parts = _drawn(28, 1, shift=0.05)
    first, second = (
        (X.mean(axis=-1).astype(np.uint8), labels // 10) for X, labels in parts
    )
    return first, second


def coloured_shapes() -> Parts:
    """Draw coloured shapes of 32 x 32 pixels: a hundred classes.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuple of ndarray
        1,000 and 400 images of shape (32, 32, 3), uint8. A label is ten times the
        number of the shape, as in `shapes`, and that of one of ten colours.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins import coloured_shapes
    >>> _, (X, y) = coloured_shapes()
    >>> X.shape, int(y.max())
    ((400, 32, 32, 3), 99)
    """
    return _drawn(32, 2, shift=0.15)


def _drawn(width, seed, shift):
    rng = np.random.default_rng(seed)
    labels = np.arange(_TRAIN + _TEST) * 37 % 100  # all of them, in both parts
    labels = (labels // 10 + 10 * (labels % 10)) % 100
    X = np.stack([_picture(rng, width, shift, *divmod(label, 10)) for label in labels])
    return (X[:_TRAIN], labels[:_TRAIN]), (X[_TRAIN:], labels[_TRAIN:])


def _picture(rng, width, shift, shape, colour):
    """Draw a shape near the middle, of some size, before a noisy ground."""
    radius = rng.uniform(0.28, 0.42) * width
    centre = width / 2 + rng.uniform(-shift, shift, size=2) * width
    y, x = (np.indices((width, width)) + 0.5 - centre[:, None, None]) / radius
    ground = rng.uniform(60, 200) + rng.normal(0, 12, size=(width, width, 3))
    is_shape = list(_SHAPES.values())[shape](x, y)[..., None]
    ink = _COLOURS[colour] + rng.normal(0, 12, size=(width, width, 3))
    return np.clip(np.where(is_shape, ink, ground), 0, 255).astype(np.uint8)
