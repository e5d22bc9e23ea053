"""Dense layers of different widths in one program.

A hidden unit whose incoming weights, bias and outgoing weights are zero, under an
activation with f(0) = 0, puts out zero, passes no gradient on and gets none: it stays
zero through any number of updates. So a net may be trained as a part of a wider one,
and nets of one depth share a program.
"""

import math
from itertools import pairwise

import keras
import numpy as np

from skkeras.training.state.weight_vector import ELEMENTWISE

SHARED_WEIGHTS = 30_000
"""Beyond these weights of the wide model its arithmetic costs more than compiling."""

_ROOMY = 64  # most nets for tables fit in

ZERO_AT_ZERO = tuple(
    getattr(keras.activations, name)
    for name in (
        *("celu", "elu", "gelu", "hard_shrink", "hard_silu", "hard_tanh", "leaky_relu"),
        *("linear", "mish", "relu", "relu6", "selu", "silu", "soft_shrink", "softsign"),
        *("tanh", "tanh_shrink"),
    )
)
_OPTIMIZERS = (*ELEMENTWISE, keras.optimizers.Lamb)
_REGULARIZERS = (
    type(None),
    keras.regularizers.L1,
    keras.regularizers.L2,
    keras.regularizers.L1L2,
)


def hidden_widths(model):
    """Return the units of each hidden Dense layer, or None where they must be exact.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    tuple of int or None
    """
    if type(model) is not keras.Sequential:
        return None
    layers = model.layers
    dense = [i for i, layer in enumerate(layers) if type(layer) is keras.layers.Dense]
    if len(dense) < 2 or not _takes_rows(model):
        return None
    if not _may_widen(layers[: dense[-1]]):
        return None
    if not all(_keeps_zeros(layers[i]) for i in dense):
        return None
    return tuple(layers[i].units for i in dense[:-1])


def leaves_zeros(optimizer):
    """Return whether an optimizer does not move weights of zero without gradient."""
    known = type(optimizer) in _OPTIMIZERS
    # None of these may be zero: an update would be 0 / 0.
    divisors = ("epsilon", "initial_accumulator_value")
    if isinstance(optimizer, keras.optimizers.Adagrad):
        divisors = ("epsilon",)
    return known and all(getattr(optimizer, name, 1) > 0 for name in divisors)


def common_widths(models):
    """Return widths that several models fit in, those to be preferred first.

    Powers of two, so that other models find a program they fit in, too.

    Parameters
    ----------
    models : list of keras.Model
        That differ in `hidden_widths` alone.

    Returns
    -------
    list of tuple of int
        Empty where all would be too large.
    """
    most = [max(units) for units in zip(*map(hidden_widths, models), strict=True)]
    exact = tuple(map(_power_of_two, most))
    uniform = (max(exact),) * len(exact)
    roomy = tuple(max(units, _ROOMY) for units in uniform)
    choices = dict.fromkeys((roomy, uniform, exact))
    return [w for w in choices if n_weights(models[0], w) <= SHARED_WEIGHTS]


def fits_in(model, widths):
    """Return whether none of a model's hidden layers is wider than these."""
    own = hidden_widths(model)
    return all(units <= room for units, room in zip(own, widths, strict=True))


def n_weights(model, widths):
    """Return the number of weights in a model's kernels, with other hidden widths."""
    dense = [layer for layer in model.layers if type(layer) is keras.layers.Dense]
    units = [dense[0].kernel.shape[0], *widths, dense[-1].units]
    return sum(math.prod(pair) for pair in pairwise(units))


class Padded:
    """A variable as a part of a larger one.

    Parameters
    ----------
    variable : keras.Variable
    shape : tuple of int
        Of the larger one.
    fill : float
        What the rest of it holds.
    """

    def __init__(self, variable, shape, fill):
        self._variable, self.shape, self._fill = variable, tuple(shape), fill
        self._own = tuple(map(slice, variable.shape))

    def numpy(self):
        """Return the larger array."""
        own = self._variable.numpy()
        array = np.full(self.shape, self._fill, own.dtype)
        array[self._own] = own
        return array

    def assign(self, value):
        """Take this variable's part of a larger array."""
        self._variable.assign(value[self._own])


def padded_to(variables, shapes, fills):
    """Return variables, each `Padded` where it is smaller than its shape."""
    return [
        variable
        if tuple(variable.shape) == tuple(shape)
        else Padded(variable, shape, fill)
        for variable, shape, fill in zip(variables, shapes, fills, strict=True)
    ]


def _takes_rows(model):
    """Return whether what comes to the first Dense layer is one vector a row."""
    return len(model.input_shape) == 2 or type(model.layers[0]) is keras.layers.Flatten


def _may_widen(layers):
    """Return whether units of zeros stay so on their way through hidden layers."""
    for place, layer in enumerate(layers):
        kind = type(layer)
        if kind is keras.layers.BatchNormalization:
            zero = _normalizes_zeros(layer)
        elif kind is keras.layers.Flatten:
            zero = place == 0
        else:
            zero = kind in (keras.layers.Dense, keras.layers.Activation)
        activation = getattr(layer, "activation", keras.activations.linear)
        if not zero or activation not in ZERO_AT_ZERO:
            return False
    return True


def _normalizes_zeros(layer):
    """Return whether a normalization with scale and shift of zero gives zero."""
    regularizers = layer.gamma_regularizer, layer.beta_regularizer
    return (
        not layer.renorm
        and layer.axis in (-1, 1)
        and layer.epsilon > 0
        and _no_constraint(layer, "gamma", "beta")
        and all(type(regularizer) in _REGULARIZERS for regularizer in regularizers)
    )


def _keeps_zeros(dense):
    """Return whether neither constraint nor regularizer moves weights of zero."""
    regularizers = dense.kernel_regularizer, dense.bias_regularizer
    return (
        _no_constraint(dense, "kernel", "bias")
        and all(type(regularizer) in _REGULARIZERS for regularizer in regularizers)
        and dense.activity_regularizer is None
        and dense.lora_rank is None
        and dense.quantization_mode is None
    )


def _no_constraint(layer, *names):
    """Return whether a layer's weights of these names may take any value."""
    return all(getattr(layer, f"{name}_constraint") is None for name in names)


def _power_of_two(n):
    return 1 << (n - 1).bit_length()
