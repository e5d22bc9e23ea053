"""Activations, losses and optimizers that are a fit's own choice.

A program that computes several, and has a fit's numbers of its own as data, trains fits
that differ in them: a search over them compiles fewer programs. An activation that a
fit did not choose gets zeros, a loss the targets as predictions, and neither passes a
gradient on, so that it cannot spoil what was chosen. Crossentropies that find the
logits of probabilities get these in any case: their gradients are finite where the
logits are. An optimizer's update passes no gradient on, and is just not taken.
"""

import keras
import numpy as np
import tensorflow as tf

from skkeras.training.hyperparameters.chosen_optimizer import own_optimizer
from skkeras.training.hyperparameters.vectorizable import vectorizable
from skkeras.training.hyperparameters.widths import ZERO_AT_ZERO
from skkeras.training.keras_internals.models import compile_arguments, losses_of_outputs
from skkeras.training.keras_internals.tensors import logits_of

ACTIVATIONS = tuple(f for f in ZERO_AT_ZERO if f is not keras.activations.linear)

LOSSES = tuple(
    getattr(keras.losses, name)
    for name in (
        *("binary_crossentropy", "categorical_crossentropy", "cosine_similarity"),
        *("hinge", "huber", "kl_divergence", "log_cosh", "mean_absolute_error"),
        *("mean_absolute_percentage_error", "mean_squared_error"),
        *("mean_squared_logarithmic_error", "poisson", "squared_hinge"),
    )
)
"""Each gives a number a row, from targets of the predictions' shape."""

_OP_OF_LOGITS = {
    keras.losses.binary_crossentropy: "Sigmoid",
    keras.losses.categorical_crossentropy: "Softmax",
}


def own_activations(model):
    """Return the activations of a perceptron's hidden layers that may be chosen.

    Parameters
    ----------
    model : keras.Sequential
        With `hidden_widths`.

    Returns
    -------
    list of callable
        In the order of the layers, those that are linear left out.
    """
    return [layer.activation for layer in _activated_layers(model)]


def own_loss(model):
    """Return the loss function of a compiled model, None where it cannot be chosen."""
    loss = compile_arguments(model)["loss"]
    if isinstance(loss, str):
        loss = _by_name(loss)
    return loss if loss in LOSSES else None


def _by_name(loss):
    try:
        return keras.losses.get(loss)
    except ValueError:
        return None  # such as "crossentropy", which depends on the targets


def _activated_layers(model):
    dense = [i for i, x in enumerate(model.layers) if type(x) is keras.layers.Dense]
    hidden = model.layers[: dense[-1]]
    return [x for x in hidden if getattr(x, "activation", None) in ACTIVATIONS]


class Choices:
    """A fit's numbers of its activations, loss and optimizer, read like a variable.

    Parameters
    ----------
    model : keras.Sequential
    activations, losses, optimizers : tuple
        Those of the program.

    Attributes
    ----------
    chosen : tuple of (callable or type)
        Activations, loss, and the optimizer's class.
    """

    def __init__(self, model, activations, losses, optimizers):
        chosen = own_activations(model)
        numbers = [activations.index(activation) for activation in chosen]
        if losses:
            chosen.append(own_loss(model))
            numbers.append(losses.index(chosen[-1]))
        if optimizers:
            kind = own_optimizer(model.optimizer)
            chosen.append(kind.kind)
            numbers.append(optimizers.index(kind))
        self._numbers, self.chosen = np.array(numbers, "int32"), tuple(chosen)

    def numpy(self):
        """Return the numbers, in the order of the layers, then loss and optimizer."""
        return self._numbers

    def assign(self, value):
        """Do nothing: training does not change them."""


def lift_choices(model, updater, activations, losses, optimizers):
    """Make a model and its updater choose by the numbers in a variable.

    Parameters
    ----------
    model : keras.Sequential
        Compiled and built, its losses as well; changed in place.
    updater : ChosenOptimizer
        Of `optimizers`; changed in place.
    activations, losses, optimizers : tuple
        Those to choose from.

    Returns
    -------
    keras.Variable or None
        None where there is no choice.
    """
    if max(len(activations), len(losses), len(optimizers)) < 2:
        return None
    layers = _activated_layers(model)
    numbers = np.zeros(len(layers) + bool(losses) + bool(optimizers), "int32")
    variable = keras.Variable(numbers, trainable=False, dtype="int32", name="choices")
    if len(activations) > 1:
        for place, layer in enumerate(layers):
            layer.activation = _Activation(variable, place, activations)
    if len(losses) > 1:
        (entry,) = losses_of_outputs(model)
        entry.loss.fn = _Loss(variable, len(layers), losses)
    if len(optimizers) > 1:
        updater.choose_by(variable)
    return variable


class _Activation:
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


class _Loss:
    """The loss that a fit chose."""

    def __init__(self, variable, place, functions):
        self._variable, self._place, self._functions = variable, place, functions

    def __call__(self, y_true, y_pred):
        number, chosen = self._variable.value[self._place], None
        for i, function in enumerate(self._functions):
            is_own, given = number == i, y_pred
            if not _finds_logits(function, y_pred):
                given = tf.where(is_own, y_pred, tf.cast(y_true, y_pred.dtype))
            loss = vectorizable(function)(y_true, given)
            chosen = loss if chosen is None else tf.where(is_own, loss, chosen)
        return chosen


def _finds_logits(loss, y_pred):
    """Return whether Keras computes a loss from the logits behind probabilities."""
    op = getattr(y_pred, "op", None)
    return loss in _OP_OF_LOGITS and (
        logits_of(y_pred) is not None
        or (op is not None and op.type == _OP_OF_LOGITS[loss])
    )
