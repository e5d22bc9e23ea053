"""The factors of L1 and L2 penalties, which a search over ``l2`` differs in."""

import keras
import numpy as np
from keras import ops

from skkeras.training.hyperparameters.base import RuntimeHyperparameter, Setting
from skkeras.training.state.slots import Constant

_FACTORS = {
    keras.regularizers.L1: ("l1",),
    keras.regularizers.L2: ("l2",),
    keras.regularizers.L1L2: ("l1", "l2"),
}


class PenaltyFactors(RuntimeHyperparameter):
    """The factors of all penalties of a model."""

    name = "penalty_factors"

    def own(self, job):
        """Return the factors, in the order of the model's variables."""
        return tuple(_factors_of(job.model).tolist())

    def leave_out(self, reading):
        """Remove the factors: the class of a penalty counts."""
        reading.regularizer_of = _without_factors

    def lift(self, model, updater, covered):
        """Make a model read its penalties' factors from a variable."""
        values = _factors_of(model)
        if not len(values):
            return None
        factors, place = keras.Variable(values, trainable=False, name="factors"), 0
        for variable in _penalized(model):
            names = _FACTORS[type(variable.regularizer)]
            variable.regularizer = _Penalty(factors, place, names)
            place += len(names)
        return Setting(factors, lambda fitted: Constant(_factors_of(fitted)))


def _without_factors(regularizer):
    """Return the class of a penalty whose factors are data, another as it is."""
    kind = type(regularizer)
    return kind if kind in _FACTORS else regularizer


def _factors_of(model):
    """Return the factors, in the order of a model's variables."""
    values = [
        getattr(variable.regularizer, name)
        for variable in _penalized(model)
        for name in _FACTORS[type(variable.regularizer)]
    ]
    return np.array(values, keras.config.floatx())


def _penalized(model):
    return [v for v in model.weights if type(v.regularizer) in _FACTORS]


class _Penalty(keras.regularizers.Regularizer):
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
