"""From a model factory to a built and compiled model."""

import copy
import inspect
import re
from collections import Counter

import keras

from skkeras.estimators.compilation import compile_kwargs
from skkeras.estimators.legacy import ESTIMATOR_PARAMETERS, modern_name
from skkeras.estimators.routing import route_params
from skkeras.estimators.scikeras_parts import accepts_kwargs, has_param
from skkeras.heads import loss_name, nearest

COMPILATION = ("optimizer", "loss", "metrics")


def build_model(factory, params, given, user_params, meta):
    """Call a factory with what it asks for, and see that its model is compiled.

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
    if isinstance(factory, keras.Model):
        model, taken = copy_model(factory), set()
    else:
        model, taken = _call(factory, params, given, user_params, meta)
    if not model.compiled:
        _compile(model, params)
    else:
        _check_compilation(model, params, given, taken)
    settle_metric_names(model)
    return model


def _call(factory, params, given, user_params, meta):
    if not callable(factory):
        raise TypeError(
            "model must be a function that returns a Keras model, or a Keras model, "
            f"got {factory!r}."
        )
    arguments = route_params(params, "model", pass_filter=user_params, strict=True)
    _check_accepted(factory, arguments)
    offered = {
        "meta": lambda: meta,
        "compile_kwargs": lambda: compile_kwargs(params),
        "params": lambda: params,
    }
    taken = {n for n in offered if has_param(factory, n) or accepts_kwargs(factory)}
    arguments |= {name: offered[name]() for name in taken}
    for name in COMPILATION:
        if name in given and has_param(factory, name) and name not in arguments:
            arguments[name] = _for_factory(name, params)
            taken.add(name)
    model = factory(**arguments)
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"The model factory {_name(factory)} must return a Keras model, but it "
            f"returned {model!r}."
        )
    return model, taken


def _for_factory(name, params):
    """Give the value as it is, or with its routed arguments where it has some."""
    has_arguments = any(other.startswith(f"{name}__") for other in params)
    return compile_kwargs(params)[name] if has_arguments else params[name]


def _check_accepted(factory, arguments):
    if accepts_kwargs(factory):
        return
    known = set(inspect.signature(factory).parameters)
    for name in arguments.keys() - known:
        hint = modern_name(name, ESTIMATOR_PARAMETERS) or nearest(name, known)
        raise ValueError(
            f"The parameter {name!r} is taken neither by the estimator nor by its "
            f"model factory {_name(factory)}{inspect.signature(factory)}.{hint}"
        )


def _name(factory):
    return getattr(factory, "__name__", repr(factory))


def _compile(model, params):
    kwargs = compile_kwargs(params)
    if kwargs["loss"] is None:
        raise ValueError(
            "The model is not compiled and the estimator has no loss: give the "
            "estimator loss=..., or call model.compile(...) in the factory."
        )
    model.compile(**kwargs)


def _check_compilation(model, params, given, taken):
    """Refuse parameters that a model compiled by its factory silently ignores."""
    if not model.loss:
        raise ValueError(
            "The model factory compiled its model without a loss: pass one to "
            "model.compile(...), or leave compiling to the estimator."
        )
    saw_all = taken & {"compile_kwargs", "params"}
    for name in COMPILATION:
        routed = [other for other in params if other.startswith(f"{name}__")]
        if routed and name not in taken and not saw_all:
            raise ValueError(
                f"{routed[0]} has no effect, since the model is compiled already: "
                "leave out model.compile(...) in the factory, or let the factory take "
                f"{name} or compile_kwargs and compile with it."
            )
        if name in given and _contradicts(name, params[name], model):
            raise ValueError(
                f"{name}={params[name]!r} has no effect: the factory compiled its "
                f"model with {name}={_compiled(name, model)!r}. Leave one of them out."
            )


def _compiled(name, model):
    if name == "metrics":
        return model._compile_metrics and model._compile_metrics._user_metrics
    return getattr(model, name)


def _contradicts(name, given, model):
    compiled = _compiled(name, model)
    if name == "metrics":
        return bool(given) and not compiled
    if not isinstance(given, str | type):
        return False
    if name == "optimizer":
        given = given if inspect.isclass(given) else type(keras.optimizers.get(given))
        return not isinstance(compiled, given)
    is_single = not isinstance(compiled, list | tuple | dict)
    return is_single and loss_name(given) != loss_name(compiled)


def settle_metric_names(model):
    """Undo the counting names of metrics, which differ from fit to fit.

    Keras calls the second ``AUC()`` of a process ``auc_1``; callbacks that monitor
    ``val_auc`` and readers of a history want the same name each time.

    Parameters
    ----------
    model : keras.Model
        Compiled; the names of its metrics change in place.
    """
    compiled = model._compile_metrics
    if compiled is None:
        return
    given = keras.tree.flatten(
        (compiled._user_metrics, compiled._user_weighted_metrics)
    )
    seen = Counter()
    for metric in given:
        if not isinstance(metric, keras.metrics.Metric):
            continue
        base = keras.src.utils.naming.to_snake_case(type(metric).__name__)
        if re.fullmatch(rf"{base}(_\d+)?", metric.name):
            metric.name = f"{base}_{seen[base]}" if seen[base] else base
            seen[base] += 1


def copy_model(model):
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


def ready_to_copy(model):
    """Give an untrained optimizer its variables, which copies are loaded into.

    Parameters
    ----------
    model : keras.Model
        Compiled or not.
    """
    optimizer = model.optimizer if model.compiled and model.built else None
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
