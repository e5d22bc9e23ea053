"""Whether a model was compiled with what the estimator was given."""

from __future__ import annotations

import inspect
from typing import Any, Literal

import keras

from skkeras.estimators.building.compilation import metric_class, optimizer_class
from skkeras.heads import loss_name


def contradicts(
    name: Literal["optimizer", "loss", "metrics"],
    given: Any,
    compiled: Any,
    is_seen: bool,
) -> bool:
    """Check whether a parameter contradicts what the model was compiled with.

    Parameters
    ----------
    name : {"optimizer", "loss", "metrics"}
        Of the parameter.
    given : object
        Its value: names, classes, instances, functions, or lists and dicts of them.
    compiled : object
        What the model has in its place.
    is_seen : bool
        Whether the factory got the value: settings of an optimizer that it changed,
        and metrics that it left out or added, are then its decision.

    Returns
    -------
    bool
    """
    if name == "optimizer":
        return not _is_optimizer(given, compiled, is_seen)
    if name == "loss":
        return not _match(given, compiled, _is_same_kind if is_seen else _is_loss)
    if is_seen:
        return bool(given) and not compiled
    return not _match(_listed(given), _listed(compiled), _is_metric)


def _is_optimizer(given, compiled, is_seen):
    compiled = getattr(compiled, "inner_optimizer", compiled)  # of mixed precision
    if given is None:
        return False
    if inspect.isclass(given):
        return isinstance(compiled, given)
    if isinstance(given, str):
        return isinstance(compiled, optimizer_class(given))
    given = keras.optimizers.get(given)
    if is_seen:
        return isinstance(compiled, type(given))
    return type(compiled) is type(given) and _config(compiled) == _config(given)


def _listed(metrics):
    if metrics is None:
        return []
    return list(metrics) if isinstance(metrics, list | tuple) else metrics


def _match(given, compiled, are_same):
    """Compare structures; one item stands for several of the same kind."""
    if isinstance(given, dict) and isinstance(compiled, dict):
        return given.keys() == compiled.keys() and all(
            _match(given[key], compiled[key], are_same) for key in given
        )
    if isinstance(given, list | tuple) and isinstance(compiled, list | tuple):
        return len(given) == len(compiled) and all(
            _match(a, b, are_same) for a, b in zip(given, compiled, strict=True)
        )
    if isinstance(given, list | tuple | dict):
        return False
    if isinstance(compiled, list | tuple | dict):
        items = compiled.values() if isinstance(compiled, dict) else compiled
        return bool(items) and all(_match(given, one, are_same) for one in items)
    return are_same(given, compiled)


def _is_same_kind(given, compiled):
    """Compare losses by what they compute, whatever their arguments."""
    if given is None or compiled is None:
        return given is compiled
    names = loss_name(given), loss_name(compiled)
    return _are_equal(given, compiled) if None in names else names[0] == names[1]


def _is_loss(given, compiled):
    if not _is_same_kind(given, compiled):
        return False
    is_plain = not isinstance(given, keras.losses.Loss) or loss_name(given) is None
    return is_plain or _settings(given) == _settings(compiled)


def _settings(loss):
    """Return the arguments of a loss; None for the defaults."""
    if not isinstance(loss, keras.losses.Loss):
        return None
    loss_config, default = _config(loss), _config(type(loss)())
    return None if loss_config == default else loss_config


def _is_metric(given, compiled):
    return _are_equal(_metric(given), _metric(compiled))


def _metric(metric):
    if isinstance(metric, str):
        name = {"acc": "accuracy", "ce": "crossentropy"}.get(metric, metric)
        return metric_class(name)
    if isinstance(metric, keras.metrics.Metric):
        has_defaults = _config(metric) == _default_config(type(metric))
        return type(metric) if has_defaults else metric
    return metric


def _default_config(cls):
    parameters = inspect.signature(cls).parameters.values()
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if any(p.default is p.empty and p.kind not in kinds for p in parameters):
        return None
    return _config(cls())


def _are_equal(given, compiled):
    if given is compiled or given == compiled:
        return True
    if inspect.isclass(given):
        return isinstance(compiled, given)
    if type(given) is not type(compiled) or not hasattr(given, "get_config"):
        return False
    return _config(given) == _config(compiled)


def _config(thing):
    """Return an object's config without its name, which may count instances."""
    return {n: v for n, v in thing.get_config().items() if n != "name"}
