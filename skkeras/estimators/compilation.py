"""From an estimator's parameters to the arguments of ``Model.compile``."""

import inspect
from functools import cache

import keras

from skkeras.estimators.legacy import OPTIMIZER_PARAMETERS, modern_name
from skkeras.estimators.routing import route_params
from skkeras.estimators.scikeras_parts import (
    accepts_kwargs,
    try_to_convert_strings_to_classes,
    unflatten_params,
)
from skkeras.heads import loss_name, nearest

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


def compile_kwargs(params):
    """Arguments of ``Model.compile`` from an estimator's parameters.

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
    for name in ("metrics", "weighted_metrics"):
        if kwargs.get(name) is not None:
            kwargs[name] = _metrics(kwargs[name], params)
    return kwargs


def _optimizer(optimizer, params):
    arguments = route_params(params, "optimizer", pass_filter=set(), strict=True)
    if isinstance(optimizer, keras.optimizers.Optimizer):
        if arguments:
            raise ValueError(
                f"optimizer__{next(iter(arguments))} cannot change an optimizer that "
                "is already an instance: pass its name or its class as optimizer."
            )
        return type(optimizer).from_config(optimizer.get_config())
    if isinstance(optimizer, str):
        optimizer = _optimizer_class(optimizer)
        if optimizer in _optimizer_classes().values():
            # Keras would number it, and variables of a known name are made faster.
            arguments = {"name": optimizer.__name__.lower()} | arguments
    _check_arguments(optimizer, arguments)
    return unflatten_params(optimizer, arguments)


def _optimizer_class(name):
    own = _optimizer_classes().get(name.lower())
    if own is not None:
        return own
    try:
        return type(keras.optimizers.get(name))
    except ValueError:
        hint = nearest(name, _optimizer_classes())
        raise ValueError(
            f"optimizer={name!r} is no optimizer of Keras.{hint} See keras.optimizers "
            "for all of them."
        ) from None


@cache
def _optimizer_classes():
    """Return Keras's optimizers by their names in lower case."""
    base = keras.optimizers.Optimizer
    classes = filter(inspect.isclass, vars(keras.optimizers).values())
    return {
        c.__name__.lower(): c for c in classes if issubclass(c, base) and c is not base
    }


def _check_arguments(optimizer, arguments):
    if not inspect.isclass(optimizer):
        return
    known = inspect.signature(optimizer).parameters
    # Keras's own have **kwargs as well, but only to say what they do not take.
    is_keras_own = optimizer.__module__.startswith("keras.")
    if accepts_kwargs(optimizer) and not is_keras_own:
        return
    for name in arguments.keys() - known.keys():
        hint = modern_name(name, OPTIMIZER_PARAMETERS) or nearest(name, known)
        raise ValueError(
            f"optimizer__{name} is no argument of {optimizer.__name__}.{hint}"
        )


def _loss(loss, params):
    _check_loss_names(loss)
    arguments = route_params(params, "loss", pass_filter=set())
    as_class = _loss_class if arguments else keras.losses.get
    loss = try_to_convert_strings_to_classes(loss, as_class)
    return unflatten_params(loss, arguments)


def _check_loss_names(loss):
    if isinstance(loss, str):
        loss_name(loss)
    elif isinstance(loss, dict):
        _check_loss_names(list(loss.values()))
    elif isinstance(loss, list | tuple):
        for one in loss:
            _check_loss_names(one)


def _loss_class(name):
    """Find the class of a named loss, which routed arguments are for."""
    wanted = loss_name(name).replace("_", "")
    losses = vars(keras.losses).items()
    return next(value for key, value in losses if key.lower() == wanted)


def _metrics(metrics, params):
    arguments = route_params(params, "metrics", set())
    as_metric = _metric_class if arguments else _metric_name_or_class
    metrics = try_to_convert_strings_to_classes(metrics, as_metric)
    metrics = unflatten_params(metrics, arguments)
    return metrics if isinstance(metrics, list | dict) else [metrics]


def _metric_name_or_class(name):
    """Leave names like ``"mse"`` to Keras, which calls the metric so in histories."""
    metric = _metric_class(name)
    return name if name.islower() else metric


def _metric_class(name):
    if name in ("acc", "accuracy", "ce", "crossentropy"):
        return name  # Keras chooses by the loss and the shape of the output.
    try:
        metric = keras.metrics.get(name)
    except ValueError:
        known = {"accuracy", *dir(keras.metrics)}
        raise ValueError(
            f"metrics={name!r} is no metric of Keras.{nearest(name, known)} See "
            "keras.metrics for all of them, or pass a function of (y_true, y_pred)."
        ) from None
    return type(metric) if isinstance(metric, keras.metrics.Metric) else metric
