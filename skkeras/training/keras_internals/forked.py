"""Tells a process that was forked after TensorFlow had run, where it would hang."""

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
    context = getattr(module, "_context", None)
    return getattr(context, "_context_handle", None) is not None


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_note_fork)
