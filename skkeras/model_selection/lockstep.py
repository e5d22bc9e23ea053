"""Reports of a trial whose folds train in lockstep."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from skkeras.model_selection.evaluation import final_estimator
from skkeras.model_selection.held_out import transform_for_final

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

    from skkeras.model_selection.held_out import HeldOut

_REPORTS = 10


class TrialInLockstep:
    """Gathers the folds' scores of each epoch, and asks the pruner about their mean.

    Parameters
    ----------
    trial : optuna.Trial
        Gets the reports.
    held_out : list of HeldOut
        One a fold.
    every : int or None
        Epochs between reports; None means a tenth of the epochs.
    """

    def __init__(
        self, trial: optuna.Trial, held_out: list[HeldOut], every: int | None
    ) -> None:
        self._trial = trial
        self._every = every
        self._lock = threading.Lock()
        self._training = set(range(len(held_out)))
        self._scores = {fold: {} for fold in self._training}
        self._models = {}
        self.is_pruned: bool = False
        self.watches = [
            FoldWatch(self, fold, rows).around for fold, rows in enumerate(held_out)
        ]

    def is_due(self, epoch: int, n_epochs: int) -> bool:
        """Return whether to report after an epoch."""
        every = self._every or max(1, n_epochs // _REPORTS)
        return (epoch + 1) % every == 0 or epoch + 1 == n_epochs

    def add(
        self, fold: int, epoch: int, score: float, model: keras.Model, is_last: bool
    ) -> None:
        """Record a fold's score; the last fold of an epoch decides for all.

        A fold that began before the others may be ahead of them: the mean is always of
        scores after the same epoch, or at the end of a fold that stopped sooner.
        """
        with self._lock:
            self._models[fold] = model
            self._scores[fold][epoch] = score
            if all(epoch in self._scores[other] for other in self._training):
                self._report(epoch, is_last)

    def leave(self, fold: int) -> None:
        """Stop waiting for a fold that has stopped training; its last score stands."""
        with self._lock:
            self._training.discard(fold)

    def _report(self, epoch, is_last):
        scores = [
            _until(epoch, of_fold) for of_fold in self._scores.values() if of_fold
        ]
        self._trial.report(float(np.mean(scores)), epoch)
        if not is_last and self._trial.should_prune():
            self.is_pruned = True
            for fold in self._training:
                self._models[fold].stop_training = True


def _until(epoch, scores):
    """Find the score after an epoch, or the last one before it."""
    return scores[max(e for e in scores if e <= epoch)]


class FoldWatch(keras.callbacks.Callback):
    """Scores one fold's estimator, when an epoch that is due has ended.

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
        self._is_due = False

    @contextmanager
    def around(self, estimator: BaseEstimator) -> Iterator[None]:
        """Watch a fit from before its beginning to its end."""
        self._outer = estimator
        self._final = final_estimator(estimator)
        _add_callback(self._final, self)
        try:
            yield
        finally:
            self._trial.leave(self._fold)

    @property
    def reads_weights(self) -> bool:
        """Whether weights are needed after this epoch; to fetch them takes time."""
        return self._is_due

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note whether a report is due after this epoch."""
        self._is_due = self._trial.is_due(epoch, self.params["epochs"])

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Score the rows set aside."""
        if not self._is_due:
            return
        if self._rows is None:
            X, y = self._held_out.rows_for(self._outer)
            self._rows = transform_for_final(self._outer, X), y
        score = self._held_out.score(self._final, *self._rows)
        is_last = epoch + 1 == self.params["epochs"]
        self._trial.add(self._fold, epoch, score, self.model, is_last)


def _add_callback(estimator, callback):
    """Add a callback to those of a Keras estimator."""
    name = "fit__callbacks" if estimator._reads_routed() else "callbacks"
    given = getattr(estimator, name, None)
    setattr(estimator, name, [callback] if given is None else [given, callback])
