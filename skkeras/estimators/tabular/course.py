"""How long the nets of a portfolio are trained, and when the hopeless ones stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from skkeras.estimators.learning_rate import cosine_share

_RUNG = 0.25  # share of the epochs after which few configurations go on
_KEPT = 1 / 3  # of the configurations
_LOOKS = 4  # at the clock, in what is left of a limited time
_PREDICTING = 0.1  # share of a limited time kept for predictions of held-out rows


@dataclass(frozen=True)
class Leg:
    """Epochs that are trained in one call.

    Parameters
    ----------
    first, last : int
        The first epoch's number, and that after the last one's.
    start, end : float
        Which share of the whole training is behind before and after them.
    """

    first: int
    last: int
    start: float
    end: float

    def rate_share(self, epoch: int) -> float:
        """Return an epoch's learning rate as a share of the first one's.

        The rates lie along half a cosine (Loshchilov and Hutter, ICLR 2017, equation 5,
        without restarts).

        Parameters
        ----------
        epoch : int
            Its number.

        Returns
        -------
        float
        """
        step = (self.end - self.start) / (self.last - self.first)
        done = self.start + (epoch - self.first) * step
        return cosine_share(done)


class Course:
    """Cuts training into legs, between which the clock and held-out rows are looked at.

    Where time is short, there are fewer epochs, so planned that the rate still falls to
    its end (Li, Yumer and Ramanan, "Budgeted Training", ICLR 2020), and a third of the
    configurations goes on after a quarter of them (Jamieson and Talwalkar, "Non-
    stochastic Best Arm Identification and Hyperparameter Optimization", AISTATS 2016).

    Parameters
    ----------
    epochs : int
        At most.
    n_configurations : int
        In training.
    has_rung : bool
        Whether hopeless configurations stop early however much time there is.
    deadline : float or None
        Reading of the clock when training should end; None for no limit.
    clock : callable, default=time.monotonic
        Returns seconds.
    """

    def __init__(
        self,
        epochs: int,
        n_configurations: int,
        has_rung: bool,
        deadline: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._epochs, self._deadline, self._clock = epochs, deadline, clock
        self._n_configurations = n_configurations
        self._n_kept = ceil(_KEPT * n_configurations)
        self._epoch, self._done = 0, 0.0
        self._rung = self._rung_of(epochs) if has_rung else None
        self._began: float | None = None

    def _rung_of(self, epochs):
        return ceil(_RUNG * epochs) if self._n_kept < self._n_configurations else None

    def next_leg(self) -> Leg | None:
        """Begin the next leg.

        Returns
        -------
        Leg or None
            None where training is over.
        """
        self._plan()
        if self._epoch >= self._epochs:
            return None
        last = self._last_of_leg()
        left = self._epochs - self._epoch
        end = self._done + (1 - self._done) * (last - self._epoch) / left
        leg = Leg(self._epoch, last, self._done, end)
        self._began = self._clock()
        self._length = last - self._epoch
        self._epoch, self._done = last, end
        return leg

    def _last_of_leg(self):
        last = self._epochs
        if self._deadline is not None:
            # Two epochs alone: compilers work in the first, the second tells the speed.
            left = self._epochs - self._epoch
            last = self._epoch + (1 if self._epoch < 2 else ceil(left / _LOOKS))
        return min(last, self._rung) if self._is_before_rung else last

    @property
    def _is_before_rung(self):
        return self._rung is not None and self._epoch < self._rung

    @property
    def n_to_keep(self) -> int | None:
        """How many configurations go on now, None where no choice is due."""
        is_due = self._epoch == self._rung and self._epoch < self._epochs
        return self._n_kept if is_due else None

    def _plan(self):
        """Fit the number of epochs to the time that is left, once some are trained."""
        if self._deadline is None or self._began is None:
            return
        now = self._clock()
        left = (self._deadline - now) * (1 - _PREDICTING)
        an_epoch = (now - self._began) / self._length
        if self._epoch == self._rung:
            an_epoch *= self._n_kept / self._n_configurations
        if self._epoch < 2 and left > 0:
            return  # the first epoch's time is that of compilers
        is_short = self._cost(self._epochs, self._rung, an_epoch) > left
        if is_short and self._rung is None:
            self._rung = self._rung_of(self._epochs) and self._epochs
        is_to_choose = self._is_before_rung
        while self._epochs > self._epoch:
            if is_to_choose:
                self._rung = max(self._epoch + 1, self._rung_of(self._epochs))
            if self._cost(self._epochs, self._rung, an_epoch) <= left:
                break
            self._epochs -= 1

    def _cost(self, epochs, rung, an_epoch):
        """Return the seconds that the epochs to come take."""
        left = epochs - self._epoch
        if rung is None or rung <= self._epoch:
            return left * an_epoch
        before = rung - self._epoch
        kept = self._n_kept / self._n_configurations
        return (before + (left - before) * kept) * an_epoch
