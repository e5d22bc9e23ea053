"""From an estimator's parameters to the arguments of ``Model.compile``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import keras

from skkeras.estimators.building.arguments import with_arguments
from skkeras.estimators.legacy import METRICS, modern_name
from skkeras.estimators.routing import route_params
from skkeras.estimators.scikeras_parts import try_to_convert_strings_to_classes
from skkeras.heads import loss_name
from skkeras.spelling import nearest

COMPILE_PARAMETERS = frozenset(
    {
        "optimizer",
        "loss",
        "metrics",
        "loss_weights",
        "weighted_metrics",
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
        "auto_scale_loss",
    }
)


def compile_kwargs(params: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``Model.compile`` from an estimator's parameters.

    Names become classes, routed parameters (``optimizer__learning_rate``) their
    arguments. Instances are copied, so that a fit never changes a parameter.

    Parameters
    ----------
    params : dict
        As ``get_params(deep=False)`` returns them.

    Returns
    -------
    dict
        Fresh objects at every call.

    Raises
    ------
    ValueError
        When a name or a routed argument is unknown.
    """
    kwargs = route_params(params, "compile", pass_filter=COMPILE_PARAMETERS)
    kwargs["optimizer"] = _optimizer(kwargs.get("optimizer", "rmsprop"), params)
    kwargs["loss"] = _loss(kwargs.get("loss"), params)
    kwargs["metrics"] = _metrics("metrics", kwargs.get("metrics"), params)
    weighted = _metrics("weighted_metrics", kwargs.get("weighted_metrics"), params)
    return kwargs if weighted is None else kwargs | {"weighted_metrics": weighted}


def _optimizer(optimizer, params):
    arguments = route_params(params, "optimizer")
    if isinstance(optimizer, str):
        optimizer = optimizer_class(optimizer)
        if optimizer in _optimizer_classes().values():
            # Keras would number it, and variables of a known name are made faster.
            arguments = {"name": optimizer.__name__.lower()} | arguments
    elif not isinstance(optimizer, keras.optimizers.Optimizer | type | dict):
        raise ValueError(
            f"optimizer={optimizer!r} is no optimizer. You must provide an optimizer: "
            "the name of one, such as 'adam', a class, or an instance of "
            "keras.optimizers.Optimizer."
        )
    base = keras.optimizers.Optimizer
    if isinstance(optimizer, type) and not issubclass(optimizer, base):
        raise ValueError(f"optimizer={optimizer!r} is no class of optimizers.")
    made = with_arguments("optimizer", optimizer, arguments)
    return _untrained(made) if made is optimizer else made


def check_numbers(optimizer: keras.Optimizer) -> None:
    """Check that no argument of a Keras optimizer is None that has to be a number.

    Keras 2 took ``epsilon=None`` for its default.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        Of a compiled model.

    Raises
    ------
    ValueError
        With the default.
    """
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    cls = type(optimizer)
    if cls not in _optimizer_classes().values():
        return
    for name, parameter in inspect.signature(cls).parameters.items():
        default = parameter.default
        is_number = isinstance(default, int | float) and not isinstance(default, bool)
        if is_number and getattr(optimizer, name, default) is None:
            raise ValueError(
                f"{name}=None of the optimizer {cls.__name__}: Keras 3 needs a number. "
                f"Leave {name} out, and it is {default}."
            )


def _untrained(optimizer):
    """Copy an instance's class and settings; a config stays as it is."""
    if isinstance(optimizer, dict):
        return optimizer
    return type(optimizer).from_config(optimizer.get_config())


def optimizer_class(name: str) -> type[keras.Optimizer]:
    """Return the class of an optimizer by its name.

    Parameters
    ----------
    name : str
        In any case.

    Returns
    -------
    type

    Raises
    ------
    ValueError
        With the nearest name, when Keras has none of this name.
    """
    own = _optimizer_classes().get(name.lower())
    if own is not None:
        return own
    try:
        return type(keras.optimizers.get(name))
    except ValueError:
        hint = nearest(name, _optimizer_classes())
        raise ValueError(
            f"Could not interpret optimizer={name!r}: it is no optimizer of Keras."
            f"{hint} See keras.optimizers for all of them."
        ) from None


