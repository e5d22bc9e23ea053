"""Weights that stand at no kink.

Where a unit's input is exactly zero, as that of a ``relu`` after a normalization of one
row is while the layer's offset is zero, rounding decides whether it counts. Two right
programs may differ there, and agree as soon as the weights have moved.
"""

from contextlib import contextmanager

import numpy as np

from skkeras.training.state.slots import copies_of


@contextmanager
def in_general_position(models, size, sign=1):
    """Move the weights of models inside the block.

    Parameters
    ----------
    models : list of keras.Model
    size : float
        By how much, relative to the weights, at most; those of zero move as well.
    sign : {1, -1}, default=1
        The other moves each weight the other way.
    """
    rng = np.random.default_rng(0)
    variables = [v for model in models for v in model.trainable_variables]
    before = copies_of(variables)
    for variable, value in zip(variables, before, strict=True):
        change = sign * rng.uniform(size / 2, size, value.shape)
        change *= rng.choice([-1, 1], value.shape)
        moved = np.where(value == 0, change, value * (1 + change))
        variable.assign(moved.astype(value.dtype))
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
