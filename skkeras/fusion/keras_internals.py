"""The private names of Keras that fusion uses, and no other file may.

What each is for, and what to do when it goes:

- ``keras.src.backend.common.global_state``: what Keras keeps for each thread, which a
  task's thread is to share with the thread that submits it. `keras.config` has some of
  the settings, and would have to be asked one by one; scopes are not there.
"""

import sys
from typing import Any

# Settings of keras.config and scopes around a user's code, which Keras keeps for each
# thread; the rest of that state belongs to a call under way.
_SETTINGS = (
    "custom_objects_scope_dict",
    "distribution",
    "dtype_policy",
    "flash_attention",
    "interactive_logging",
    "safe_mode_saving",
    "traceback_filtering",
    "use_legacy_config",
)


def _state():
    return sys.modules.get("keras.src.backend.common.global_state")


def keras_settings() -> dict[str, Any] | None:
    """Read this thread's settings of Keras.

    Returns
    -------
    dict or None
        For :func:`set_keras_settings`; None where Keras is not imported, or keeps them
        elsewhere.
    """
    state = _state()
    if state is None:
        return None
    return {name: state.get_global_attribute(name) for name in _SETTINGS}


def set_keras_settings(settings: dict[str, Any]) -> None:
    """Set this thread's settings of Keras.

    Parameters
    ----------
    settings : dict
        From :func:`keras_settings`, of another thread.
    """
    for name, value in settings.items():
        _state().set_global_attribute(name, value)
