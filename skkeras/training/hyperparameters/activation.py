"""The activations of hidden layers.

One that a fit did not choose gets zeros and passes no gradient on, so that it cannot
spoil what was chosen.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from skkeras.training.hyperparameters.arithmetic import times_filled
from skkeras.training.hyperparameters.base import Setting
from skkeras.training.hyperparameters.choice import Choice
from skkeras.training.hyperparameters.zero_at_zero import ZERO_AT_ZERO
from skkeras.training.state.slots import Constant

ACTIVATIONS = tuple(f for f in ZERO_AT_ZERO if f is not keras.activations.linear)

_LAYERS = (
    keras.layers.Activation,
    keras.layers.Dense,
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
)
_ACTIVATING = 3e-9  # seconds for a unit and a row, with the gradient


class Activation(Choice):
    """The activations before the last dense layer of a `Sequential`, linear apart."""

    name = "activation"

    def own(self, job):
        """Return which they are; None where there is none to choose.

        Nor where a model is inside the model: its configuration, a part of the key,
        names the activations of all layers.
        """
        is_plain = type(job.model) is keras.Sequential and not any(
            isinstance(layer, keras.Model) for layer in job.model.layers
        )
        if not is_plain:
            return None
        return frozenset(x.activation for x in _activated_layers(job.model)) or None

    def leave_out(self, reading):
        """Remove them."""
        layers = _activated_layers(reading.model)
        reading.attributes |= {(id(layer), "activation"): "any" for layer in layers}

    def lift(self, model, updater, covered):
        """Make layers choose by their numbers in a variable."""
        if len(covered) < 2:
            return None
        layers = _activated_layers(model)
        variable = keras.Variable(
            np.zeros(len(layers)), trainable=False, dtype="int32", name="activations"
        )
        for place, layer in enumerate(layers):
            layer.activation = _Chosen(variable, place, covered)
        return Setting(variable, lambda fitted: _numbers(fitted, covered))

    def extra_seconds(self, covers, job):
        """Estimate the time of the activations that are not chosen."""
        sizes = covers.get("widths")
        if sizes is None:
            layers = _activated_layers(job.model)
            units = sum(math.prod(d or 1 for d in x.output.shape[1:]) for x in layers)
        else:
            units = sum(sizes[1:-1])
        unchosen = len(covers.get(self.name)) - 1
        return _ACTIVATING * unchosen * units * times_filled(covers, job)


def _activated_layers(model):
    dense = [i for i, x in enumerate(model.layers) if type(x) is keras.layers.Dense]
    hidden = model.layers[: dense[-1]] if dense else ()
    return [x for x in hidden if type(x) in _LAYERS and x.activation in ACTIVATIONS]


def _numbers(model, functions):
    layers = _activated_layers(model)
    numbers = [functions.index(layer.activation) for layer in layers]
    chosen = tuple((type(layer), layer.activation) for layer in layers)
    return Constant(np.array(numbers, "int32"), chosen)


class _Chosen:
    """The activation that a fit chose."""

    def __init__(self, variable, place, functions):
        self._variable, self._place, self._functions = variable, place, functions

    def __call__(self, x):
        number, nothing = self._variable.value[self._place], tf.zeros_like(x)
        # All that are not chosen are 0 at 0.
        return sum(
            function(tf.where(number == i, x, nothing))
            for i, function in enumerate(self._functions)
        )
