"""From the trials of a study to what `BaseSearchCV` makes `cv_results_` of."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import TrialState

from skkeras.model_selection.records import FAILURE, folds_of
from skkeras.model_selection.spaces import params_of

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


def check_any_complete(trials: list[FrozenTrial]) -> None:
    """Raise where no trial has a score.

    Parameters
    ----------
    trials : list of optuna.trial.FrozenTrial
        All that finished.

    Raises
    ------
    ValueError
        With the first failure's traceback.
    """
    if any(t.state == TrialState.COMPLETE for t in trials):
        return
    failed = [t for t in trials if t.state == TrialState.FAIL]
    if failed:
        raise ValueError(
            f"All the {len(failed)} trials that were not pruned failed. The first one "
            f"(trial {failed[0].number}, {failed[0].params}) failed with:\n"
            f"{failed[0].user_attrs.get(FAILURE)}"
        )
    raise ValueError(
        f"No trial was completed ({len(trials)} were pruned): give the search more "
        "time or trials, or the pruner a longer warm-up."
    )


def fold_results(
    trials: list[FrozenTrial],
    space: Callable[[Any], dict[str, Any]],
    n_splits: int,
    error_score: float,
    with_train_scores: bool,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the folds of all trials in the form that `evaluate_candidates` uses.

    Parameters
    ----------
    trials : list of optuna.trial.FrozenTrial
        Finished, of this process or another.
    space : callable
        From a trial to its parameters.
    n_splits : int
        Folds of a trial.
    error_score : float
        Score of a fold that failed.
    with_train_scores : bool
        Whether scores of the training folds are wanted.

    Returns
    -------
    candidates : list of dict
        The parameters of each trial.
    out : list of dict
        Scores and times of each fold of each trial.
    """
    folds: list[Any] = [folds_of(trial) for trial in trials]
    names = next(
        f.test_scores
        for t, f in zip(trials, folds, strict=True)
        if t.state == TrialState.COMPLETE
    )
    is_multimetric = any(f.is_multimetric for f in folds)
    out = []
    for trial, one in zip(trials, folds, strict=True):
        missing = np.nan if trial.state == TrialState.PRUNED else error_score
        for fold in range(n_splits):
            result = {
                "fit_time": _value(one.fit_time, fold, np.nan),
                "score_time": _value(one.score_time, fold, np.nan),
            }
            kinds = ["test_scores"] + ["train_scores"] * with_train_scores
            for kind in kinds:
                table = {} if one.is_pruned else getattr(one, kind)
                scores = {n: _value(table.get(n, []), fold, missing) for n in names}
                result[kind] = scores if is_multimetric else scores["score"]
            out.append(result)
    return [params_of(space, trial) for trial in trials], out


def _value(values, fold, missing):
    return values[fold] if fold < len(values) else missing


def without_pruned_warnings(
    format_results: Callable[..., Any], trials: list[FrozenTrial], *arguments: Any
) -> dict[str, Any]:
    """Format results, with no warning of the NaN that pruned trials have.

    Parameters
    ----------
    format_results : callable
        BaseSearchCV's.
    trials : list of optuna.trial.FrozenTrial
        All that finished.
    *arguments : object
        Of `format_results`.

    Returns
    -------
    dict
    """
    with warnings.catch_warnings():
        if any(t.state == TrialState.PRUNED for t in trials):
            warnings.filterwarnings("ignore", "One or more of the .* non-finite")
        return format_results(*arguments)
