"""Training an existing model further: which parameters can still take effect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

_RATE = "optimizer__learning_rate"
_OF_THE_MODEL = {
    "model",
    "build_fn",
    "optimizer",
    "loss",
    "metrics",
    "weighted_metrics",
    "compile",
    "run_eagerly",
}


class Continuing:
    """Trains the existing model further, with the parameters as they are now."""

    @property
    def current_epoch(self) -> int:
        """Number of epochs in the history."""
        return len(getattr(self, "history_", {}).get("loss", ()))

    def _check_partial_fit(self):
        """Check that no parameter is set that partial_fit cannot honour."""

    def _go_on(self):
        """Prepare the existing model for more training, with the present parameters.

        The optimizer keeps its state.
        """
        model, now = self._training_model, self._params_of_the_model()
        before = getattr(self, "_built_with", now)  # a file does not hold it
        adopt(changed(before, now), before, now, model.optimizer, self._shown_name)
        self._built_with = now

    def _params_of_the_model(self):
        return of_the_model(self._training_params(), self._user_params())

    def _shown_name(self, name):
        return name


def of_the_model(
    params: dict[str, Any], factory_params: Collection[str]
) -> dict[str, Any]:
    """Select the parameters that a model is built and compiled from.

    Parameters
    ----------
    params : dict
        All parameters.
    factory_params : collection of str
        Names of those that only the model factory knows.

    Returns
    -------
    dict
    """
    return {
        name: value
        for name, value in params.items()
        if name in factory_params or name.partition("__")[0] in _OF_THE_MODEL
    }


def changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """List the parameters whose values have changed.

    Parameters
    ----------
    before, now : dict
        From :func:`of_the_model`.

    Returns
    -------
    list of str
    """
    names = [*now, *(name for name in before if name not in now)]
    nothing = object()
    return [
        name
        for name in names
        if not _same(before.get(name, nothing), now.get(name, nothing))
    ]


def adopt(
    names: list[str],
    before: dict[str, Any],
    now: dict[str, Any],
    optimizer: keras.Optimizer,
    shown: Callable[[str], str],
) -> None:
    """Set a new learning rate on the optimizer; raise for every other change.

    Parameters
    ----------
    names : list of str
        From :func:`changed`.
    before, now : dict
        From :func:`of_the_model`.
    optimizer : keras.optimizers.Optimizer
        Of the model.
    shown : callable
        From a name to that which the user knows it by.

    Raises
    ------
    ValueError
        When a parameter could take effect in a new model alone.
    """
    for name in names:
        is_number = isinstance(now.get(name), Real)
        if name == _RATE and is_number and isinstance(before.get(name, 0.0), Real):
            optimizer.learning_rate = float(now[name])
            continue
        raise ValueError(
            f"{shown(name)}={now.get(name)!r} has no effect on the model that is "
            f"there, which was built with {before.get(name)!r}: call fit, with "
            "warm_start=False, for a new model, or set the parameter back."
        )


def _same(a, b):
    if a is b:
        return True
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return type(a) is type(b) and np.array_equal(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[name], b[name]) for name in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return isinstance(a, str | Real) and isinstance(b, str | Real) and bool(a == b)
