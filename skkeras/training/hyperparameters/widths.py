"""Dense layers of different widths in one program.

A hidden unit whose incoming weights, bias and outgoing weights are zero, under an
activation with f(0) = 0, puts out zero, passes no gradient on and gets none: it stays
zero through any number of updates. So a net may be trained as a part of a wider one,
and nets of one depth share a program.
"""

import keras
import numpy as np

from skkeras.training.hyperparameters.arithmetic import (
    n_multiplications,
    n_weights,
    seconds_of,
)
from skkeras.training.hyperparameters.base import CoveredHyperparameter
from skkeras.training.hyperparameters.zero_at_zero import ZERO_AT_ZERO
from skkeras.training.keras_internals.batch_normalization import renormalizes
from skkeras.training.state.weight_vector import ELEMENTWISE

SHARED_WEIGHTS = 30_000
"""Beyond these weights of the wide model its arithmetic costs more than compiling."""

_ROOMY = 64  # most nets for tables fit in

_OPTIMIZERS = (*ELEMENTWISE, keras.optimizers.Lamb)
_REGULARIZERS = (
    type(None),
    keras.regularizers.L1,
    keras.regularizers.L2,
    keras.regularizers.L1L2,
)


class Widths(CoveredHyperparameter):
    """The sizes of the dense layers of a `Sequential`, its inputs first."""

    name = "widths"

    def own(self, job):
        """Return the sizes; None where units of zeros would count."""
        return sizes_of(job.model) if leaves_zeros(job.model.optimizer) else None

    def leave_out(self, reading):
        """Remove the units of hidden layers."""
        hidden = _dense_layers(reading.model)[:-1]
        reading.attributes |= {(id(layer), "units"): "any" for layer in hidden}
        reading.has_exact_shapes = False

    def cover(self, values, others):
        """Return sizes that all fit in, those first that have room for others.

        Powers of two, so that other models find a program they fit in, too. Models too
        large for that share one with those of the same sizes.
        """
        inputs, *_, outputs = next(iter(values))
        if any((sizes[0], sizes[-1]) != (inputs, outputs) for sizes in values):
            return []
        most = [max(units) for units in zip(*values, strict=True)]
        exact = tuple(map(_power_of_two, most[1:-1]))
        uniform = (max(exact),) * len(exact)
        roomy = tuple(max(units, _ROOMY) for units in uniform)
        covers = [(inputs, *h, outputs) for h in dict.fromkeys((roomy, uniform, exact))]
        covers = [sizes for sizes in covers if n_weights(sizes) <= SHARED_WEIGHTS]
        return covers or (list(values) if len(values) == 1 else [])

    def serves(self, covered, own):
        """Return whether no hidden layer is wider than the program's."""
        ends = own[0], own[-1]
        return ends == (covered[0], covered[-1]) and all(
            units <= room for units, room in zip(own, covered, strict=True)
        )

    def extra_seconds(self, covers, job):
        """Estimate the arithmetic of the units of zeros."""
        unused = n_multiplications(covers, job) - n_weights(sizes_of(job.model))
        return seconds_of(unused)


def sizes_of(model):
    """Return what a model's dense layers take and give, or None.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    tuple of int or None
        Inputs, units of each hidden layer, outputs; None where `hidden_widths` is.
    """
    widths = hidden_widths(model)
    if widths is None:
        return None
    first, *_, last = _dense_layers(model)
    return first.kernel.shape[0], *widths, last.units


def _dense_layers(model):
    return [layer for layer in model.layers if type(layer) is keras.layers.Dense]


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
        not renormalizes(layer)
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
