"""From a model factory to a built and compiled model."""

from __future__ import annotations

import copy
import inspect
import re
from collections import Counter, defaultdict
from typing import Any

import keras

from skkeras.estimators.building.compilation import (
    check_metric_names,
    check_numbers,
    compile_kwargs,
)
from skkeras.estimators.building.contradictions import contradicts
from skkeras.estimators.data.layout import check_layout
from skkeras.estimators.data.rows import materialise
from skkeras.estimators.keras_internals import given_metrics
from skkeras.estimators.legacy import ESTIMATOR_PARAMETERS, modern_name, with_hints
from skkeras.estimators.randomness import seeded
from skkeras.estimators.routing import ROUTING_PREFIXES, route_params
from skkeras.estimators.scikeras_parts import accepts_kwargs, has_param
from skkeras.estimators.typing import Factory
from skkeras.spelling import nearest, snake_case
from skkeras.training import Arrays, check_not_forked

COMPILATION = ("optimizer", "loss", "metrics")


def build_for(row: Arrays, seed: int, **arguments: Any) -> keras.Model:
    """Build a model with its weights, for rows like one.

    Parameters
    ----------
    row : ndarray, list or dict of ndarray
        Encoded.
    seed : int
        Decides the weights.
    **arguments : object
        Of :func:`build_model`.

    Returns
    -------
    keras.Model
        Built and compiled.
    """
    with seeded(seed):
        model = build_model(**arguments)
        check_layout(model, row)
        materialise(model, row)
    return model


def build_model(
    factory: Factory,
    params: dict[str, Any],
    given: set[str],
    user_params: set[str],
    meta: dict[str, Any],
) -> keras.Model:
    """Call a factory with the arguments it takes, and compile the model if needed.

    Parameters
    ----------
    factory : callable or keras.Model
        A factory, or a model to copy.
    params : dict
        All parameters of the estimator.
    given : set of str
        Names of those whose values are not the defaults.
    user_params : set of str
        Names of those that the estimator's signature does not have.
    meta : dict
        What the estimator learnt from the data.

    Returns
    -------
    keras.Model
        Compiled; perhaps not built yet.

    Raises
    ------
    ValueError
        When a parameter has no taker, or the compiled model contradicts one.
    TypeError
        When the factory is none, or does not return a model.
    """
    check_not_forked()
    if isinstance(factory, keras.Model):
        _refuse_for_model(params, user_params)
        model, taken = copy_model(factory), ()
    else:
        model, taken = _call(factory, params, given, user_params, meta)
    if not model.compiled:
        _compile(model, params)
    else:
        _check_compilation(model, params, given, taken)
    check_numbers(model.optimizer)
    settle_metric_names(model)
    return model


def _refuse_for_model(params, user_params):
    _check_routes(params)
    names = route_params(params, "model", user_params)
    for name in names:
        raise ValueError(
            f"The parameter {name!r} has no effect: model is a Keras model, not a "
            f"function that could take it.{_hint(name, params)}"
        )


def _call(factory, params, given, user_params, meta):
    if not callable(factory):
        raise TypeError(
            "model must be a function that returns a Keras model, or a Keras model, "
            f"got {factory!r}."
        )
    if not has_param(factory, "params"):
        _check_routes(params)
    arguments = route_params(params, "model", user_params, strict=True)
    _check_accepted(factory, arguments, params)
    offered = {
        "meta": lambda: meta,
        "compile_kwargs": lambda: compile_kwargs(params),
        "params": lambda: params,
    }
    taken = [n for n in offered if has_param(factory, n) or accepts_kwargs(factory)]
    arguments |= {name: offered[name]() for name in taken}
    for name in COMPILATION:
        if name in given and has_param(factory, name) and name not in arguments:
            arguments[name] = _for_factory(name, params)
            taken.append(name)
    return _model_of(factory, arguments), taken


def _model_of(factory, arguments):
    try:
        model = factory(**arguments)
    except Exception as error:
        error.add_note(f"It was raised in the model factory {_name(factory)}.")
        with_hints(error)
        raise
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"The model factory {_name(factory)} must return a Keras model, but it "
            f"returned {model!r}."
        )
    return model


def _for_factory(name, params):
    """Return the value as it is, or with its routed arguments where it has some."""
    has_arguments = any(other.startswith(f"{name}__") for other in params)
    is_to_copy = isinstance(params[name], keras.optimizers.Optimizer)
    if has_arguments or is_to_copy:
        return compile_kwargs(params)[name]
    return params[name]


def _check_routes(params):
    """Check that every routed parameter has a destination."""
    for name in params:
        prefix, separator, rest = name.partition("__")
        if not separator:
            continue
        if prefix not in ROUTING_PREFIXES:
            raise ValueError(
                f"{name} has no effect: nothing is called {prefix!r} that parameters "
                f"are routed to.{nearest(prefix, ROUTING_PREFIXES)}"
            )
        if prefix == "model" and "__" in rest:
            raise ValueError(
                f"{name} has no effect: a model factory takes arguments, and nothing "
                "is routed beyond them."
            )


