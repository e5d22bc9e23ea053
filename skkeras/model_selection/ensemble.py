"""An ensemble of a search's trials, weighed by what they predict for rows held out."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import TrialState
from sklearn.base import is_classifier, is_regressor
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skkeras.ensembles.greedy_weights import greedy_weights
from skkeras.ensembles.known_predictions import (
    KnownProbabilities,
    KnownTargets,
    loss_by,
    mean_loss,
)
from skkeras.model_selection.held_out import HeldOut
from skkeras.model_selection.out_of_fold import OutOfFold
from skkeras.model_selection.records import REPEATS, Folds
from skkeras.model_selection.voting import Members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optuna.trial import FrozenTrial

    from skkeras.model_selection.evaluation import Evaluator
    from skkeras.model_selection.search import OptunaSearchCV
    from skkeras.model_selection.typing import Evaluate

_CANDIDATES = 2  # trials that are weighed, for each that may have a weight


@dataclass(frozen=True)
class Weighing:
    """What came of weighing trials.

    Parameters
    ----------
    weights : ndarray of shape (n_trials,)
        Their sum is 1.
    score : float
        Mean over the folds of the score of the weighted mean.
    members : Members or None
        Those with a weight. None where the best trial stays alone.
    """

    weights: np.ndarray
    score: float
    members: Members | None


def check_ensemble(search: OptunaSearchCV, y: Any) -> None:
    """Raise where no ensemble can be made, before anything is fitted.

    Parameters
    ----------
    search : OptunaSearchCV
        With ``ensemble``.
    y : array-like or None
        The targets.

    Raises
    ------
    ValueError
        When the estimator, the targets or ``refit`` rule it out.
    """
    if y is not None and is_classifier(search.estimator):
        check_classification_targets(y)
    kind = "nothing" if y is None else type_of_target(y)
    why = None
    if not (is_classifier(search.estimator) or is_regressor(search.estimator)):
        why = f"a classifier or a regressor, and {search.estimator!r:.200} is neither"
    elif y is None or np.ndim(y) != 1 or "multi" in kind.replace("multiclass", ""):
        why = f"one target a row, y of shape (n_samples,), and here y is {kind}"
    elif callable(search.refit):
        why = (
            "refit to be a bool or the name of a metric: a function would choose "
            "one trial"
        )
    if why is not None:
        raise ValueError(f"ensemble={search.ensemble} needs {why}.")


class TrialEnsemble:
    """Keeps what the trials of a search predict, and weighs them in the end.

    Parameters
    ----------
    search : OptunaSearchCV
        In fit.
    evaluator : Evaluator
        Of the search; it is told to keep predictions.
    splits : sequence of (ndarray, ndarray)
        Rows that trials are fitted on, and test rows.
    metric : str
        By which trials are weighed.
    """

    def __init__(
        self,
        search: OptunaSearchCV,
        evaluator: Evaluator,
        splits: Sequence[tuple[np.ndarray, np.ndarray]],
        metric: str,
    ) -> None:
        fits = evaluator.fits
        self._n_rounds: Any = search.ensemble
        self._n_candidates = _CANDIDATES * self._n_rounds
        self._metric = metric
        self._splits = splits
        self._is_own_score = search.scoring is None
        self._evaluator = evaluator
        self._classes = np.unique(fits.y) if is_classifier(search.estimator) else None
        fits.predict = OutOfFold(self._classes)
        self._kept: dict[int, np.ndarray | None] = {}
        self._scores: dict[int, float] = {}
        folds = [HeldOut(fits, test, train, metric) for train, test in self._splits]
        self._loss = self._make_loss(search, folds)

    def _make_loss(self, search, folds):
        """Return the loss of predictions, and try it on perfect ones."""
        rows = [fold.rows_for(search.estimator) for fold in folds]
        losses = [
            loss_by(fold.score, self._known, *of_fold)
            for fold, of_fold in zip(folds, rows, strict=True)
        ]
        y = np.asarray(rows[0][1])
        perfect = y[:, None] if self._classes is None else y[:, None] == self._classes
        try:
            with _quiet():
                losses[0](perfect.astype(float)[None])
        except AttributeError as error:
            raise ValueError(
                f"ensemble={search.ensemble} needs a scoring that looks at predictions "
                f"alone, and scoring={search.scoring!r} asks an estimator for more: "
                f"{error}."
            ) from error
        return mean_loss(losses, [len(test) for _, test in self._splits])

    def _known(self, outputs):
        """Return an estimator that predicts what is known."""
        if self._classes is None:
            return KnownTargets(outputs[:, 0])
        return KnownProbabilities(self._classes, outputs)

    def keeping(self, evaluate: Evaluate) -> Evaluate:
        """Keep what the trials predict that a function evaluates.

        Parameters
        ----------
        evaluate : callable
            From a list of ``(trial, params)`` to a list of :class:`Folds`.

        Returns
        -------
        callable
            That does the same.
        """

        def evaluate_and_keep(batch):
            evaluated = evaluate(batch)
            for (trial, _), folds in zip(batch, evaluated, strict=True):
                self._keep(trial.number, folds)
            self._forget_others()
            return evaluated

        return evaluate_and_keep

    def _keep(self, number, folds):
        found = folds.predictions
        if folds.failure is not None or folds.is_pruned:
            return
        if folds.has_no_score(self._metric):
            return
        if len(found) == len(self._splits):
            is_whole = all(each is not None for each in found)
            self._kept[number] = np.concatenate(found) if is_whole else None
            self._scores[number] = folds.mean(self._metric)
            if is_whole and self._is_own_score:
                self._check_own_score(number)

    def _check_own_score(self, number):
        """Raise where an estimator's own score is not that of its predictions."""
        with _quiet():
            found = -float(self._loss(self._kept[number][None])[0])
        if not np.isclose(found, self._scores[number], rtol=1e-4, atol=1e-6):
            raise ValueError(
                f"ensemble={self._n_rounds} needs scores of predictions alone. With "
                f"scoring=None its own score gives trial {number} "
                f"{self._scores[number]:.6g}, and its predictions {found:.6g}: pass "
                "scoring=, such as 'accuracy' or 'r2'."
            )

    def _forget_others(self):
        """Forget what trials predict that will be no candidates."""
        ranked = sorted(self._kept, key=lambda number: (-self._scores[number], number))
        for number in ranked[self._n_candidates :]:
            del self._kept[number]

    def weigh(
        self, trials: list[FrozenTrial], candidates: list[dict[str, Any]]
    ) -> Weighing:
        """Choose the weights of an ensemble of trials.

        Parameters
        ----------
        trials : list of optuna.trial.FrozenTrial
            Finished, of this process or another.
        candidates : list of dict
            Their parameters.

        Returns
        -------
        Weighing

        Warns
        -----
        UserWarning
            When the best trial alone is better than any ensemble.
        """
        values: Any = [
            t.value if t.state == TrialState.COMPLETE else -np.inf for t in trials
        ]
        best = int(np.argmax(values))
        rows = self._worth_weighing(trials, values)
        self._predict_missing(trials, candidates, rows)
        found = {row: self._kept.get(trials[row].number) for row in rows}
        known = {row: each for row, each in found.items() if each is not None}
        alone = np.eye(len(trials))[best]
        if not known:
            what = "one number a row" if self._classes is None else "probabilities"
            _warn_of_one(f"no trial has {what} that can be averaged", trials[best])
            return Weighing(alone, values[best], None)
        members = np.stack(list(known.values()))
        with _quiet():
            chosen = greedy_weights(members, self._loss, self._n_rounds)
            mean = np.average(members, axis=0, weights=chosen.astype(members.dtype))
            score = -float(self._loss(mean[None])[0])
        if score < values[best] - 1e-6 * max(1.0, abs(values[best])):
            what = "predictions" if self._classes is None else "probabilities"
            why = f"the best mean of {what} scores {score:.6g}"
            _warn_of_one(why, trials[best])
            return Weighing(alone, values[best], None)
        weights = np.zeros(len(trials))
        weights[list(known)] = chosen
        return Weighing(weights, score, _members(candidates, weights, members.dtype))

    def _worth_weighing(self, trials, values):
        """Return the rows of the best trials that differ, in their order."""
        by_value = np.argsort(np.negative(values), kind="stable")
        rows = [
            int(row)
            for row in by_value
            if np.isfinite(values[row]) and REPEATS not in trials[row].user_attrs
        ]
        return sorted(rows[: self._n_candidates])

    def _predict_missing(self, trials, candidates, rows):
        """Fit those on the folds that other processes fitted, or earlier runs."""
        missing = [row for row in rows if trials[row].number not in self._kept]
        if not missing:
            return
        fitted = self._evaluator.fit([candidates[row] for row in missing], self._splits)
        for row, results in zip(missing, fitted, strict=True):
            self._keep(trials[row].number, Folds.of(results))


@contextmanager
def _quiet():
    """Ignore what scikit-learn says of folds, as it has said it of each trial."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        yield


def _members(candidates, weights, dtype):
    rows = np.flatnonzero(weights)
    return Members(
        [f"candidate_{row}" for row in rows],
        [candidates[row] for row in rows],
        weights[rows].astype(dtype),
    )


def _warn_of_one(why, best):
    warnings.warn(
        f"The ensemble is the best trial alone, which scores {best.value:.6g}: {why}.",
        UserWarning,
        stacklevel=2,
    )
