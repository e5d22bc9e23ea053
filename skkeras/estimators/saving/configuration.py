"""What a stranger's configuration may name, decided before Keras reads it.

Keras imports the module that a configuration names where that is one of its sister
packages, and finds it in the current folder first. Here nothing is imported: a
configuration may name what Keras has loaded already, `skkeras.layers` and
`skkeras.losses`, which are loaded with this file, and what the caller passed.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import keras

# Keras knows their classes by registered names.
import skkeras.layers
import skkeras.losses  # noqa: F401
from skkeras.estimators.saving.dtypes import plain_dtype

_OF_KERAS = (
    keras.Model,
    keras.Layer,
    keras.Operation,
    keras.DTypePolicy,
    keras.InputSpec,
    keras.Initializer,
    keras.Regularizer,
    keras.constraints.Constraint,
    keras.Loss,
    keras.Metric,
    keras.Optimizer,
    keras.optimizers.schedules.LearningRateSchedule,
    keras.quantizers.Quantizer,
    keras.random.SeedGenerator,
)
_FUNCTIONS_OF_KERAS = (
    "activations",
    "constraints",
    "initializers",
    "losses",
    "metrics",
    "ops",
    "regularizers",
)
# What Keras writes for plain values, none of which is called.
_VALUES = {"__bytes__", "__ellipsis__", "__keras_tensor__", "__slice__", "__tensor__"}
_LONGEST_NUMBER = 16  # bytes
_LAMBDA = (
    "it has a Lambda layer, which calls a function that the file chooses. Where you "
    "trust the file, pass custom_objects={'Lambda': keras.layers.Lambda}"
)


def check_names(config: Any, custom_objects: Mapping[str, Any]) -> None:
    """Raise `ValueError` where a part of a configuration names what it may not.

    Parameters
    ----------
    config : object
        As ``json`` read it.
    custom_objects : dict of str to object
        What the caller passed, by name.
    """
    known = {**keras.saving.get_custom_objects(), **custom_objects}
    for part in dicts_in(config):
        if not {"class_name", "module", "registered_name"}.isdisjoint(part):
            _check_named(part, known)


def dicts_in(config: Any) -> Iterator[dict[str, Any]]:
    """Yield each dict of a configuration, those inside others as well.

    Parameters
    ----------
    config : object
        As ``json`` read it.

    Yields
    ------
    dict
    """
    left = [config]
    while left:  # not by recursion, which a stranger can make too deep
        part = left.pop()
        if isinstance(part, list):
            left.extend(part)
        elif isinstance(part, dict):
            left.extend(part.values())
            yield part


def _check_named(part, known):
    name, module, config = (part.get(k) for k in ("class_name", "module", "config"))
    if name == "__numpy__":
        _check_numbers(config)
    elif name == "function":
        if not (_is_in(config, known) or _is_function_of_keras(module, config)):
            raise ValueError(_refusal(module, config))
    elif name in _VALUES:
        return
    elif not (_is_in(part.get("registered_name"), known) or _is_in(name, known)):
        cls = class_of_keras(module, name)
        if cls is None:
            raise ValueError(_refusal(module, name))
        if issubclass(cls, keras.layers.Lambda):
            raise ValueError(_LAMBDA)


def _is_in(name, known):
    return isinstance(name, str) and name in known


def _refusal(module, name):
    if name == "__lambda__":
        return "its Lambda layer holds Python code, which is never run"
    return (
        f"its configuration names {module!s:.60}.{name!s:.60}, which is neither "
        "Keras's own nor among custom_objects"
    )


def _check_numbers(config):
    dtype = plain_dtype(config["dtype"])
    if dtype.hasobject or dtype.itemsize > _LONGEST_NUMBER:
        raise ValueError(f"an array of {dtype!s:.60} in its configuration")


def class_of_keras(module: Any, name: Any) -> type | None:
    """Find the class of Keras's own that it would make, without importing anything.

    Parameters
    ----------
    module, name : object
        As a configuration names them.

    Returns
    -------
    type or None
        None if there is none, or none that a model is made of.
    """
    found = _found(module, name)
    is_one = inspect.isclass(found) and issubclass(found, _OF_KERAS)
    return found if is_one else None


def _is_function_of_keras(module, name):
    if not isinstance(name, str):
        return False
    if module == "builtins":
        return any(
            callable(_found(f"keras.{each}", name)) for each in _FUNCTIONS_OF_KERAS
        )
    is_public = str(module).removeprefix("keras.") in _FUNCTIONS_OF_KERAS
    return is_public and callable(_found(module, name))


def _found(module, name):
    """Return what a loaded module of Keras has under a name, None if it has nothing."""
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    if module != "keras" and not module.startswith("keras."):
        return None
    if module in sys.modules:
        return vars(sys.modules[module]).get(name)
    # Keras exports modules that are no files, such as keras.optimizers.schedules.
    found = keras
    for part in [*module.split(".")[1:], name]:
        found = getattr(found, part, None)
    return found
