"""How long fits that wait give to those that are still on their way."""

import time

_SHORTEST = 0.1
# Starting without the others costs a program of their own, about a second to compile:
# waiting longer than that cannot pay.
_LONGEST = 1.0
_GAPS = 4


class Patience:
    """A quiet period that follows the pace of the tasks.

    It runs out when nothing has happened for four times the longest gap between two
    events so far, at least 0.1 s and at most 1 s.

    Parameters
    ----------
    clock : callable, default=time.monotonic
        Gives the time in seconds.
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self.restart()

    def restart(self):
        """Forget the pace; a new round begins."""
        self._last, self._longest_gap = self._clock(), 0.0

    def saw_progress(self):
        """Note that a task has started, ended, or come to its fit."""
        now = self._clock()
        self._longest_gap = max(self._longest_gap, now - self._last)
        self._last = now

    @property
    def left(self):
        """Seconds until the quiet period is over, if nothing happens; 0 once it is."""
        quiet = min(max(_GAPS * self._longest_gap, _SHORTEST), _LONGEST)
        return max(self._last + quiet - self._clock(), 0.0)
