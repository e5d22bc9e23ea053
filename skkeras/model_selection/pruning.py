"""Evaluating batches of trials, with a pruner or without."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from optuna.pruners import WilcoxonPruner

from skkeras.inner_estimator import last_step
from skkeras.model_selection.backend import is_fused
from skkeras.model_selection.held_out import HeldOut, set_aside
from skkeras.model_selection.ladder import ladder_of
from skkeras.model_selection.optuna_internals import innermost_pruner
from skkeras.model_selection.records import Folds
from skkeras.own_estimators import is_keras_estimator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skkeras.model_selection.evaluation import Evaluator
    from skkeras.model_selection.ladder import Ladder
    from skkeras.model_selection.search import OptunaSearchCV
    from skkeras.model_selection.typing import Evaluate


def evaluate_fully(
    evaluator: Evaluator, splits: list[tuple[np.ndarray, np.ndarray]]
) -> Evaluate:
    """Return a function that fits every fold of a batch's trials.

    Parameters
    ----------
    evaluator : Evaluator
        Fits.
    splits : list of (train, test)
        The folds.

    Returns
    -------
    callable
        From a list of ``(trial, params)`` to a list of :class:`Folds`.
    """

    def evaluate(batch):
        candidates = [params for _, params in batch]
        return [Folds.of(results) for results in evaluator.fit(candidates, splits)]

    return evaluate


def evaluate_in_lockstep(
    evaluator: Evaluator,
    splits: list[tuple[np.ndarray, np.ndarray]],
    held_out: list[HeldOut],
    ladder: Ladder,
) -> Evaluate:
    """Return a function that prunes trials while all their folds train.

    Parameters
    ----------
    evaluator : Evaluator
        Fits.
    splits : list of (train, test)
        The folds, less the rows set aside.
    held_out : list of HeldOut
        Those rows.
    ladder : callable
        From the epochs of a fit to the numbers of epochs to report after.

    Returns
    -------
    callable
        From a list of ``(trial, params)`` to a list of :class:`Folds`.
    """
    # Here, not above: it imports Keras, which takes seconds.
    from skkeras.model_selection.lockstep import TrialInLockstep

    def evaluate(batch):
        candidates = [params for _, params in batch]
        judged = [TrialInLockstep(trial, held_out, ladder) for trial, _ in batch]
        watches = [watch for one in judged for watch in one.watches]
        batch_folds = []
        results = evaluator.fit(candidates, splits, watches)
        for one, fold_results in zip(judged, results, strict=True):
            folds = Folds.of(fold_results)
            folds.is_pruned = one.is_pruned and folds.failure is None
            batch_folds.append(folds)
        return batch_folds

    return evaluate


def evaluate_fold_by_fold(
    evaluator: Evaluator,
    splits: list[tuple[np.ndarray, np.ndarray]],
    held_out: list[HeldOut],
) -> Evaluate:
    """Return a function that prunes trials after each fold.

    Parameters
    ----------
    evaluator : Evaluator
        Fits.
    splits : list of (train, test)
        The folds, less the rows set aside.
    held_out : list of HeldOut
        Those rows.

    Returns
    -------
    callable
        From a list of ``(trial, params)`` to a list of :class:`Folds`.
    """

    def evaluate(batch):
        judged = [_TrialByFolds(trial, params) for trial, params in batch]
        for fold, (split, rows) in enumerate(zip(splits, held_out, strict=True)):
            live = [one for one in judged if not one.is_over]
            if not live:
                break
            watches = [one.watch(rows) for one in live]
            candidates = [one.params for one in live]
            results = evaluator.fit(candidates, [split], watches)
            for one, (result,) in zip(live, results, strict=True):
                one.add(result, fold, is_last=fold + 1 == len(splits))
        return [one.folds() for one in judged]

    return evaluate


class _TrialByFolds:
    def __init__(self, trial, params):
        self.trial = trial
        self.params = params
        self.is_over = self._is_pruned = False
        self._results = []
        self._score = None

    def watch(self, held_out):
        """Score the rows set aside as soon as the fold is fitted."""

        @contextmanager
        def around(estimator):
            yield
            rows = held_out.rows_for(estimator)
            self._score = held_out.score(estimator, *rows)

        return around

    def add(self, result, fold, is_last):
        self._results.append(result)
        if result["fit_error"] is not None:
            self.is_over = True
            return
        self.trial.report(self._score, fold)
        if not is_last and self.trial.should_prune():
            self.is_over = self._is_pruned = True

    def folds(self):
        folds = Folds.of(self._results)
        folds.is_pruned = self._is_pruned
        return folds


def choose_evaluation(
    search: OptunaSearchCV, evaluator: Evaluator, metric: str
) -> tuple[Evaluate, Sequence[tuple[np.ndarray, np.ndarray]]]:
    """Choose how a search's trials are evaluated.

    Parameters
    ----------
    search : OptunaSearchCV
        In fit.
    evaluator : Evaluator
        Of the search.
    metric : str
        What is reported to the pruner.

    Returns
    -------
    evaluate : callable
        From a list of ``(trial, params)`` to a list of :class:`Folds`.
    splits : sequence of (ndarray, ndarray)
        Rows that trials are fitted on, and test rows.
    """
    splits = search._splits
    if search.pruner is None:
        return evaluate_fully(evaluator, splits), splits
    fits, fraction = evaluator.fits, search.pruning_fraction
    kept, held_out = [], []
    for train, test in splits:
        others, rows = set_aside(
            train, fits.y, search.estimator, fraction, search.random_state
        )
        kept.append((others, test))
        held_out.append(HeldOut(fits, rows, others, metric))
    if is_fused(search) and _can_judge_epochs(search):
        ladder = ladder_of(search.pruner, search.report_every)
        return evaluate_in_lockstep(evaluator, kept, held_out, ladder), kept
    return evaluate_fold_by_fold(evaluator, kept, held_out), kept


def _can_judge_epochs(search):
    final = last_step(search.estimator)
    pruner = innermost_pruner(search.pruner)
    # Rungs come to a fit as callbacks, which estimators of many nets do not take.
    is_one_net = is_keras_estimator(final) and "callbacks" in final.get_params()
    if not is_one_net or isinstance(pruner, WilcoxonPruner):
        return False
    import keras  # which the estimator has loaded

    # Model.fit, all that watched fits have on other backends, knows no lockstep.
    return final.engine == "auto" and keras.backend.backend() == "tensorflow"
