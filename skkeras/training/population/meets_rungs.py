"""A fit that stops at rungs, where it is judged beside others."""

from skkeras.training.population.callback_errors import KeepsFirstError


class MeetsRungs(KeepsFirstError):
    """What a member asks its rungs, and tells them; it has the other attributes."""

    def _find_next_stop(self):
        self.until = self.job.epochs
        if self._rungs is not None:
            self._guard(self._stop_at_rung)

    def _stop_at_rung(self):
        rungs = self._rungs.after(self.job.epochs)
        end = self.job.epochs
        self.until = min((e for e in rungs if self.epoch < e < end), default=end)

    @property
    def is_due(self):
        """Whether a rung is to hear of it: it has come there, or has ended."""
        is_there = self.done or self.epoch >= self.until
        has_rungs = self._rungs is not None and self.epoch > self.job.initial_epoch
        return has_rungs and is_there and self.error is None

    def reach(self):
        """Tell the rung that it is there; the model holds the weights of this time.

        A fit that is done has ended before: its callbacks may choose other weights.
        """
        is_last = self.done
        if is_last:
            self.end()
        else:
            self.halt()
        self._guard(self._rungs.reach, self.epoch, is_last)

    def goes_on(self):
        """Return whether there is more to train once the rung has been reached."""
        self._is_over = True
        self._guard(self._ask_whether_over)
        return not (self.done or self._is_over)

    def _ask_whether_over(self):
        self._is_over = self._rungs.is_over
