"""Reports of a trial whose folds train in lockstep."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from skkeras.inner_estimator import last_step
from skkeras.model_selection.held_out import transform_for_final
from skkeras.training import Rungs

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

    from skkeras.model_selection.held_out import HeldOut
    from skkeras.model_selection.ladder import Ladder


class TrialInLockstep:
    """Gathers the folds' scores at each rung, and asks the pruner about their mean.

    Parameters
    ----------
    trial : optuna.Trial
        Gets the reports; a step is the number of the last epoch, from 0.
    held_out : list of HeldOut
        One a fold.
    ladder : callable
        From the epochs of a fit to the numbers of epochs to report after.
    """

    def __init__(
        self, trial: optuna.Trial, held_out: list[HeldOut], ladder: Ladder
    ) -> None:
        self._trial = trial
        self.ladder = ladder
        self._lock = threading.Lock()
        self._training = set(range(len(held_out)))
        self._scores = {fold: {} for fold in self._training}
        self._last_reported = 0
        self.is_pruned: bool = False
        self.watches = [
            FoldRungs(self, fold, rows).around for fold, rows in enumerate(held_out)
        ]

    def add(self, fold: int, epoch: int, score: float, is_last: bool) -> None:
        """Record a fold's score; the last fold that comes to a rung decides for all.

        A fold that began before the others may be ahead of them: the mean is always of
        scores after the same epoch, or at the end of a fold that stopped sooner.

        Parameters
        ----------
        fold : int
            Its number.
        epoch : int
            How many epochs it has trained.
        score : float
            On the rows set aside.
        is_last : bool
            Whether it has ended.
        """
        with self._lock:
            self._scores[fold][epoch] = score
            if is_last:
                self._training.discard(fold)
            self._report_what_is_due()

    def leave(self, fold: int) -> None:
        """Stop waiting for a fold that has stopped training; its last score stands."""
        with self._lock:
            self._training.discard(fold)
            self._report_what_is_due()

    def _report_what_is_due(self):
        come = {epoch for of_fold in self._scores.values() for epoch in of_fold}
        for epoch in sorted(e for e in come if e > self._last_reported):
            if not self.is_pruned and all(self._knows(f, epoch) for f in self._scores):
                self._report(epoch)

    def _knows(self, fold, epoch):
        """Return whether a fold has a score of this time, or will have none."""
        scores = self._scores[fold]
        has_stopped = fold not in self._training and max(scores, default=0) < epoch
        return epoch in scores or has_stopped

    def _report(self, epoch):
        scores = [
            _until(epoch, of_fold) for of_fold in self._scores.values() if of_fold
        ]
        self._last_reported = epoch
        self._trial.report(float(np.mean(scores)), epoch - 1)
        if self._training and self._trial.should_prune():
            self.is_pruned = True


def _until(epoch, scores):
    """Find the score after an epoch, or the last one before it."""
    return scores[max(e for e in scores if e <= epoch)]


class FoldRungs(Rungs):
    """Scores one fold's estimator at the rungs of its trial, and ends with it.

    Parameters
    ----------
    trial : TrialInLockstep
        Gets the scores.
    fold : int
        Number of the fold.
    held_out : HeldOut
        What to score on.
    """

    writes_weights: bool = False

    def __init__(self, trial: TrialInLockstep, fold: int, held_out: HeldOut) -> None:
        super().__init__()
        self._trial = trial
        self._fold = fold
        self._held_out = held_out
        self._rows = None

    @contextmanager
    def around(self, estimator: BaseEstimator) -> Iterator[None]:
        """Watch a fit from before its beginning to its end."""
        self._outer = estimator
        self._final = last_step(estimator)
        _add_callback(self._final, self)
        try:
            yield
        finally:
            self._trial.leave(self._fold)

    def after(self, epochs: int) -> Iterable[int]:
        """Return the numbers of epochs to report after."""
        return self._trial.ladder(epochs)

    @property
    def is_over(self) -> bool:
        """Whether the pruner has ended the trial."""
        return self._trial.is_pruned

    def reach(self, epoch: int, is_last: bool) -> None:
        """Score the rows set aside."""
        if self._rows is None:
            X, y = self._held_out.rows_for(self._outer)
            self._rows = transform_for_final(self._outer, X), y
        score = self._held_out.score(self._final, *self._rows)
        self._trial.add(self._fold, epoch, score, is_last)


def _add_callback(estimator, callback):
    """Add a callback to those of a Keras estimator."""
    name = "fit__callbacks" if estimator._reads_routed() else "callbacks"
    given = getattr(estimator, name, None)
    setattr(estimator, name, [callback] if given is None else [given, callback])
