"""Choices of any type, under names that every storage can keep."""

from __future__ import annotations

import hashlib
import inspect
import math
import numbers
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.distributions import CategoricalDistribution

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

_LONGEST_LABEL = 120


def choice_labels(choices: Sequence[Any]) -> list[bool | int | float | str | None]:
    """Label each choice by a value that survives JSON.

    Parameters
    ----------
    choices : list
        Values of any type: tuples, optimizers, classes, functions...

    Returns
    -------
    list of None, bool, int, float or str
        The choices themselves where they are such scalars and differ from each other;
        otherwise descriptions, all different, and the same in each process.

    Examples
    --------
    >>> choice_labels(["adam", "sgd"])
    ['adam', 'sgd']
    >>> choice_labels([(64,), (64, 32)])
    ['(64,)', '(64, 32)']
    """
    scalars = [c.item() if isinstance(c, np.generic) else c for c in choices]
    if all(map(_is_storable, scalars)) and _all_differ(scalars):
        return scalars
    descriptions = [describe(c) for c in scalars]
    seen = Counter()
    labels = []
    for text in descriptions:
        seen[text] += 1
        labels.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return labels


def _is_storable(value):
    return value is None or isinstance(value, bool | int | float | str)


def _all_differ(scalars):
    # Optuna finds a choice by ==, under which 1, 1.0 and True are one.
    return len(set(scalars)) == len(scalars)


def describe(value: Any) -> str:
    """Describe a choice, in each process in the same way.

    Parameters
    ----------
    value : object
        Of any type.

    Returns
    -------
    str

    Examples
    --------
    >>> describe((64, 32))
    '(64, 32)'
    """
    if isinstance(value, str):
        return value
    if inspect.isclass(value) or inspect.isroutine(value):
        return f"{value.__module__}.{value.__qualname__}"
    if hasattr(value, "get_config"):
        config = {k: v for k, v in value.get_config().items() if k != "name"}
        text = f"{type(value).__name__}({_arguments(config)})"
    elif isinstance(value, list | tuple):
        inner = ", ".join(describe(v) for v in value)
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        text = f"({inner}{comma})" if isinstance(value, tuple) else f"[{inner}]"
    elif type(value).__repr__ is object.__repr__:
        text = type(value).__qualname__  # repr would tell an address
    else:
        text = repr(value)
    if len(text) <= _LONGEST_LABEL:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[:_LONGEST_LABEL]}… {digest}"


def _arguments(config):
    return ", ".join(
        f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value!r}"
        for name, value in sorted(config.items())
        if value is not None
    )


class LabelledTrial:
    """An Optuna trial whose categorical choices may be of any type.

    Storages keep labels; the values themselves stay in the program. Everything else is
    the trial's own.

    Parameters
    ----------
    trial : optuna.Trial or optuna.trial.FrozenTrial
        One that suggests, or one that remembers what it suggested.
    """

    def __init__(self, trial: optuna.Trial | FrozenTrial) -> None:
        self._trial = trial

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """Suggest one of the choices.

        Parameters
        ----------
        name : str
            Name of the parameter.
        choices : sequence
            Values of any type, in an order that does not change between runs.

        Returns
        -------
        object
            The choice itself.
        """
        choices = list(choices)
        labels = choice_labels(choices)
        label = self._trial.suggest_categorical(name, labels)
        return choices[int(CategoricalDistribution(labels).to_internal_repr(label))]

    def __getattr__(self, name: str) -> Any:
        if name == "_trial":  # looked for before __init__, by pickle and copy
            raise AttributeError(name)
        return getattr(self._trial, name)


def same_value_key(value: Any) -> Hashable:
    """Return a key that two values share only if they train the same model.

    Parameters
    ----------
    value : object
        A parameter's value.

    Returns
    -------
    hashable
        Equal for equal scalars and for tuples and lists of them; for other objects
        only the same object gives the same key, and only as long as it lives.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return type(value).__name__, *map(same_value_key, value)
    if isinstance(value, float) and math.isnan(value):
        return "float", "nan"
    if value is None or isinstance(value, numbers.Number | str | bytes):
        return type(value).__name__, value
    return "object", id(value)
