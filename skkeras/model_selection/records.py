"""What a search writes on its trials, so that any process can read the results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

WORKER = "skkeras:worker"
FOLDS = "skkeras:folds"
FAILURE = "skkeras:failure"
VOID = "skkeras:void"
RETRY_OF = "skkeras:retry_of"
MOST_COMPANY = "skkeras:most_company"  # trials that may run together with this one
DIED_ALONE = "skkeras:died_alone"
DEATHS = "skkeras:deaths"  # of workers that ran nothing else
REPEATS = "skkeras:repeats"
INITIAL = "skkeras:initial"  # its place among those tried before the sampler began
AS_IT_IS = "skkeras:as_it_is"  # the estimator, whose values the space does not hold

INTERRUPTED = "interrupted"
SURPLUS = "surplus"


@dataclass
class Folds:
    """Scores and times of a trial, one value a fold; None where there is none.

    Parameters
    ----------
    test_scores, train_scores : dict of str to list of float
        By name of the metric; empty where no fold got so far as to be scored.
    fit_time, score_time : list of float
        Seconds.
    epochs : list of int
        Epochs trained, of estimators with a history.
    is_multimetric : bool
        Whether the scorer gave a dict.
    failure : str or None
        Traceback of the first fold that failed; kept beside the record, not in it.
    predictions : list of (ndarray or None)
        Of each fold's test rows, where they are wanted; this process's alone.
    is_pruned : bool
        Whether the pruner ended the trial.
    """

    test_scores: dict[str, list[float]] = field(default_factory=dict)
    train_scores: dict[str, list[float]] = field(default_factory=dict)
    fit_time: list[float] = field(default_factory=list)
    score_time: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    is_multimetric: bool = False
    is_pruned: bool = False
    failure: str | None = None
    predictions: list[np.ndarray | None] = field(default_factory=list)

    @classmethod
    def of(cls, results: list[dict[str, Any]]) -> Self:
        """Gather what scikit-learn returned for each fold of a trial."""
        folds = cls(
            fit_time=[r["fit_time"] for r in results],
            score_time=[r["score_time"] for r in results],
            epochs=[r["epochs"] for r in results if r.get("epochs")],
            failure=next((r["fit_error"] for r in results if r["fit_error"]), None),
            predictions=[r["predictions"] for r in results if "predictions" in r],
        )
        folds.is_multimetric = any(isinstance(r["test_scores"], dict) for r in results)
        for kind in ("test_scores", "train_scores"):
            scores = [_by_name(r[kind]) for r in results if kind in r]
            names = dict.fromkeys(name for one in scores for name in one)
            table = {name: [one.get(name, np.nan) for one in scores] for name in names}
            setattr(folds, kind, table)
        return folds

    def mean(self, metric: str) -> float:
        """Compute the mean test score, of the first metric if none has this name."""
        first = next(iter(self.test_scores.values()), [np.nan])
        return float(np.mean(self.test_scores.get(metric, first)))

    def has_no_score(self, metric: str) -> bool:
        """Return whether all fits succeeded and the mean score is NaN all the same."""
        was_scored = self.failure is None and not self.is_pruned
        return was_scored and np.isnan(self.mean(metric))

    def to_attribute(self) -> dict[str, Any]:
        """Return the folds as values that JSON can hold."""
        record = vars(self).copy()
        for beside in ("failure", "predictions"):
            del record[beside]
        return _replace(record, np.nan, None)

    @classmethod
    def from_attribute(cls, attribute: dict[str, Any]) -> Self:
        """Read back what :meth:`to_attribute` wrote."""
        return cls(**_replace(attribute, None, np.nan))


def _by_name(scores):
    # A failed fold of a callable scoring has one score whatever the metrics are.
    return scores if isinstance(scores, dict) else {"score": scores}


def _replace(tree, old, new):
    """Exchange None and NaN in the leaves of nested dicts and lists."""
    if isinstance(tree, dict):
        return {key: _replace(value, old, new) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_replace(value, old, new) for value in tree]
    is_old = tree is None if old is None else isinstance(tree, float) and tree != tree
    if is_old:
        return new
    return tree.item() if isinstance(tree, np.generic) else tree


def is_void(trial: FrozenTrial) -> bool:
    """Check whether a trial counts for nothing: interrupted, or one too many."""
    return VOID in trial.user_attrs


def folds_of(trial: FrozenTrial) -> Folds | None:
    """Read the folds of a finished trial; None where it has none."""
    attribute = trial.user_attrs.get(FOLDS)
    return None if attribute is None else Folds.from_attribute(attribute)
