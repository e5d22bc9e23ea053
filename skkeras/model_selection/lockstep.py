"""Reports of a trial whose folds train in lockstep."""

import threading
from contextlib import contextmanager

import numpy as np

from skkeras.model_selection.evaluation import final_estimator
from skkeras.model_selection.held_out import transform_for_final

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

    def __init__(self, trial, held_out, every):
        self._trial = trial
        self._every = every
        self._lock = threading.Lock()
        self._training = set(range(len(held_out)))
        self._latest = {}
        self._estimators = {}
        self._next_report = {}
        self.is_pruned = False
        self.watches = [
            _FoldWatch(self, fold, rows).around for fold, rows in enumerate(held_out)
        ]

    def is_due(self, epoch, n_epochs):
        """Whether to report after an epoch."""
        every = self._every or max(1, n_epochs // _REPORTS)
        return (epoch + 1) % every == 0 or epoch + 1 == n_epochs

    def add(self, fold, epoch, score, estimator, is_last):
        """Take in a fold's score; the last fold of an epoch decides for all."""
        with self._lock:
            self._estimators[fold] = estimator
            self._latest[fold] = score
            self._next_report[fold] = epoch
            self._report_if_all(epoch, is_last)

    def leave(self, fold):
        """Let a fold go that has stopped training; its latest score stands."""
        with self._lock:
            self._training.discard(fold)

    def _report_if_all(self, epoch, is_last):
        if any(self._next_report.get(fold, -1) < epoch for fold in self._training):
            return
        self._trial.report(float(np.mean(list(self._latest.values()))), epoch)
        if not is_last and self._trial.should_prune():
            self.is_pruned = True
            for fold in self._training:
                self._estimators[fold].model_.stop_training = True


class _FoldWatch:
    """scikit-learn's callback on one fold's Keras estimator."""

    def __init__(self, trial, fold, held_out):
        self._trial = trial
        self._fold = fold
        self._held_out = held_out
        self._rows = None

    @contextmanager
    def around(self, estimator):
        """Watch a fit from before its beginning to its end."""
        self._outer = estimator
        final = final_estimator(estimator)
        before = getattr(final, "_skl_callbacks", ())
        final.set_callbacks(*before, self)
        try:
            yield
        finally:
            final.set_callbacks(*before)
            self._trial.leave(self._fold)

    def setup(self, estimator, context):
        """Nothing to prepare."""

    def teardown(self, estimator, context):
        """Nothing to clean up."""

    def on_fit_task_begin(self, estimator, context):
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        """Score the rows set aside, when an epoch that is due has ended."""
        if context.task_name != "epoch" or fitted_estimator is None:
            return
        epoch, n_epochs = context.task_id, context.parent.max_subtasks
        if not self._trial.is_due(epoch, n_epochs):
            return
        if self._rows is None:
            X, y = self._held_out.rows_for(self._outer)
            self._rows = transform_for_final(self._outer, X), y
        score = self._held_out.score(fitted_estimator, *self._rows)
        is_last = epoch + 1 == n_epochs
        self._trial.add(self._fold, epoch, score, estimator, is_last)
