"""What a task's thread takes over from the thread that submits it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joblib.parallel import BatchedCalls

from skkeras.fusion.keras_internals import keras_settings, set_keras_settings


def with_keras_settings(call: Callable[[], Any]) -> Callable[[], Any]:
    """Make a call, in whatever thread, see this thread's settings of Keras.

    Parameters
    ----------
    call : callable
        Taking no arguments.

    Returns
    -------
    callable
    """
    settings = keras_settings()
    if settings is None:
        return call

    @functools.wraps(call)
    def call_with_settings():
        set_keras_settings(settings)
        return call()

    return call_with_settings


def share_warning_filters(batch: BatchedCalls) -> None:
    """Leave the warning filters alone that scikit-learn resets for each task.

    Warning filters belong to the process, not to the thread: tasks that set and
    restore them side by side undo each other. In threads, the caller's filters hold
    anyway; what is left to pass on is scikit-learn's configuration.

    Parameters
    ----------
    batch : joblib.parallel.BatchedCalls
        Changed in place.
    """
    if getattr(sys.flags, "context_aware_warnings", False):
        return
    batch.items = [
        (_without_filters(function), args, kwargs)
        for function, args, kwargs in batch.items
    ]


def _without_filters(function):
    from skkeras.sklearn_internals import FuncWrapper

    if not isinstance(function, FuncWrapper) or not hasattr(function, "config"):
        return function
    return functools.partial(_call_configured, function.config, function.function)


def _call_configured(config, function, /, *args, **kwargs):
    from sklearn import config_context

    with config_context(**config):
        return function(*args, **kwargs)
