"""A search in its study: the trials that are left, and what comes of all of them."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from skkeras.model_selection.backend import batch_size
from skkeras.model_selection.ensemble import TrialEnsemble
from skkeras.model_selection.folds import check_comparable
from skkeras.model_selection.initial_trials import enqueue_initial
from skkeras.model_selection.liveness import Heartbeat, Watch, new_worker
from skkeras.model_selection.progress import SearchProgress
from skkeras.model_selection.pruning import choose_evaluation
from skkeras.model_selection.results import (
    check_any_complete,
    fold_results,
    without_pruned_warnings,
)
from skkeras.model_selection.scoring_names import primary_metric
from skkeras.model_selection.search_loop import SearchLoop
from skkeras.model_selection.spaces import as_space
from skkeras.model_selection.study import is_kept
from skkeras.model_selection.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from skkeras.model_selection.ensemble import Weighing
    from skkeras.model_selection.evaluation import Evaluator
    from skkeras.model_selection.optuna_internals import StoppableStudy
    from skkeras.model_selection.search import OptunaSearchCV
    from skkeras.model_selection.typing import Evaluate


def search_study(
    search: OptunaSearchCV, study: StoppableStudy, evaluator: Evaluator
) -> tuple[list[dict[str, Any]], dict[str, Any], Weighing | None]:
    """Run the trials that are left, and format the results of all.

    Parameters
    ----------
    search : OptunaSearchCV
        In fit.
    study : StoppableStudy
        Where the trials are.
    evaluator : Evaluator
        Fits and scores.

    Returns
    -------
    out : list of dict
        Scores and times of each fold of each trial.
    results : dict
        For ``cv_results_``.
    weighing : Weighing or None
        Of an ensemble, where the search is to make one.
    """
    if search._comparable is not None:
        check_comparable(study, search._comparable)
    space = as_space(search.param_distributions)
    metric = primary_metric(search.scoring, search.refit)
    evaluate, splits = choose_evaluation(search, evaluator, metric)
    ensemble = None
    if search.ensemble is not None:
        ensemble = TrialEnsemble(search, evaluator, splits, metric)
        evaluate = ensemble.keeping(evaluate)
    finished = run_trials(search, study, space, evaluate, metric).finished()
    check_any_complete(finished)
    candidates, out = fold_results(
        finished,
        space,
        search.n_splits_,
        np.nan if search.error_score == "raise" else search.error_score,
        search.return_train_score,
    )
    results = without_pruned_warnings(search._results, finished, candidates, out)
    weighing = None if ensemble is None else ensemble.weigh(finished, candidates)
    evaluator.warn_of_lost_fits()
    return out, results, weighing


def run_trials(
    search: OptunaSearchCV,
    study: StoppableStudy,
    space: Callable[[Any], dict[str, Any]],
    evaluate: Evaluate,
    metric: str,
) -> Trials:
    """Run trials until the study has as many as are wanted, or time is up.

    Parameters
    ----------
    search : OptunaSearchCV
        In fit.
    study : StoppableStudy
        Where the trials are.
    space : callable
        From a trial to parameters.
    evaluate : callable
        From a list of ``(trial, params)`` to a list of :class:`Folds`.
    metric : str
        Whose mean is told to Optuna.

    Returns
    -------
    Trials
        Of the study, this process's and others'.
    """
    worker = new_worker()
    # Like a grid, an empty space has one candidate.
    n_trials = search.n_trials if search.param_distributions != {} else 1
    watch, is_ours = Watch(search._grace), search.study is None
    trials = Trials(study, worker, watch, n_trials, metric, is_ours)
    with ExitStack() as stack:
        # A finished study is read only: it may lie where nobody can write.
        if not trials.are_complete():
            if is_kept(search):
                stack.enter_context(Heartbeat(study, worker, search._heartbeat))
            enqueue_initial(study, search, space)
        progress = SearchProgress(search.verbose, n_trials, metric)
        stack.enter_context(progress)
        progress.show(trials.finished())

        def after_trial(number):
            progress.show(trials.finished())
            for callback in search.callbacks or ():
                callback(study, study.get_trials(deepcopy=False)[number])

        loop = SearchLoop(
            trials, space, evaluate, batch_size(search), search.timeout, after_trial
        )
        try:
            loop.run()
        except KeyboardInterrupt:
            if not trials.finished():
                raise
            warnings.warn(
                f"The search was interrupted after {len(trials.finished())} "
                "trials; it goes on with the best of them.",
                UserWarning,
                stacklevel=2,
            )
    return trials
