"""Activations that leave zeros zero."""

import keras

ZERO_AT_ZERO = tuple(
    getattr(keras.activations, name)
    for name in (
        *("celu", "elu", "gelu", "hard_shrink", "hard_silu", "hard_tanh", "leaky_relu"),
        *("linear", "mish", "relu", "relu6", "selu", "silu", "soft_shrink", "softsign"),
        *("tanh", "tanh_shrink"),
    )
)
