"""The rates of `Dropout` layers, which a search over them differs in.

Rates of 0 and 1 draw nothing, and are a part of the program.
"""

import keras
import numpy as np
from keras import ops

from skkeras.training.hyperparameters.base import RuntimeHyperparameter, Setting
from skkeras.training.keras_internals.models import layers_of
from skkeras.training.state.slots import Constant


class DropoutRate(RuntimeHyperparameter):
    """The rates of all layers that drop any of their inputs."""

    name = "dropout_rate"

    def own(self, job):
        """Return the rates, in the order of the layers."""
        return tuple(_rates_of(job.model).tolist())

    def leave_out(self, reading):
        """Remove the rates."""
        for layer in _dropping(reading.model):
            reading.attributes[id(layer), "rate"] = "any"
            reading.configured.add(("Dropout", "rate"))

    def lift(self, model, updater, covered):
        """Make layers read their rates from a variable."""
        values = _rates_of(model)
        if not len(values):
            return None
        rates = keras.Variable(values, trainable=False, name="dropout_rates")
        for place, layer in enumerate(_dropping(model)):
            layer.call = _dropout(layer, rates, place)
        return Setting(rates, lambda fitted: Constant(_rates_of(fitted)))


def _dropping(model):
    layers = layers_of(model)
    return [x for x in layers if type(x) is keras.layers.Dropout and 0 < x.rate < 1]


def _rates_of(model):
    rates = [layer.rate for layer in _dropping(model)]
    return np.array(rates, keras.config.floatx())


def _dropout(layer, rates, place):
    """Return a layer's ``call`` with a rate that is data."""

    def call(inputs, training=False):
        if not training:
            return inputs
        rate = ops.cast(rates.value[place], inputs.dtype)
        # As `keras.random.dropout` does, which takes no rate that is a tensor.
        shape = _shape_of_noise(layer, inputs)
        numbers = keras.random.uniform(
            shape, dtype=inputs.dtype, seed=layer.seed_generator
        )
        kept = inputs / (1 - rate)
        return ops.where(numbers >= rate, kept, ops.zeros_like(inputs))

    return call


def _shape_of_noise(layer, inputs):
    shape = ops.shape(inputs)
    given = layer.noise_shape or shape
    return [
        own if size is None else size for size, own in zip(given, shape, strict=False)
    ]
