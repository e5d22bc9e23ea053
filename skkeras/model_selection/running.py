"""Running the trials of a search that are left."""

from __future__ import annotations

import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING

from skkeras.model_selection.backend import batch_size
from skkeras.model_selection.liveness import Heartbeat, Watch, new_worker
from skkeras.model_selection.progress import SearchProgress
from skkeras.model_selection.search_loop import SearchLoop
from skkeras.model_selection.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from skkeras.model_selection.optuna_internals import StoppableStudy
    from skkeras.model_selection.search import OptunaSearchCV
    from skkeras.model_selection.typing import Evaluate


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
    trials = Trials(study, worker, Watch(search._grace), n_trials, metric)
    with ExitStack() as stack:
        # A finished study is read only: it may lie where nobody can write.
        if search.storage is not None and not trials.are_complete():
            stack.enter_context(Heartbeat(study, worker, search._heartbeat))
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
