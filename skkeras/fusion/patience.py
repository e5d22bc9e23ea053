"""How long fits that wait give to those that are still on their way."""

from __future__ import annotations

import time
from collections.abc import Callable

_GAPS = 3
# A fit that comes too late costs a program of its own, about a second to compile.
SHORTEST, _LONGEST = 1.0, 10.0


class Patience:
    """A quiet period that follows the pace of the tasks.

    Nobody says how many tasks will come to a fit. The period runs out when nothing has
    happened for three times the longest gap between two events so far, at least 1 s
    and at most 10 s. Where all tasks that run have come, it plays no part.

    Parameters
    ----------
    clock : callable, default=time.monotonic
        Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Forget the pace; a new round begins."""
        self._last, self._longest_gap = self._clock(), 0.0

    def saw_progress(self) -> None:
        """Note that a task has started, ended, or come to its fit."""
        now = self._clock()
        self._longest_gap = max(self._longest_gap, now - self._last)
        self._last = now

    @property
    def left(self) -> float:
        """Seconds until the quiet period is over, if nothing happens; 0 once it is."""
        quiet = min(max(_GAPS * self._longest_gap, SHORTEST), _LONGEST)
        return max(self._last + quiet - self._clock(), 0.0)
