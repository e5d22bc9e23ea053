"""Telling a worker that died from one that is busy.

Optuna records heartbeats only inside ``optimize``, and only in databases. Here each
worker counts up an attribute of the study, which every storage keeps. Another worker
counts it dead when the number stands still on the other's own clock, so clocks of
different machines are never compared; or at once, when it was a process of the same
machine that is gone.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import threading
import time
import uuid
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import optuna

_GONE = -1
_logger = logging.getLogger(__name__)


def _beat_key(worker):
    return f"skkeras:beat:{worker}"


@functools.cache
def _process_space():
    """Return an id of the boot and PID namespace, in which process ids are unique."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        return None
    return hashlib.sha256(f"{boot}{namespace}".encode()).hexdigest()[:12]


def _start_time(pid):
    """Return the clock tick at which a process began, or None if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]


def new_worker() -> str:
    """Return a name for this process's part in a search.

    Returns
    -------
    str
    """
    pid = os.getpid()
    nonce = uuid.uuid4().hex[:8]
    return f"{_process_space()}:{pid}:{_start_time(pid)}:{nonce}"


def _surely_died(worker):
    space, pid, started, _ = worker.split(":")
    return space == _process_space() and _start_time(pid) != started


class Heartbeat:
    """Shows, while the block runs, that this worker lives.

    Parameters
    ----------
    study : optuna.Study
        Gets the beats as attributes.
    worker : str
        From :func:`new_worker`.
    interval : float
        Seconds between beats.
    """

    def __init__(self, study: optuna.Study, worker: str, interval: float) -> None:
        self._study = study
        self._key = _beat_key(worker)
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._study.set_user_attr(self._key, 0)
        self._thread.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._stop.set()
        self._thread.join()
        self._show(_GONE)

    def _beat(self):
        beats = 0
        while not self._stop.wait(self._interval):
            beats += 1
            self._show(beats)

    def _show(self, beat):
        try:
            self._study.set_user_attr(self._key, beat)
        except Exception as error:  # later beats may get through
            _logger.warning("A heartbeat was not stored: %s", type(error).__name__)


class Watch:
    """Watches the heartbeats of other workers.

    Parameters
    ----------
    grace : float
        Seconds without a beat after which a worker counts as dead.
    """

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._last = {}

    def is_alive(self, worker: str, attributes: dict[str, Any]) -> bool:
        """Judge whether a worker can still finish its trials.

        Parameters
        ----------
        worker : str
            Its name.
        attributes : dict
            User attributes of the study, just read.

        Returns
        -------
        bool
        """
        beat = attributes.get(_beat_key(worker))
        if beat == _GONE or _surely_died(worker):
            return False
        return self.is_fresh(worker, beat)

    def is_fresh(self, what: Hashable, value: Any) -> bool:
        """Return whether a value changed, or was first seen, within the grace period.

        Parameters
        ----------
        what : hashable
            Whose value.
        value : object
            As it is now.

        Returns
        -------
        bool
        """
        now = time.monotonic()
        seen, since = self._last.get(what, (None, now))
        if what not in self._last or seen != value:
            since = now
            self._last[what] = value, since
        return now - since < self._grace