@cache
def _optimizer_classes():
    """Return Keras's optimizers by their names in lower case."""
    base = keras.optimizers.Optimizer
    classes = filter(inspect.isclass, vars(keras.optimizers).values())
    return {
        c.__name__.lower(): c for c in classes if issubclass(c, base) and c is not base
    }


def _loss(loss, params):
    _check_losses(loss)
    arguments = route_params(params, "loss")
    as_class = _loss_class if arguments else keras.losses.get
    loss = try_to_convert_strings_to_classes(loss, as_class)
    return with_arguments("loss", loss, arguments)


def _check_losses(loss):
    """Check that each is a loss; one of several outputs may have none."""
    losses = list(_flat(loss))
    for one in losses:
        if isinstance(one, str):
            loss_name(one)
        elif not (one is None or callable(one)):
            raise ValueError(
                f"loss={loss!r} holds {one!r}, which is no loss: pass names, classes "
                "or instances of keras.losses.Loss, or functions of (y_true, y_pred)."
            )
    if loss is not None and all(one is None for one in losses):
        raise ValueError(f"loss={loss!r} holds nothing to minimise: provide a loss.")


def _flat(items):
    if isinstance(items, Mapping):
        items = list(items.values())
    if not isinstance(items, list | tuple):
        yield items
        return
    for item in items:
        yield from _flat(item)


def _loss_class(name):
    """Find the class of a named loss, which routed arguments are for."""
    wanted = loss_name(name).replace("_", "")
    losses = vars(keras.losses).items()
    return next(value for key, value in losses if key.lower() == wanted)


def _metrics(name, metrics, params):
    for one in _flat(metrics):
        if not (one is None or isinstance(one, str) or callable(one)):
            raise ValueError(
                f"{name}={metrics!r} holds {one!r}, which is no metric: pass names, "
                "classes or instances of keras.metrics.Metric, or functions of "
                "(y_true, y_pred)."
            )
    arguments = route_params(params, name)
    as_metric = metric_class if arguments else _metric_name_or_class
    metrics = try_to_convert_strings_to_classes(metrics, as_metric)
    metrics = with_arguments(name, metrics, arguments)
    metrics = _lists(metrics)
    return metrics if metrics is None or isinstance(metrics, list | dict) else [metrics]


def _lists(metrics):
    """Return tuples, at any depth, as lists: Keras 3.12 takes no other sequence."""
    if isinstance(metrics, dict):
        return {name: _lists(one) for name, one in metrics.items()}
    return [*map(_lists, metrics)] if isinstance(metrics, list | tuple) else metrics


def _metric_name_or_class(name):
    """Leave names like ``"mse"`` to Keras, which calls the metric so in histories."""
    metric = metric_class(name)
    return name if name.islower() else metric


def check_metric_names(metrics: Any) -> None:
    """Check that Keras knows each metric that is given by its name.

    Parameters
    ----------
    metrics : list, tuple, dict or None
        As ``Model.compile`` takes them.

    Raises
    ------
    ValueError
        With the nearest name, or the modern one.
    """
    for metric in _flat(metrics):
        if isinstance(metric, str):
            metric_class(metric)


def metric_class(name: str) -> type | Callable[..., Any] | str:
    """Return the class of a metric by its name.

    Parameters
    ----------
    name : str
        As Keras takes it.

    Returns
    -------
    type, callable or str
        A function where Keras has no class; the name where it chooses itself.

    Raises
    ------
    ValueError
        With the nearest name, when Keras has none of this name.
    """
    if name.lower() in ("acc", "accuracy", "ce", "crossentropy"):
        return name  # Keras chooses by the loss and the shape of the output.
    try:
        metric = keras.metrics.get(name)
    except ValueError:
        known = {"accuracy", *dir(keras.metrics)}
        hint = modern_name(name, METRICS) or nearest(name, known)
        raise ValueError(
            f"Could not interpret metrics={name!r}: it is no metric of Keras.{hint} "
            "See keras.metrics for all of them, or pass a function of "
            "(y_true, y_pred)."
        ) from None
    return type(metric) if isinstance(metric, keras.metrics.Metric) else metric
