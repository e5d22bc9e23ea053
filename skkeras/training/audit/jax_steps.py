"""A program of the JAX engine beside Keras's own steps, as `audit` has it."""

import jax
import keras
import numpy as np

from skkeras.training.audit.rounding import first_difference, rounding_unit
from skkeras.training.keras_internals.models import build_by_batch, results_of_metrics
from skkeras.training.routing.eligibility import Ineligible


def check_epoch(model, batches, found):
    """Raise `Ineligible` unless an epoch left behind what Keras's steps do.

    Parameters
    ----------
    model : keras.Model
        Of a fit, with the state that the epoch began with; it is not changed.
    batches : list of (x, y) or (x, y, sample_weight)
        Of the epoch, in order.
    found : tuple
        State of trainable, other and optimizer's variables, and the logs.
    """
    build_by_batch(model, batches[0])
    step = jax.jit(model.train_step)
    difference = first_difference(
        _path(model, step, batches),
        _named(model, *found),
        lambda nudge: _path(model, step, batches, nudge),
        rounding_unit(model),
    )
    if difference is not None:
        name, size = difference
        raise Ineligible(
            f"a compiled step differs from Keras's in {name}, by {size:.1g}"
        )


def _path(model, step, batches, nudge=None):
    """Return what was there before Keras's steps, and after each."""
    model.reset_metrics()
    optimizer = model.optimizer.variables
    parts = model.trainable_variables, model.non_trainable_variables, optimizer
    state = [[v.value for v in part] for part in (*parts, model.metrics_variables)]
    if nudge is not None:
        state[0] = [nudge.weights(np.asarray(value)) for value in state[0]]
    logs = {name: np.zeros(()) for name in results_of_metrics(model)}
    path = [_named(model, *state[:3], logs)]
    for batch in batches:
        logs, state = step(tuple(state), batch)
        path.append(_named(model, *state[:3], logs))
    return path


def _named(model, trainable, others, optimizer, logs):
    variables = [
        *model.trainable_variables,
        *model.non_trainable_variables,
        *model.optimizer.variables,
    ]
    values = [*trainable, *others, *optimizer]
    named = {
        f"{variable.path} ({place})": np.asarray(value)
        for place, (variable, value) in enumerate(zip(variables, values, strict=True))
    }
    return named | {name: np.asarray(value) for name, value in logs.items()}


def batches_of(rows, order, size):
    """Return the batches of rows that an order visits.

    Parameters
    ----------
    rows : tuple of nest of ndarray
    order : ndarray of int
    size : int
        Rows of a batch; the last may have fewer.
    """

    def take(part):
        return keras.tree.map_structure(lambda leaf: leaf[part], rows)

    return [take(order[at : at + size]) for at in range(0, len(order), size)]
