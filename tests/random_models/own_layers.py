"""Layers such as users write: with state, weights, losses and parts of their own."""

import keras
from keras import ops


class Scaled(keras.layers.Layer):
    """Weights made in build, a number that its config holds."""

    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.gain * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class WithoutConfig(keras.layers.Layer):
    """A number that no config holds."""

    def __init__(self, shift):
        super().__init__()
        self.shift = shift

    def call(self, inputs):
        return ops.tanh(ops.cast(inputs, "float32") + self.shift)


class Gated(keras.layers.Layer):
    """Two layers in one."""

    def build(self, shape):
        self.value = keras.layers.Dense(shape[-1])
        self.gate = keras.layers.Dense(shape[-1], activation="sigmoid")
        self.value.build(shape)
        self.gate.build(shape)

    def call(self, inputs):
        return inputs + self.gate(inputs) * self.value(inputs)


class Centered(keras.layers.Layer):
    """A mean that follows the batches, as state beside the gradient."""

    def build(self, shape):
        self.mean = self.add_weight(
            shape=(shape[-1],), initializer="zeros", trainable=False
        )

    def call(self, inputs, training=False):
        if training:
            axes = list(range(len(inputs.shape) - 1))
            batch = ops.mean(ops.stop_gradient(inputs), axis=axes)
            self.mean.assign(0.9 * self.mean + 0.1 * batch)
        return inputs - self.mean


class Counter(keras.layers.Layer):
    """How often it was called in training, as a whole number."""

    def build(self, shape):
        self.calls = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", trainable=False
        )

    def call(self, inputs, training=False):
        if training:
            self.calls.assign(self.calls + 1)
        return inputs / (1.0 + 0.01 * ops.cast(self.calls, inputs.dtype))


class Penalized(keras.layers.Layer):
    """A loss of its own."""

    def __init__(self, weight=0.01, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, inputs):
        self.add_loss(self.weight * ops.mean(ops.square(inputs)))
        return inputs

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}


class LessBatchMean(keras.layers.Layer):
    """Rows that depend on the other rows of their batch."""

    def call(self, inputs):
        return inputs - ops.mean(inputs, axis=0, keepdims=True)


class NoisyInTraining(keras.layers.Layer):
    """Random numbers from a generator of its own."""

    def __init__(self, stddev=0.1, **kwargs):
        super().__init__(**kwargs)
        self.stddev = stddev
        self.seed_generator = keras.random.SeedGenerator(3)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        noise = keras.random.normal(ops.shape(inputs), seed=self.seed_generator)
        return inputs + self.stddev * noise

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}


def squashed(inputs):
    """Give an activation that has no name in Keras."""
    return inputs / (1.0 + ops.abs(inputs))
