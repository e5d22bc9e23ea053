"""What makes two fits share one program."""

import json
import re

import keras
import numpy as np
from keras import tree

from skkeras.spelling import snake_case
from skkeras.training.hyperparameters.free import free_of
from skkeras.training.hyperparameters.reading import Reading
from skkeras.training.keras_internals.models import layers_inside, operations_of
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.keras_internals.stock import is_stock
from skkeras.training.planning.by_value import NotComparable, by_value
from skkeras.training.routing.eligibility import Ineligible, first_line
from skkeras.training.state.prototypes import facts_of


class OnlyOne:
    """The key of a program for one fit, since no other can be compared with it."""


def signature(job, without=()):
    """Return a hashable key; jobs with equal keys can be trained by one program.

    Two jobs agree when their programs would be the same text: everything that a trace
    reads is equal, by value. Numbers that live in state do not count: weights, learning
    rate, factors of penalties, rates of dropout, seeds, rows, epochs.

    Parameters
    ----------
    job : Job
        One that `check_job` lets pass.
    without : tuple of CoveredHyperparameter, default=()
        What jobs may differ in beside these.

    Returns
    -------
    tuple or OnlyOne
    """
    try:
        layers, compiled, has_exact_batch_size = _key_of(job.model, without)
    except (NotComparable, RecursionError):
        return OnlyOne()
    batch_size = job.batch_size if has_exact_batch_size else 0
    return layers, compiled, *_data_key(job, batch_size)


def _data_key(job, batch_size):
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


def architecture(model, without=()):
    """Return a key of a model's layers, whatever names Keras has numbered them with.

    Parameters
    ----------
    model : keras.Model
    without : tuple of CoveredHyperparameter, default=()
        What models of one key may differ in.

    Returns
    -------
    tuple

    Raises
    ------
    NotComparable
        Where a part of the model has no value to compare.
    """
    return _once(model, "architecture", without, _architecture)


def _key_of(model, without):
    return _once(model, "key", without, _read_key)


def _read_key(reading):
    compiled = _compilation(reading)
    return _architecture(reading), compiled, reading.has_exact_batch_size


def _once(model, kind, without, read):
    """Return what is read of a model; of a prototype, once and for all."""
    facts = facts_of(model)
    if facts is None:
        return read(_reading(model, without))
    key = kind, *(each.name for each in without)
    if key not in facts:
        facts[key] = read(_reading(model, without))
    return facts[key]


def _reading(model, without):
    reading = Reading.of(model)
    for hyperparameter in (*free_of(model), *without):
        hyperparameter.leave_out(reading)
    return reading


def _architecture(reading):
    model = reading.model
    parts = [model, *layers_inside(model)]
    of_variables = [
        (
            v.trainable,
            v.dtype,
            tuple(v.shape) if reading.has_exact_shapes else None,
            reading.regularizer_of(v.regularizer),
            v.constraint,
        )
        for v in model.variables
    ]
    read = parts, _beside_layers(parts), of_variables
    value = by_value(read, model.variables, reading.attributes)
    return _configuration(model, parts, reading), value, _settings_of_keras()


def _beside_layers(models):
    """Return what functional models compute beside their layers."""
    return [
        operation
        for model in models
        for operation in operations_of(model)
        if not isinstance(operation, keras.layers.Layer)
    ]


def _configuration(model, parts, reading):
    """Return how layers are connected, where they do not just follow each other."""
    models = [part for part in parts if isinstance(part, keras.Model)]
    if all(type(part) is keras.Sequential for part in models):
        return None
    try:
        config = {"class_name": type(model).__name__, "config": model.get_config()}
    except (NotImplementedError, TypeError, ValueError) as error:
        raise Ineligible(
            f"the model has no configuration: {first_line(error)}"
        ) from error
    left_out = {*reading.configured, *_decide_weights(parts)}
    return json.dumps(_canonical(config, left_out), sort_keys=True, default=repr)


def _decide_weights(parts):
    """Return (class, argument) of what layers only make weights from."""
    kinds = {type(part) for part in parts if is_stock(type(part))}
    return {
        (kind.__name__, name)
        for kind in kinds
        for name in getattr(kind, "configures_weights", ())
    }


def _settings_of_keras():
    config = keras.config
    return config.floatx(), config.epsilon(), config.image_data_format()


def _compilation(reading):
    """Return a key of what a model is compiled with, learning rate apart."""
    names = ("loss", "loss_weights", "metrics", "weighted_metrics")
    rest = [reading.compiled[name] for name in names]
    is_exact = reading.optimizer is reading.model.optimizer
    optimizer = _optimizer(reading.model) if is_exact else reading.optimizer
    return by_value((optimizer, rest), reading.model.variables)


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


def _canonical(config, left_out):
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
                automatic = rf"{re.escape(snake_case(kind))}(_\d+)?"
                if re.fullmatch(automatic, name):
                    renamed.setdefault(name, f"@{len(renamed)}")
            for value in node.values():
                collect(value)
        elif isinstance(node, (list, tuple)):
            for value in node:
                collect(value)

    def rename(node, kind=None):
        if isinstance(node, dict):
            inner = node.get("class_name")
            return {
                key: rename(value, inner if key == "config" else None)
                for key, value in node.items()
                if kind is None or not is_left_out(kind, key)
            }
        if isinstance(node, (list, tuple)):
            return [rename(value) for value in node]
        return renamed.get(node, node) if isinstance(node, str) else node

    def is_left_out(kind, key):
        ends = ("_initializer", "_regularizer")
        return key == "seed" or key.endswith(ends) or (kind, key) in left_out

    collect(config)
    return rename(config)
