"""One training or evaluation step of one fit, as a pure function."""

from typing import NamedTuple

import keras
import tensorflow as tf
from keras import tree

from skkeras.training.keras_internals.batch_normalization import only_real_rows
from skkeras.training.keras_internals.metrics import update_metrics_of_real_rows
from skkeras.training.keras_internals.models import (
    call,
    compiled_metrics,
    loss_of_batch,
    results_of_metrics,
    track_loss,
)
from skkeras.training.keras_internals.tensors import set_mask
from skkeras.training.routing.eligibility import Ineligible
from skkeras.training.state.weight_vector import join, split


class Batch(NamedTuple):
    """Rows of one step of one member.

    Parameters
    ----------
    x, y, sample_weight : nest of Tensor
        `sample_weight` may be None.
    valid : Tensor of bool, shape (batch_size,), or None
        False where a row only fills the batch up. None where all rows are real.
    """

    x: object
    y: object
    sample_weight: object
    valid: tf.Tensor | None


def train_step(template, state, metrics, batch):
    """Return state and metrics after a gradient update, and the gradients.

    Parameters
    ----------
    template : Template
    state : list of Tensor
        Values of ``template.state``.
    metrics : list of Tensor
        Values of ``template.metrics``.
    batch : Batch

    Returns
    -------
    state, metrics, gradients : list of Tensor
        Gradients of ``template.trainable``, before the optimizer's clipping.
    """
    gradients, state, metrics = gradient_step(template, state, metrics, batch)
    return _update(template, state, gradients), metrics, gradients


def gradient_step(template, state, metrics, batch):
    """Return the gradients, and state and metrics before the optimizer's update.

    Parameters and returns are those of `train_step`.
    """
    model, n = template.model, len(template.trainable)
    weights = state[:n]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        with _scope(template, state, metrics) as scope, only_real_rows(batch.valid):
            loss = _forward(model, batch, training=True)
            loss = template.updater.first.scale_loss(loss)
    gradients = tape.gradient(loss, weights)
    _check_assigned(scope, template)
    state = _read(scope, template.state, state)
    metrics = _read(scope, template.metrics, metrics)
    return gradients, state, metrics


def _update(template, state, gradients):
    """Return the state after the optimizer's step."""
    n, rest = len(template.trainable), len(state) - len(template.optimizer)
    variables, weights = template.trainable, state[:n]
    if template.weight_vector is not None:
        variables, weights = [template.weight_vector], [join(weights)]
        gradients = [join(gradients)]
    mapping = [
        *zip(variables, weights, strict=True),
        *zip(template.state[n:], state[n:], strict=True),
    ]
    with keras.StatelessScope(mapping) as scope:
        template.updater.apply(gradients, variables)
    weights = _read(scope, variables, weights)
    if template.weight_vector is not None:
        weights = split(weights[0], state[:n])
    return [*weights, *state[n:rest], *_read(scope, template.optimizer, state[rest:])]


def test_step(template, state, metrics, batch):
    """Return metrics after an evaluation step; see `train_step`."""
    with _scope(template, state, metrics) as scope:
        _forward(template.model, batch, training=False)
    return _read(scope, template.metrics, metrics)


def initial_metrics(template):
    """Return the values of ``template.metrics`` at the start of an epoch."""
    with keras.StatelessScope() as scope:
        template.model.reset_metrics()
    return [scope.get_current_value(v) for v in template.metrics]


def results(template, metrics):
    """Return loss and metrics of an epoch, in the order of ``template.log_names``."""
    mapping = list(zip(template.metrics, metrics, strict=True))
    with keras.StatelessScope(mapping):
        return list(results_of_metrics(template.model).values())


def _forward(model, batch, training):
    """Compute the loss and update the metrics inside a stateless scope."""
    x, y, sample_weight, valid = batch
    predictions = call(model, x, training)
    n_valid = len_rows = tf.shape(tree.flatten(x)[0])[0]
    if valid is not None:
        n_valid = tf.reduce_sum(tf.cast(valid, len_rows.dtype))
        for output in tree.flatten(predictions):
            # Keras leaves masked rows out of the mean loss and of mean metrics.
            set_mask(output, valid)
    loss = loss_of_batch(model, x, y, predictions, sample_weight, training)
    track_loss(model, loss, n_valid)
    metrics = compiled_metrics(model)
    if metrics is not None and valid is None:
        metrics.update_state(y, predictions, sample_weight)
    elif metrics is not None:
        update_metrics_of_real_rows(metrics, y, predictions, sample_weight, valid)
    return loss


def _scope(template, state, metrics):
    mapping = [
        *zip(template.state, state, strict=True),
        *zip(template.metrics, metrics, strict=True),
    ]
    return keras.StatelessScope(mapping, collect_losses=True)


def _check_assigned(scope, template):
    """Raise `Ineligible` where a step assigned to what is not carried on."""
    known = {id(variable) for variable in (*template.state, *template.metrics)}
    if not known.issuperset(scope.state_mapping):
        raise Ineligible("it assigns to a variable that is no part of its state")


def _read(scope, variables, values):
    """Return the values a scope holds; those it never saw assigned are unchanged."""
    current = map(scope.get_current_value, variables)
    return [
        old if new is None else new for new, old in zip(current, values, strict=True)
    ]
