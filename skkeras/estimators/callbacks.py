"""Keras callbacks from an estimator's parameters, and scikit-learn's as one of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras
from numpy.typing import ArrayLike

from skkeras.estimators.building.arguments import with_arguments
from skkeras.estimators.keras_internals import given_metrics
from skkeras.estimators.routing import route_params
from skkeras.estimators.saving.unloaded import Unloaded
from skkeras.sklearn_internals import callbacks_of

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.callback import CallbackContext


def keras_callbacks(
    params: dict[str, Any], *destinations: str
) -> list[keras.callbacks.Callback]:
    """Return the callbacks as instances; classes get their routed arguments.

    Parameters
    ----------
    params : dict
        As ``get_params(deep=False)`` returns them.
    *destinations : str
        Parameters to take them from: ``"callbacks"``, ``"fit__callbacks"``.

    Returns
    -------
    list of keras.callbacks.Callback
        The instances that were given themselves, not copies of them.

    Raises
    ------
    TypeError
        When something else than a callback is among them.
    """
    return [
        callback
        for destination in destinations
        for callback in _instances(params, destination)
    ]


def prediction_callbacks(params: dict[str, Any]) -> list[keras.callbacks.Callback]:
    """Return the callbacks that watch predictions.

    Parameters
    ----------
    params : dict
        As ``get_params(deep=False)`` returns them.

    Returns
    -------
    list of keras.callbacks.Callback
        Of ``callbacks`` and ``predict__callbacks``, those with a method of their own
        for predictions.
    """
    places = ("callbacks", "predict__callbacks")
    params = params | {place: _with_absent(params.get(place)) for place in places}
    given = keras_callbacks(params, *places)
    return [c for c in given if any(_overrides(c, name) for name in _OF_PREDICTION)]


_OF_PREDICTION = (
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


class _Absent(keras.callbacks.Callback):
    """A callback that a file named and ``load`` did not get."""

    def __init__(self, **arguments):
        super().__init__()


def _with_absent(callbacks):
    """Put `_Absent` in the places of callbacks that were not loaded."""
    if isinstance(callbacks, Unloaded):
        return _Absent
    if isinstance(callbacks, Mapping):
        return {name: _with_absent(one) for name, one in callbacks.items()}
    if isinstance(callbacks, list | tuple):
        return [_with_absent(one) for one in callbacks]
    return callbacks


def _overrides(callback, name):
    return getattr(type(callback), name) is not getattr(keras.callbacks.Callback, name)


def _instances(params, destination):
    arguments = route_params(params, destination)
    given = with_arguments(destination, params.get(destination), arguments)
    if given is not None:
        yield from flatten_callbacks(given)


def flatten_callbacks(callbacks: Any) -> Iterator[keras.callbacks.Callback]:
    """Yield one callback, or those in nested lists and dicts.

    Parameters
    ----------
    callbacks : keras.callbacks.Callback, list, tuple or dict of them
        Nested to any depth.

    Yields
    ------
    keras.callbacks.Callback
    """
    if isinstance(callbacks, keras.callbacks.Callback):
        yield callbacks
    elif isinstance(callbacks, Mapping):
        for one in callbacks.values():
            yield from flatten_callbacks(one)
    elif isinstance(callbacks, list | tuple):
        for one in callbacks:
            yield from flatten_callbacks(one)
    elif isinstance(callbacks, Unloaded):
        callbacks()  # raises, and says what to do
    else:
        raise TypeError(
            "callbacks must be a Keras callback, a class of one, or a list or dict of "
            f"them, got {callbacks!r}. scikit-learn's callbacks are set with "
            "set_callbacks()."
        )


def check_monitors(
    model: keras.Model, callbacks: Sequence[keras.callbacks.Callback]
) -> None:
    """Check that no callback monitors the accuracy under a name the history lacks.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    callbacks : sequence of keras.callbacks.Callback
        Those with a ``monitor`` are looked at.

    Raises
    ------
    ValueError
        With the name to watch for: Keras calls the metric as it was given, and a
        callback that finds no such name does nothing all through training.
    """
    names = _metric_names(model)
    for callback in callbacks:
        monitor = str(getattr(callback, "monitor", ""))
        name = monitor.removeprefix("val_")
        other = {"acc": "accuracy", "accuracy": "acc"}.get(name)
        if name in names or (name == "accuracy" and other not in names) or not other:
            continue
        needed = "" if other in names else f" and metrics=[{other!r}]"
        raise ValueError(
            f"monitor={monitor!r} of {type(callback).__name__} is in no history of "
            f"this model: use monitor={monitor.replace(name, other)!r}{needed}."
        )


def _metric_names(model):
    return [
        metric
        if isinstance(metric, str)
        else getattr(metric, "name", None) or getattr(metric, "__name__", "")
        for metric in keras.tree.flatten(given_metrics(model))
        if metric is not None
    ]


class SklearnCallbackBridge(keras.callbacks.Callback):
    """Passes each epoch on to the callbacks that were set with ``set_callbacks``.

    Parameters
    ----------
    estimator : estimator instance
        The one in fit; its fitted attributes are in place but for the weights.
    context : sklearn.callback.CallbackContext
        Of the call of fit.
    X, y : array-like
        What fit was called with.
    sample_weight : array-like or None
        Likewise.
    """

    def __init__(
        self,
        estimator: BaseEstimator,
        context: CallbackContext,
        X: Any,
        y: ArrayLike | None,
        sample_weight: ArrayLike | None,
    ) -> None:
        super().__init__()
        self._estimator = estimator
        self._context = context
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._arguments = {
            "estimator": estimator,
            "X": X,
            "y": y,
            "metadata": metadata,
        }

    @property
    def reads_weights(self) -> bool:
        """Whether a hook looks at the fitted estimator, and so at the weights."""
        hooks = (
            getattr(callback, hook)
            for callback in callbacks_of(self._estimator)
            for hook in ("on_fit_task_begin", "on_fit_task_end")
        )
        return any("fitted_estimator" in inspect.signature(h).parameters for h in hooks)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Open the epoch's task."""
        self._epoch = self._context.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(**self._arguments, **self._fitted)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Close the epoch's task; stop where a callback asks for it."""
        if self._epoch.call_on_fit_task_end(**self._arguments, **self._fitted):
            self.model.stop_training = True

    @property
    def _fitted(self):
        return {"reconstruction_attributes": {"model_": self.model}}
