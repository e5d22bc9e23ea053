"""How many objects and numbers a file may lead to: decided by its size.

Keras needs up to 20 kB and a few milliseconds for a layer that 50 bytes of text name,
calls all layers of a Sequential model anew for each that it adds, and fills lists that
are as long as a number says.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from skkeras.estimators.keras_internals import planning
from skkeras.estimators.saving.configuration import class_of_keras, dicts_in

MOST_OBJECTS = 20_000
"""Objects of any file, those that only pass included."""

BYTES_OF_AN_OBJECT = 50
"""Bytes of a file for each further object. Keras itself writes 70 or more."""

MOST_NUMBERS = 100_000
"""Numbers that no weights of the file are for."""

_A_VARIABLE = 20  # objects: it takes 40 kB, and as much for each slot of an optimizer


class Allowance:
    """What is left for a file.

    Parameters
    ----------
    size : int
        Bytes of the file.
    """

    def __init__(self, size: int) -> None:
        self._most = MOST_OBJECTS + size // BYTES_OF_AN_OBJECT
        self._objects, self._numbers = self._most, MOST_NUMBERS

    def take_objects(self, count: int) -> None:
        """Raise `ValueError` where the file has led to more objects than it may.

        Parameters
        ----------
        count : int
            Of further objects.
        """
        self._objects -= max(0, count)
        if self._objects < 0:
            raise ValueError(
                f"its models take Keras more than {self._most} objects to build, too "
                "many for a file of this size"
            )

    def check(self) -> None:
        """Raise `ValueError` where more was taken than there was."""
        self.take_objects(0)
        self.take_numbers(0)

    def take_numbers(self, count: int) -> None:
        """Raise `ValueError` where the file asks for more numbers than it holds.

        Parameters
        ----------
        count : int
            Of numbers that the file does not hold.
        """
        self._numbers -= max(0, count)
        if self._numbers < 0:
            raise ValueError(
                "its model or its metrics ask for more numbers than the file holds"
            )


def check_parts(config: Any, allowance: Allowance) -> None:
    """Raise `ValueError` where a configuration has too many parts, or too long ones.

    Parameters
    ----------
    config : object
        As ``json`` read it; it names nothing that it may not.
    allowance : Allowance
        Of the file.
    """
    for part in dicts_in(config):
        if "class_name" in part:
            _take(part, allowance)
        _check_calls(part.get("inbound_nodes"))


def _take(part, allowance):
    """Take what an object makes at once, beside the variables of a model."""
    cls = class_of_keras(part.get("module"), part["class_name"])
    config = part["config"] if isinstance(part.get("config"), dict) else {}
    allowance.take_objects(1)
    if cls is None:
        return
    if issubclass(cls, keras.Metric):
        curves = _length(config, "num_thresholds", 200) * _length(config, "num_labels")
        allowance.take_numbers(max(curves, _length(config, "num_classes") ** 2))
        allowance.take_objects(_A_VARIABLE)
    elif issubclass(cls, keras.layers.TextVectorization):
        allowance.take_numbers(_length(config, "ngrams"))
    elif issubclass(cls, keras.layers.Normalization) and config.get("mean") is not None:
        spread = _spread(config.get("axis", -1), part.get("build_config"))
        allowance.take_numbers(2 * spread)


def _length(config, name, default=1):
    value = config.get(name)
    return value if isinstance(value, int) else default


def _spread(axis, build_config):
    """Return to how many numbers a Normalization copies a mean that it was given."""
    if axis is None:
        return 1
    shape = (build_config or {})["input_shape"]
    axes = axis if isinstance(axis, list) else [axis]
    return math.prod(shape[i] for i in axes)


def _check_calls(nodes):
    """Refuse calls on no tensor, which Keras would do at once, not only plan."""
    for node in nodes or []:
        if not isinstance(node, dict) or not _has_tensor(node):
            raise ValueError("a layer is called on no tensor")


def _has_tensor(node):
    return any(p.get("class_name") == "__keras_tensor__" for p in dicts_in(node))


@contextmanager
def counting(allowance: Allowance, stored: int) -> Iterator[None]:
    """Count what Keras plans to make, and stop it where that is too much.

    Parameters
    ----------
    allowance : Allowance
        Of the file.
    stored : int
        Numbers that the file holds for the variables.
    """
    variables = _Variables(stored, allowance)
    with planning(variables, lambda names: _Names(names, allowance)):
        yield


class _Names(defaultdict):
    """How often Keras gave each name."""

    def __init__(self, names, allowance):
        super().__init__(int, names)
        self._allowance = allowance

    def __setitem__(self, name, count):
        self._allowance.take_objects(1)
        super().__setitem__(name, count)


class _Variables(list):
    """Those that wait for values."""

    def __init__(self, stored, allowance):
        super().__init__()
        self._stored, self._allowance = stored, allowance

    def append(self, variable):
        super().append(variable)
        self._allowance.take_objects(_A_VARIABLE)
        size = math.prod(variable.shape)
        self._allowance.take_numbers(max(0, size - self._stored))
        self._stored = max(0, self._stored - size)
