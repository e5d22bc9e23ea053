"""What a task's thread takes over from the thread that submits it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joblib.parallel import BatchedCalls

# Settings of keras.config and scopes around a user's code, which Keras keeps for each
# thread; the rest of that state belongs to a call under way.
_KERAS_SETTINGS = (
    "custom_objects_scope_dict",
    "distribution",
    "dtype_policy",
    "flash_attention",
    "interactive_logging",
    "safe_mode_saving",
    "traceback_filtering",
    "use_legacy_config",
)


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
    state = sys.modules.get("keras.src.backend.common.global_state")
    if state is None:
        return call
    settings = {name: state.get_global_attribute(name) for name in _KERAS_SETTINGS}

    @functools.wraps(call)
    def call_with_settings():
        for name, value in settings.items():
            state.set_global_attribute(name, value)
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
    from sklearn.utils.parallel import _FuncWrapper

    if not isinstance(function, _FuncWrapper) or not hasattr(function, "config"):
        return function
    return functools.partial(_call_configured, function.config, function.function)


def _call_configured(config, function, /, *args, **kwargs):
    from sklearn import config_context

    with config_context(**config):
        return function(*args, **kwargs)
