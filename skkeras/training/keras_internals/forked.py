"""Tells a process that was forked after TensorFlow had run, where it would hang.

- ``tensorflow.python.eager.context``: the module that holds TensorFlow's context.
- ``_context_handle``: whether the context has started its threads. When it goes, take
  any process that was forked after the import as forked.
"""

import os
import sys

_is_useless = False


def check_not_forked():
    """Raise `RuntimeError` in a process that was forked after TensorFlow had run.

    Its threads do not come along, and whoever waits for them waits for ever.
    """
    if _is_useless:
        raise RuntimeError(
            "This process was forked after TensorFlow had run, which it does not "
            "survive. Start processes by multiprocessing.get_context('spawn'), or by "
            "joblib's default backend, loky."
        )


def _note_fork():
    global _is_useless
    _is_useless = _is_useless or _has_run()


def _has_run():
    """Return whether TensorFlow has started its threads, for which it has no name."""
    module = sys.modules.get("tensorflow.python.eager.context")
    current = getattr(module, "context_safe", lambda: None)  # none while it is imported
    return getattr(current(), "_context_handle", None) is not None


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_note_fork)
