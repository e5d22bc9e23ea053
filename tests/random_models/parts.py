"""What layers are configured with: activations, regularizers, constraints."""

import keras

from random_models.own_layers import squashed

ACTIVATIONS = [
    "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "softplus", "softsign",
    "leaky_relu", "linear", "mish", "hard_sigmoid", "hard_silu", "relu6", "celu",
    "exponential", "log_sigmoid", "softmax", "hard_tanh", "squareplus", "tanh_shrink",
    "soft_shrink", "sparsemax",
]  # fmt: skip
INITIALIZERS = [
    "glorot_uniform", "he_normal", "lecun_uniform", "orthogonal", "random_normal",
    "truncated_normal", "variance_scaling", "ones",
]  # fmt: skip


def activation(draws):
    kind = draws.integer(0, 11)
    if kind == 0:
        return None
    if kind == 1:
        return squashed
    if kind == 2:
        slope = draws.number(0.05, 0.5)
        return lambda inputs: keras.ops.maximum(slope * inputs, inputs)
    if kind == 3:
        return keras.layers.LeakyReLU(negative_slope=draws.number(0.05, 0.5))
    return draws.choice(ACTIVATIONS)


def regularizer(draws):
    strength = draws.number(1e-4, 1e-1)
    return draws.choice(
        [
            lambda: "l2",
            lambda: keras.regularizers.L1(strength),
            lambda: keras.regularizers.L2(strength),
            lambda: keras.regularizers.L1L2(strength, strength),
            lambda: lambda weight: strength * keras.ops.sum(keras.ops.abs(weight)),
        ]
    )()


def constraint(draws):
    bound = draws.number(0.3, 2)
    return draws.choice(
        [
            lambda: keras.constraints.MaxNorm(bound),
            lambda: keras.constraints.NonNeg(),
            lambda: keras.constraints.UnitNorm(),
            lambda: keras.constraints.MinMaxNorm(0.1, bound, rate=0.5),
            lambda: lambda weight: keras.ops.clip(weight, -bound, bound),
        ]
    )()


def weight_options(draws, *, activity=True):
    """Draw options that layers with a kernel and a bias have in common."""
    drawn = {
        "activation": activation(draws),
        "use_bias": draws.chance(0.85),
        "kernel_initializer": draws.choice(INITIALIZERS),
    }
    if draws.chance(0.2):
        drawn["kernel_regularizer"] = regularizer(draws)
    if draws.chance(0.1):
        drawn["bias_regularizer"] = regularizer(draws)
    if activity and draws.chance(0.1):
        drawn["activity_regularizer"] = keras.regularizers.L2(draws.number(1e-4, 1e-2))
    if draws.chance(0.15):
        drawn["kernel_constraint"] = constraint(draws)
    if draws.chance(0.05):
        drawn["trainable"] = False
    return drawn