def _check_accepted(factory, arguments, params):
    if accepts_kwargs(factory):
        return
    known = inspect.signature(factory).parameters
    for name in arguments:
        if name not in known:
            raise ValueError(
                f"The parameter {name!r} is taken neither by the estimator nor by its "
                f"model factory {_name(factory)}{inspect.signature(factory)}."
                f"{_hint(name, params, known)}"
            )


def _hint(name, params, known=()):
    own = [other for other in params if "__" not in other and other != name]
    return modern_name(name, ESTIMATOR_PARAMETERS) or nearest(name, {*own, *known})


def _name(factory):
    return getattr(factory, "__name__", repr(factory))


def _compile(model, params):
    kwargs = compile_kwargs(params)
    if kwargs["loss"] is None:
        raise ValueError(
            "The model is not compiled and the estimator has no loss: provide a loss, "
            "as loss=... of the estimator or by model.compile(...) in the factory."
        )
    known = inspect.signature(model.compile).parameters
    for name in route_params(params, "compile"):
        if name not in known and not accepts_kwargs(model.compile):
            raise ValueError(
                f"compile__{name} has no effect: Model.compile takes no {name!r}."
                f"{modern_name(name, ESTIMATOR_PARAMETERS) or nearest(name, known)}"
            )
    model.compile(**kwargs)


def _check_compilation(model, params, given, taken):
    """Check that a model compiled by its factory ignores none of the parameters."""
    if not model.loss:
        raise ValueError(
            "The model factory compiled its model without a loss: provide a loss to "
            "model.compile(...), or leave compiling to the estimator."
        )
    check_metric_names(given_metrics(model))
    saw_all = not {"compile_kwargs", "params"}.isdisjoint(taken)
    for name in ("compile", *COMPILATION):
        routed = [other for other in params if other.startswith(f"{name}__")]
        if routed and name not in taken and not saw_all:
            what = f"{name} or compile_kwargs".removeprefix("compile or ")
            raise ValueError(
                f"{routed[0]} has no effect, since the model is compiled already: "
                "leave out model.compile(...) in the factory, or let the factory take "
                f"{what} and compile with it."
            )
    for name in COMPILATION:
        compiled, is_seen = _compiled(name, model), saw_all or name in taken
        if name in given and contradicts(name, params[name], compiled, is_seen):
            raise ValueError(
                f"{name}={params[name]!r} has no effect: the factory compiled its "
                f"model with {name}={compiled!r}. Leave one of them out."
            )
    if params.get("run_eagerly") and not model.run_eagerly:
        raise ValueError(
            "run_eagerly=True has no effect: the factory compiled its model with "
            "run_eagerly=False. Leave one of them out."
        )


def _compiled(name, model):
    if name == "metrics":
        return given_metrics(model)[0]
    return getattr(model, name)


def settle_metric_names(model: keras.Model) -> None:
    """Remove the numbers that Keras appends to the names of metrics.

    Keras calls the second ``AUC()`` of a process ``auc_1``; callbacks that monitor
    ``val_auc`` and readers of a history want the same name each time.

    Parameters
    ----------
    model : keras.Model
        Compiled; the names of its metrics change in place.
    """
    seen = defaultdict(Counter)
    for metrics in given_metrics(model):
        for output, of_output in _by_output(metrics, _n_outputs(model)).items():
            for metric in keras.tree.flatten(of_output):
                if isinstance(metric, keras.metrics.Metric):
                    _settle(metric, seen[output])


def _n_outputs(model):
    return len(getattr(model, "outputs", None) or ())


def _by_output(metrics, n_outputs):
    """Sort metrics by the output whose name Keras puts before theirs."""
    if isinstance(metrics, dict):
        return metrics
    if n_outputs > 1 and isinstance(metrics, list | tuple):
        return dict(enumerate(metrics))
    return {0: metrics}


def _settle(metric, seen):
    base = snake_case(type(metric).__name__)
    if re.fullmatch(rf"{base}(_\d+)?", metric.name):
        metric.name = f"{base}_{seen[base]}" if seen[base] else base
        seen[base] += 1


def copy_model(model: keras.Model) -> keras.Model:
    """Copy a model with its weights, compilation and optimizer state.

    Parameters
    ----------
    model : keras.Model
        Compiled or not.

    Returns
    -------
    keras.Model
    """
    ready_to_copy(model)
    return copy.deepcopy(model)


def ready_to_copy(model: keras.Model) -> None:
    """Create the variables of an untrained optimizer, for copies to be loaded into.

    Parameters
    ----------
    model : keras.Model
        Compiled or not.
    """
    optimizer = model.optimizer if model.compiled and model.built else None
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
