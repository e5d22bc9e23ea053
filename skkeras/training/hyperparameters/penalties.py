"""L1 and L2 penalties whose factors are a fit's own, as its learning rate is.

A factor that is data and not a constant of the program lets fits with different ones
share it: a search over ``l2`` compiles once. Only models of Keras's own layers are
treated so: others may have more uses for their factors.
"""

import keras
import numpy as np
from keras import ops

_FACTORS = {
    keras.regularizers.L1: ("l1",),
    keras.regularizers.L2: ("l2",),
    keras.regularizers.L1L2: ("l1", "l2"),
}


def without_factors(regularizer):
    """Return the class of a penalty whose factors are data, another as it is.

    Parameters
    ----------
    regularizer : keras.regularizers.Regularizer or None
    """
    kind = type(regularizer)
    return kind if kind in _FACTORS else regularizer


class Factors:
    """The factors of a model's penalties, read like a variable of its.

    Parameters
    ----------
    model : keras.Model
    """

    def __init__(self, model):
        self._values = np.array(
            [
                getattr(variable.regularizer, name)
                for variable in _penalized(model)
                for name in _FACTORS[type(variable.regularizer)]
            ],
            keras.config.floatx(),
        )

    def numpy(self):
        """Return the factors, in the order of the model's variables."""
        return self._values

    def assign(self, value):
        """Do nothing: training does not change them."""


def lift_factors(model):
    """Make a model read its penalties' factors from a variable.

    Parameters
    ----------
    model : keras.Model
        Built; changed in place.

    Returns
    -------
    keras.Variable or None
        None where the model has no such penalty.
    """
    values = Factors(model).numpy()
    if not len(values):
        return None
    factors, place = keras.Variable(values, trainable=False, name="factors"), 0
    for variable in _penalized(model):
        names = _FACTORS[type(variable.regularizer)]
        variable.regularizer = _Penalty(factors, place, names)
        place += len(names)
    return factors


def _penalized(model):
    return [v for v in model.weights if type(v.regularizer) in _FACTORS]


class _Penalty:
    """A regularizer with factors of a variable, as `keras.regularizers` has them."""

    def __init__(self, factors, place, names):
        self._factors, self._place, self._names = factors, place, names

    def __call__(self, weights):
        terms = []
        for place, name in enumerate(self._names, self._place):
            size = ops.absolute(weights) if name == "l1" else ops.square(weights)
            factor = ops.cast(self._factors.value[place], weights.dtype)
            terms.append(factor * ops.sum(size))
        return sum(terms)
