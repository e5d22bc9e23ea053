"""The search: ask for trials, fit their folds, tell, until there is enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from optuna.trial import TrialState

from skkeras.model_selection.labels import same_value_key
from skkeras.model_selection.records import FOLDS, INTERRUPTED, WORKER
from skkeras.model_selection.spaces import params_of
from skkeras.model_selection.trials import most_company

if TYPE_CHECKING:
    from skkeras.model_selection.trials import Trials
    from skkeras.model_selection.typing import Evaluate

_POLL = 0.2  # seconds between looks at other workers' trials


class SearchLoop:
    """Runs trials in batches.

    Parameters
    ----------
    trials : Trials
        The study's.
    space : callable
        From a trial to parameters.
    evaluate : callable
        From a list of ``(trial, params)`` to the list of their :class:`Folds`.
    batch_size : int
        Trials evaluated together.
    timeout : float or None
        Seconds after which no trial is begun.
    after_trial : callable
        Called with each trial that was told.
    """

    def __init__(
        self,
        trials: Trials,
        space: Callable[[Any], dict[str, Any]],
        evaluate: Evaluate,
        batch_size: int,
        timeout: float | None,
        after_trial: Callable[..., Any],
    ) -> None:
        self.trials = trials
        self.space = space
        self.evaluate = evaluate
        self.batch_size = batch_size
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.after_trial = after_trial
        self.batch: list[tuple[Any, dict[str, Any]]] = []
        self.put_off: list[tuple[Any, dict[str, Any]]] = []
        self._keys = {}

    def run(self) -> None:
        """Search until the study is complete, time is up or someone stops it.

        Whatever ends it, trials that are still running are left to be begun again.
        """
        try:
            while not self._is_over():
                self.trials.bury_dead()
                self._settle_put_off()
                self._fill_batch()
                if self.batch:
                    self._run_batch()
                elif self.put_off or self.trials.others_running():
                    time.sleep(_POLL)
                elif self.trials.room() == 0:
                    break
        finally:
            for trial, _ in self.batch + self.put_off:
                self.trials.void(trial, INTERRUPTED)

    def _is_over(self):
        is_late = self.deadline is not None and time.monotonic() > self.deadline
        return is_late or self.trials.study.stop_requested

    def _fill_batch(self):
        limit = self.batch_size
        while len(self.batch) < limit and not self._is_over():
            if self.trials.room() == 0:
                return
            begun = self.trials.retry_one(self.space, len(self.batch))
            if begun is None:
                if self.batch and self.trials.has_orphan():
                    return  # one that needs less company: its place is kept
                begun = self.trials.ask(self.space)
            if begun is not None:
                limit = min(limit, most_company(begun[0]))
                self._sort_in(*begun)

    def _sort_in(self, trial, params):
        """Train a trial, unless one with the same parameters is finished or running."""
        twin = self._twin(trial, params)
        if twin is None:
            self.batch.append((trial, params))
        elif twin.state.is_finished():
            self.trials.tell_again(trial, twin)
            self.after_trial(trial.number)
        else:
            self.put_off.append((trial, params))

    def _settle_put_off(self):
        waiting, self.put_off = self.put_off, []
        for trial, params in waiting:
            self._sort_in(trial, params)

    def _twin(self, trial, params):
        """Find an earlier trial with the same parameters, finished or running."""
        self.trials.wait_for_signatures(trial.number)
        key = _key(params)
        for other in self.trials.read():
            if other.number >= trial.number:
                break
            is_running = other.state == TrialState.RUNNING
            if (WORKER if is_running else FOLDS) not in other.user_attrs:
                continue
            is_same = bool(trial.params) and other.params == trial.params
            if is_same or self._key_of(other) == key:
                return other
        return None

    def _key_of(self, trial):
        if trial.number not in self._keys:
            params = params_of(self.space, trial)
            # Objects count by their address, which is given away when they are gone.
            self._keys[trial.number] = _key(params), params
        return self._keys[trial.number][0]

    def _run_batch(self):
        for (trial, _), folds in zip(
            list(self.batch), self.evaluate(self.batch), strict=True
        ):
            self.trials.tell(trial, folds)
            self.batch.pop(0)
            self.after_trial(trial.number)


def _key(params):
    return frozenset((name, same_value_key(v)) for name, v in params.items())
