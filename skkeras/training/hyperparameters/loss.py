"""The loss of a model with one output.

One that a fit did not choose gets the targets as predictions, and passes no gradient
on. Crossentropies that find the logits of probabilities get these in any case: their
gradients are finite where the logits are.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from skkeras.training.hyperparameters.arithmetic import times_filled
from skkeras.training.hyperparameters.base import Setting
from skkeras.training.hyperparameters.choice import Choice
from skkeras.training.hyperparameters.vectorizable import vectorizable
from skkeras.training.keras_internals.models import compile_arguments, losses_of_outputs
from skkeras.training.keras_internals.tensors import logits_of
from skkeras.training.state.slots import Constant

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
_COMPUTING = 3e-9  # seconds for an output and a row, with the gradient


class Loss(Choice):
    """The loss function."""

    name = "loss"

    def own(self, job):
        """Return it; None where it cannot be chosen."""
        if len(job.model.outputs) != 1:
            return None
        outputs, targets = job.model.output_shape[1:], _row_shape(job.y)
        has_target_each = targets == outputs or (targets, outputs) == ((), (1,))
        loss = own_loss(job.model) if has_target_each else None
        return None if loss is None else frozenset([loss])

    def leave_out(self, reading):
        """Remove it from what the model is compiled with."""
        reading.compiled = {**reading.compiled, "loss": "any"}

    def lift(self, model, updater, covered):
        """Make the model choose by a number in a variable."""
        if len(covered) < 2:
            return None
        variable = keras.Variable(0, trainable=False, dtype="int32", name="loss")
        (entry,) = losses_of_outputs(model)
        entry.loss.fn = _Chosen(variable, covered)
        return Setting(variable, lambda fitted: _number(fitted, covered))

    def extra_seconds(self, covers, job):
        """Estimate the time of the losses that are not chosen."""
        unchosen = len(covers.get(self.name)) - 1
        outputs = math.prod(size or 1 for size in job.model.output_shape[1:])
        return _COMPUTING * unchosen * outputs * times_filled(covers, job)


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


def _row_shape(y):
    """Return the shape of a row of targets, None where they are not one array."""
    return tuple(y.shape[1:]) if hasattr(y, "shape") else None


def _number(model, functions):
    loss = own_loss(model)
    return Constant(np.array(functions.index(loss), "int32"), (loss,))


class _Chosen:
    """The loss that a fit chose."""

    def __init__(self, variable, functions):
        self._variable, self._functions = variable, functions

    def __call__(self, y_true, y_pred):
        number, chosen = self._variable.value, None
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
