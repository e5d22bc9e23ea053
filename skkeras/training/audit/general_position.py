"""Weights that stand at no kink.

Where a unit's input is exactly zero, as that of a ``relu`` after a normalization of one
row is while the layer's offset is zero, rounding decides whether it counts. Two right
programs may differ there, and agree as soon as the weights have moved.
"""

from contextlib import contextmanager

import numpy as np

_SIZE = 1e-2  # far more than rounding, and little for a net


@contextmanager
def in_general_position(models):
    """Move the weights of models a little inside the block.

    Parameters
    ----------
    models : list of keras.Model
    """
    rng = np.random.default_rng(0)
    variables = [v for model in models for v in model.trainable_variables]
    before = [np.array(variable.value) for variable in variables]
    for variable, value in zip(variables, before, strict=True):
        change = rng.uniform(_SIZE / 2, _SIZE, value.shape)
        change *= rng.choice([-1, 1], value.shape)
        moved = np.where(value == 0, change, value * (1 + change))
        variable.assign(moved.astype(value.dtype))
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
