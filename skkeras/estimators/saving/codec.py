"""Values of an estimator as JSON and back, by kinds that are listed here one by one.

Nothing is ever imported because a file says so: a class or function that is not
Keras's, or a loss of ours, is only looked up in what the caller of ``load`` passed.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from skkeras import losses
from skkeras.estimators.saving.allowance import Allowance, check_parts
from skkeras.estimators.saving.configuration import check_names
from skkeras.estimators.saving.dtypes import plain_dtype
from skkeras.estimators.saving.encoders import ENCODERS
from skkeras.estimators.saving.unloaded import Unloaded

_KERAS_KINDS = (
    "keras.activations",
    "keras.constraints",
    "keras.initializers",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.regularizers",
)
_OUR_KINDS = ("skkeras.losses",)


class Encoder:
    """Turns values into what ``json`` writes.

    Attributes
    ----------
    models : list of keras.Model
        Models met among the values, which go to files of their own.
    """

    def __init__(self) -> None:
        self.models: list[keras.Model] = []

    def encode(self, value: Any) -> Any:
        """Encode a value.

        Parameters
        ----------
        value : object
            A parameter or a fitted attribute.

        Returns
        -------
        object
            Lists, dicts, strings and numbers; what no kind is for is only named.
        """
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float) and not isinstance(value, np.generic):
            return value if math.isfinite(value) else _tag("float", str(value))
        if isinstance(value, list):
            return [self.encode(item) for item in value]
        if isinstance(value, tuple):
            return _tag("tuple", [self.encode(item) for item in value])
        if isinstance(value, dict):
            items = [[self.encode(k), self.encode(v)] for k, v in value.items()]
            return _tag("dict", items)
        return self._encode_object(value)

    def _encode_object(self, value):
        if isinstance(value, np.dtype):
            return _tag("dtype", value.str)
        if isinstance(value, np.generic):
            return _tag("scalar", [value.dtype.str, self.encode(value.item())])
        if isinstance(value, np.ndarray):
            items = [self.encode(item) for item in value.ravel().tolist()]
            return _tag("array", [value.dtype.str, list(value.shape), items])
        if isinstance(value, keras.Model):
            self.models.append(value)
            return _tag("model", len(self.models) - 1)
        if type(value).__name__ in ENCODERS:
            kind = ENCODERS[type(value).__name__]
            if kind.cls is type(value):
                return _tag(type(value).__name__, self.encode(kind.state(value)))
        if isinstance(value, Unloaded):
            return _tag("named", value.name)
        if _is_from_keras(value):
            return _tag("keras", _config_of(value))
        if inspect.isclass(value) or inspect.isroutine(value):
            return _tag("named", f"{value.__module__}.{value.__qualname__}")
        return _tag("instance", f"{type(value).__module__}.{type(value).__qualname__}")


class Decoder:
    """Turns back what :class:`Encoder` gave.

    Parameters
    ----------
    models : list of keras.Model
        In the order of ``Encoder.models``.
    custom_objects : dict of str to object
        Classes and functions by name.
    most_bytes : int
        That all arrays together may have.
    allowance : Allowance
        Of the whole file.
    """

    def __init__(
        self,
        models: list[keras.Model],
        custom_objects: Mapping[str, Any],
        most_bytes: int,
        allowance: Allowance,
    ) -> None:
        self._models, self._custom_objects = models, custom_objects
        self.models_given: list[keras.Model] = []
        self._bytes_left, self._allowance = most_bytes, allowance
        self._kinds = {
            "tuple": lambda v: tuple(self.decode(item) for item in v),
            "dict": lambda v: {self.decode(k): self.decode(x) for k, x in v},
            "float": float,
            "dtype": plain_dtype,
            "scalar": lambda v: plain_dtype(v[0]).type(self.decode(v[1])),
            "array": self._array,
            "model": self._model,
            "named": self._named,
            "instance": Unloaded,
            "keras": self._keras,
        }

    def decode(self, value: Any) -> Any:
        """Decode a value.

        Parameters
        ----------
        value : object
            As ``json`` reads it.

        Returns
        -------
        object
            Functions and classes that nobody passed become :class:`Unloaded`.

        Raises
        ------
        ValueError
            When the value is of no kind that is known.
        """
        if isinstance(value, list):
            return [self.decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) != 1:
            raise ValueError(f"unknown kind of value: {sorted(value)!r:.80}")
        ((kind, content),) = value.items()
        if kind in self._kinds:
            return self._kinds[kind](content)
        if kind in ENCODERS:
            return ENCODERS[kind].restore(self.decode(content))
        raise ValueError(f"unknown kind of value: {kind!r:.80}")

    def _model(self, number):
        self.models_given.append(self._models[number])
        return self._models[number]

    def _array(self, content):
        name, shape, items = content
        dtype = plain_dtype(name)
        self._bytes_left -= dtype.itemsize * max(len(items), 1)
        if self._bytes_left < 0:
            raise ValueError(
                f"{len(items)} entries of {dtype.itemsize} bytes are more "
                "than a file of this size may hold"
            )
        items = [self.decode(item) for item in items]
        array = np.empty(len(items), dtype)
        array[:] = items
        return array.reshape(shape)

    def _named(self, name):
        for known in (name, name.rpartition(".")[2]):
            if known in self._custom_objects:
                return self._custom_objects[known]
        module, _, short = name.rpartition(".")
        if module.startswith(_OUR_KINDS) and short in losses.__all__:
            return getattr(losses, short)
        for kind in _KERAS_KINDS:
            found = getattr(getattr(keras, kind.partition(".")[2]), short, None)
            if module.startswith("keras.") and found is not None:
                return found
        return Unloaded(name)

    def _keras(self, config):
        module = config.get("module") if isinstance(config, dict) else None
        if not str(module).startswith((*_KERAS_KINDS, *_OUR_KINDS)):
            raise ValueError(f"no part of a compiled model: {module!r:.80}")
        check_names(config, self._custom_objects)
        check_parts(config, self._allowance)
        return keras.saving.deserialize_keras_object(
            config, custom_objects=self._custom_objects, safe_mode=True
        )


def _tag(kind, content):
    return {kind: content}


def _config_of(value):
    """Return Keras's description of an object, the same on every backend."""
    config = keras.saving.serialize_keras_object(value)
    if isinstance(value, keras.optimizers.Optimizer):
        # PyTorch's are subclasses of its own, of the same names.
        config |= {"module": "keras.optimizers", "registered_name": None}
    return config


def _is_from_keras(value):
    kinds = (
        keras.optimizers.Optimizer,
        keras.optimizers.schedules.LearningRateSchedule,
        keras.losses.Loss,
        keras.metrics.Metric,
        keras.initializers.Initializer,
        keras.regularizers.Regularizer,
        keras.constraints.Constraint,
    )
    homes = "keras.", *_OUR_KINDS
    return isinstance(value, kinds) and type(value).__module__.startswith(homes)
