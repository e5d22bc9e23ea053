"""What makes two fits share one program."""

import json
import re

import keras
import numpy as np
from keras import tree

from skkeras.training.hyperparameters.penalties import without_factors
from skkeras.training.hyperparameters.widened import without_shape
from skkeras.training.keras_internals.models import (
    compile_arguments,
    layers_inside,
    operations_of,
)
from skkeras.training.keras_internals.naming import to_snake_case
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.planning.by_value import NotComparable, by_value
from skkeras.training.routing.eligibility import Ineligible
from skkeras.training.routing.own_code import has_own_code
from skkeras.training.state.prototypes import facts_of


class OnlyOne:
    """The key of a program for one fit, since no other can be compared with it."""


def signature(job):
    """Return a hashable key; jobs with equal keys can be trained by one program.

    Two jobs agree when their programs would be the same text: everything that a trace
    reads is equal, by value. Numbers that live in state do not count: weights, learning
    rate, factors of penalties, seeds, rows, epochs.

    Parameters
    ----------
    job : Job
        One that `check_job` lets pass.

    Returns
    -------
    tuple or OnlyOne
    """
    try:
        layers, compiled = architecture(job.model), compilation(job.model)
    except (NotComparable, RecursionError):
        return OnlyOne()
    return layers, compiled, *data_key(job, job.batch_size)


def data_key(job, batch_size):
    """Return a key of what kind of rows a job has, and how many are in a batch."""
    held_out = job.validation_data
    return (
        batch_size,
        spec((job.x, job.y, job.sample_weight)),
        None
        if held_out is None
        else (job.validation_batch_size or batch_size, spec(tuple(held_out))),
    )


def spec(data):
    """Return the structure, dtypes and shapes of arrays, rows apart."""
    paths = tree.flatten_with_path(data)
    return tuple(
        (path, None if leaf is None else (_dtype(leaf), np.shape(leaf)[1:]))
        for path, leaf in paths
    )


def _dtype(array):
    dtype = np.asarray(array).dtype
    return keras.config.floatx() if dtype.kind == "f" else dtype.str


def architecture(model, *other):
    """Return a key of a model's layers, whatever names Keras has numbered them with.

    Parameters
    ----------
    model : keras.Model
    *other : tuple
        Hidden widths, and a name of activations, in place of the model's own.

    Returns
    -------
    tuple

    Raises
    ------
    NotComparable
        Where a part of the model has no value to compare.
    """
    facts = facts_of(model)
    if facts is None:
        return _architecture(model, *other)
    key = "architecture", *other
    if key not in facts:
        facts[key] = _architecture(model, *other)
    return facts[key]


def _architecture(model, widths=None, activation=None):
    instead = {} if widths is None else without_shape(model, widths, activation)
    has_own = has_own_code(model)
    parts = [model, *layers_inside(model)]
    variables = model.variables
    of_variables = [
        (
            v.trainable,
            v.dtype,
            None if widths is not None else tuple(v.shape),
            v.regularizer if has_own else without_factors(v.regularizer),
            v.constraint,
        )
        for v in variables
    ]
    read = parts, _beside_layers(parts), of_variables
    value = by_value(read, variables, instead)
    return _configuration(model, parts), value, _settings_of_keras()


def _beside_layers(models):
    """Return what functional models compute beside their layers."""
    return [
        operation
        for model in models
        for operation in operations_of(model)
        if not isinstance(operation, keras.layers.Layer)
    ]


def _configuration(model, parts):
    """Return how layers are connected, where they do not just follow each other."""
    models = [part for part in parts if isinstance(part, keras.Model)]
    if all(type(part) is keras.Sequential for part in models):
        return None
    try:
        config = {"class_name": type(model).__name__, "config": model.get_config()}
    except (NotImplementedError, TypeError, ValueError) as error:
        raise Ineligible(f"the model has no configuration: {_line(error)}") from error
    return json.dumps(_canonical(config), sort_keys=True, default=repr)


def _settings_of_keras():
    config = keras.config
    return config.floatx(), config.epsilon(), config.image_data_format()


def compilation(model, loss=None, optimizer=None):
    """Return a key of what a model is compiled with, learning rate apart.

    Parameters
    ----------
    model : keras.Model
    loss, optimizer : str, default=None
        To be put in place of the model's own, where given.

    Returns
    -------
    tuple

    Raises
    ------
    NotComparable
        Where a part has no value to compare.
    """
    compiled = compile_arguments(model)
    if loss is not None:
        compiled = {**compiled, "loss": loss}
    names = ("loss", "loss_weights", "metrics", "weighted_metrics")
    rest = [compiled[name] for name in names]
    return by_value((optimizer or _optimizer(model), rest), model.variables)


def _optimizer(model):
    optimizer = model.optimizer
    rate = learning_rate_of(optimizer)
    if not isinstance(
        rate, (keras.Variable, keras.optimizers.schedules.LearningRateSchedule)
    ):
        raise Ineligible("the learning rate is a function")
    if getattr(optimizer, "exclude_layers", None):
        # Muon chooses by names, which Keras numbers.
        return optimizer, [v.path for v in model.trainable_variables]
    return optimizer


def _canonical(config):
    """Return a configuration without what differs between calls of one factory.

    Keras numbers unnamed layers through the life of the process (``dense_17``): they
    are numbered from 0 instead. Seeds, initializers and penalties are left to
    `by_value`, which knows what they decide.
    """
    renamed = {}

    def collect(node):
        if isinstance(node, dict):
            kind, inner = node.get("class_name"), node.get("config")
            name = inner.get("name") if isinstance(inner, dict) else None
            if kind and isinstance(name, str):
                automatic = rf"{re.escape(to_snake_case(kind))}(_\d+)?"
                if re.fullmatch(automatic, name):
                    renamed.setdefault(name, f"@{len(renamed)}")
            for value in node.values():
                collect(value)
        elif isinstance(node, (list, tuple)):
            for value in node:
                collect(value)

    def rename(node):
        if isinstance(node, dict):
            return {
                key: rename(value)
                for key, value in node.items()
                if key != "seed" and not key.endswith(("_initializer", "_regularizer"))
            }
        if isinstance(node, (list, tuple)):
            return [rename(value) for value in node]
        return renamed.get(node, node) if isinstance(node, str) else node

    collect(config)
    return rename(config)


def _line(error):
    return str(error).strip().split("\n")[0]
