"""A model's weights as one vector, for optimizers that treat every number alike.

One update of a vector in place of one for each kernel and bias: a program with fewer
operations, which XLA compiles and runs faster.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from skkeras.training.keras_internals.optimizers import trained_by

JOINED_WEIGHTS = 30_000
"""Copying more weights than these into a vector costs more than it saves."""

ELEMENTWISE = (
    keras.optimizers.SGD,
    keras.optimizers.RMSprop,
    keras.optimizers.Adagrad,
    keras.optimizers.Adadelta,
    keras.optimizers.Adam,
    keras.optimizers.AdamW,
    keras.optimizers.Adamax,
    keras.optimizers.Nadam,
    keras.optimizers.Ftrl,
    keras.optimizers.Lion,
)


class VectorParts:
    """Variables that are read and assigned as one vector.

    Parameters
    ----------
    variables : list of keras.Variable
    """

    def __init__(self, variables):
        self._variables = variables
        self._ends = np.cumsum([math.prod(v.shape) for v in variables])[:-1]

    def numpy(self):
        """Return the vector."""
        return np.concatenate([v.numpy().ravel() for v in self._variables])

    def assign(self, vector):
        """Put a vector's parts into the variables."""
        parts = np.split(vector, self._ends)
        for variable, part in zip(self._variables, parts, strict=True):
            variable.assign(part.reshape(variable.shape))


def can_join(optimizer, variables, gradients):
    """Return whether updating the variables as one vector gives the same.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
    variables : list of keras.Variable
        What it updates.
    gradients : list of Tensor or None
        Their gradients for any batch. Keras leaves a variable without one alone.
    """
    return (
        type(optimizer) in ELEMENTWISE
        and optimizer.clipnorm is None
        and len({v.dtype for v in variables}) == 1
        and all(v.constraint is None for v in variables)
        and all(isinstance(g, tf.Tensor) for g in gradients)
        and sum(math.prod(v.shape) for v in variables) <= JOINED_WEIGHTS
    )


def vector_for(variables):
    """Return a new variable with room for all of these."""
    size = sum(math.prod(v.shape) for v in variables)
    return keras.Variable(
        np.zeros(size), dtype=variables[0].dtype, name="weight_vector"
    )


def join(tensors):
    """Return the numbers of tensors as one vector."""
    return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], 0)


def split(vector, tensors):
    """Return the parts of a vector in the shapes of tensors that were joined."""
    sizes = [math.prod(tensor.shape) for tensor in tensors]
    parts = tf.split(vector, sizes)
    return [tf.reshape(p, t.shape) for p, t in zip(parts, tensors, strict=True)]


def slots_of(optimizer, joined_optimizer):
    """Return what an optimizer keeps for each variable of one built on a vector.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        Built on a model's weights.
    joined_optimizer : keras.optimizers.Optimizer
        Of the same configuration, built on the variable of `vector_for`.

    Returns
    -------
    list of (keras.Variable or list of keras.Variable)
        One for each of ``joined_optimizer.variables``: a list, one for each weight,
        where that is a vector.
    """
    (vector,) = trained_by(joined_optimizer)
    # Keras keeps what belongs to the weights in lists: _momentums, _velocities …
    slots = {
        id(value[0]): getattr(optimizer, name)
        for name, value in vars(joined_optimizer).items()
        if isinstance(value, list)
        and [getattr(v, "shape", None) for v in value] == [vector.shape]
    }
    in_slots = {id(variable) for slot in slots.values() for variable in slot}
    others = iter([v for v in optimizer.variables if id(v) not in in_slots])
    return [
        slots[id(v)] if id(v) in slots else next(others)
        for v in joined_optimizer.variables
    ]
