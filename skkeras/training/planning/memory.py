"""How many fits may be in one population."""

import numpy as np
from keras import tree

from skkeras.training.keras_internals.models import layers_inside

BUDGET = 1 << 30
"""Bytes that the state and the rows of one population may take."""


def members_within_budget(model, leaves, batch_size, populations=1, devices=1):
    """Return how many fits like this one a population may have, at least 1.

    Parameters
    ----------
    model : keras.Model
    leaves : list of ndarray
        Rows of one fit that no other reads.
    batch_size : int
    populations : int, default=1
        How many populations share the budget.
    devices : int, default=1
        How many devices a population is divided over: each holds the rows of all fits,
        and the rest of its own.
    """
    rows = sum(array.nbytes for array in tree.flatten(leaves))
    weights = sum(int(np.prod(v.shape)) for v in model.variables)
    units = sum(_outputs(layer) for layer in layers_inside(model))
    # Weights, gradients, two slots of the optimizer, and the next state beside them;
    # activations and their gradients.
    one = rows + 4 * (8 * weights + 3 * batch_size * units) // devices
    return max(1, BUDGET // populations // max(one, 1))


def _outputs(layer):
    """Return the number of values a layer gives for a row, 0 where it is not known."""
    try:
        shapes = tree.flatten(layer.output)
    except (AttributeError, ValueError):
        return 0
    return sum(int(np.prod([d or 1 for d in t.shape[1:]])) for t in shapes)
