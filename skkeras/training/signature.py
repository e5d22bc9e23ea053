"""What makes two fits share one program."""

import json
import re
import types
import weakref

import keras
import numpy as np
from keras import tree
from keras.src.utils.naming import to_snake_case

from skkeras.training.eligibility import Ineligible
from skkeras.training.penalties import without_factors
from skkeras.training.widened import widened

_of_prototypes = weakref.WeakKeyDictionary()


def signature(job):
    """Return a hashable key; jobs with equal keys can be trained by one program.

    Two jobs agree when their programs would be the same text: architecture, loss,
    metrics, optimizer and its constants, shapes, dtypes and batch sizes. Numbers that
    live in state do not count: weights, learning rate, factors of penalties, seeds,
    rows, epochs.

    Parameters
    ----------
    job : Job
        One that `check_job` lets pass.

    Returns
    -------
    tuple
    """
    layers, compiled = architecture(job.model), compilation(job.model)
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
        What `widened` is to put in place of the model's own.

    Returns
    -------
    tuple
    """
    keys = _of_prototypes.get(model)
    if keys is None:
        return _architecture(model, *other)
    if other not in keys:
        keys[other] = _architecture(model, *other)
    return keys[other]


def remember_architecture(prototype):
    """Work out the `architecture` of a model once, since nobody changes it."""
    _of_prototypes.setdefault(prototype, {})


def _architecture(model, widths=None, activation=None):
    own = custom_objects(model)
    try:
        config = model.get_config()
        if widths is not None:
            config = widened(config, widths, activation)
        if not own:
            config = without_factors(config)
        config = {"class_name": type(model).__name__, "config": config}
    except (NotImplementedError, TypeError, ValueError) as error:
        raise Ineligible(f"the model has no configuration: {_line(error)}") from error
    text = json.dumps(_canonical(config), sort_keys=True, default=repr)
    trainable = tuple(v.trainable for v in model.variables)
    return type(model), text, trainable, tuple(own.items())


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
    """
    compiled = model._compile_config.config
    if loss is not None:
        compiled = {**compiled, "loss": loss}
    names = ("loss", "loss_weights", "metrics", "weighted_metrics")
    return (
        optimizer or _optimizer_key(model.optimizer),
        *(_key(compiled[name]) for name in names),
    )


def _optimizer_key(optimizer):
    config = optimizer.get_config()
    config.pop("name", None)
    rate = optimizer._learning_rate
    if isinstance(rate, keras.Variable):
        config.pop("learning_rate")
    elif isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        config["learning_rate"] = _schedule_key(rate)
    else:
        raise Ineligible("the learning rate is a function")
    return type(optimizer), json.dumps(config, sort_keys=True, default=repr)


def custom_objects(model):
    """Return the classes and functions of a model's layers that Keras does not own."""
    layers = [model, *model._flatten_layers(include_self=False)]
    found = {}
    for layer in layers:
        values = [type(layer), *vars(layer).values()]
        for value in values:
            if isinstance(value, (type, types.FunctionType)) and is_custom(value):
                found[value.__name__] = value
    return found


def is_custom(definition):
    """Tell whether a class or function is defined outside Keras."""
    return not definition.__module__.startswith(("keras.", "tensorflow."))


def _schedule_key(schedule):
    kind = type(schedule)
    return f"{kind.__module__}.{kind.__qualname__} {schedule.get_config()}"


def _key(value):
    """Return a hashable key of a loss, a metric, or a nest of them."""
    if isinstance(value, dict):
        return tuple((name, _key(value[name])) for name in value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, *map(_key, value)
    if isinstance(value, (keras.losses.Loss, keras.metrics.Metric)):
        kind = type(value)
        if (
            is_custom(kind)
            and "__init__" in vars(kind)
            and "get_config" not in vars(kind)
        ):
            raise Ineligible(f"{kind.__name__} defines __init__ but not get_config")
        config = {**value.get_config()}
        if is_custom(kind) or not _AUTO_NAMED.match(str(config.get("name"))):
            name = config.get("name")
        else:
            name = re.sub(r"_\d+$", "", config["name"])
        config["name"] = name
        return kind, json.dumps(config, sort_keys=True, default=repr)
    return value


_AUTO_NAMED = re.compile(r"^[a-z0-9_]+_\d+$")


def _canonical(config):
    """Return a configuration without what differs between calls of one factory.

    Keras numbers unnamed layers through the life of the process (``dense_17``): they
    are numbered from 0 instead. Seeds and initializers only decide initial weights,
    which are state.
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
                if key != "seed" and not key.endswith("_initializer")
            }
        if isinstance(node, (list, tuple)):
            return [rename(value) for value in node]
        return renamed.get(node, node) if isinstance(node, str) else node

    collect(config)
    return rename(config)


def _line(error):
    return str(error).strip().split("\n")[0]
