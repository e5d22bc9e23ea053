"""Ctrl-C: the first ends the run whatever a model does with it, the second at once.

Some estimators, such as scikit-learn's ``MLPClassifier``, catch the interrupt and go on
with what they have learnt so far.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STATUS = 130
"""Of a process that Ctrl-C ended, as shells have it."""

_pressed = threading.Event()


@contextmanager
def heeding_ctrl_c() -> Iterator[None]:
    """Note a Ctrl-C inside the block; end the process at the second.

    Signals come to the main thread: in others the block changes nothing, nor where a
    shell has told the process to ignore Ctrl-C.
    """
    before, is_main = signal.getsignal(signal.SIGINT), threading.main_thread()
    if before is signal.SIG_IGN or threading.current_thread() is not is_main:
        yield
        return
    _pressed.clear()
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _pressed.clear()


def check_ctrl_c() -> None:
    """Raise `KeyboardInterrupt` if a model has swallowed the one of Ctrl-C."""
    if _pressed.is_set():
        raise KeyboardInterrupt


def _interrupt(number, frame):
    if _pressed.is_set():
        os._exit(STATUS)
    _pressed.set()
    raise KeyboardInterrupt
