"""A search's trials in the study: who runs which, which count, and how they end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from skkeras.model_selection.optuna_internals import begin, write_on_trial
from skkeras.model_selection.records import (
    AS_IT_IS,
    DEATHS,
    DIED_ALONE,
    FAILURE,
    FOLDS,
    INITIAL,
    INTERRUPTED,
    MOST_COMPANY,
    REPEATS,
    RETRY_OF,
    SURPLUS,
    VOID,
    WORKER,
    Folds,
    folds_of,
    is_void,
)
from skkeras.model_selection.storage import quiet_optuna

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from skkeras.model_selection.liveness import Watch
    from skkeras.model_selection.optuna_internals import StoppableStudy

_MOST_DEATHS = 3
_UNSIGNED = "unsigned"


class Trials:
    """The trials of a study, as one of its workers sees and changes them.

    Parameters
    ----------
    study : StoppableStudy
        Where they are.
    worker : str
        This worker's name.
    watch : Watch
        Judges the other workers.
    n_trials : int or None
        How many trials the study is to have, all workers' together.
    metric : str
        Name of the primary metric, whose mean is told to Optuna.
    """

    def __init__(
        self,
        study: StoppableStudy,
        worker: str,
        watch: Watch,
        n_trials: int | None,
        metric: str,
        is_ours: bool = True,
    ) -> None:
        self.study = study
        self.is_ours = is_ours
        self.worker = worker
        self.watch = watch
        self.n_trials = n_trials
        self.metric = metric

    # Reading

    def read(self) -> list[FrozenTrial]:
        """Return all trials that count, or may count later."""
        trials = self.study.get_trials(deepcopy=False)
        return [t for t in trials if not is_void(t)]

    def room(self) -> int | None:
        """Return how many more trials may be begun; None for any number."""
        if self.n_trials is None:
            return None
        begun = [t for t in self.read() if t.state != TrialState.WAITING]
        return max(0, self.n_trials - len(begun))

    def finished(self) -> list[FrozenTrial]:
        """Return the trials that finished with a result, in order."""
        return [
            t for t in self.read() if t.state.is_finished() and FOLDS in t.user_attrs
        ]

    def others_running(self) -> list[FrozenTrial]:
        """Return the trials that other live workers run."""
        running = [t for t in self.read() if t.state == TrialState.RUNNING]
        return [
            t
            for t in running
            if t.user_attrs.get(WORKER) != self.worker and self._is_a_workers(t)
        ]

    def _is_a_workers(self, trial):
        """Return whether a search began a trial, or is just beginning it.

        In a study of the user's, the user runs what no worker has signed.
        """
        return self.is_ours or WORKER in trial.user_attrs

    def are_complete(self) -> bool:
        """Return whether nothing is left to run or to wait for."""
        return self.room() == 0 and not self.others_running()

    # Beginning

    def ask(
        self, suggest: Callable[[Any], dict[str, Any]]
    ) -> tuple[optuna.Trial | FrozenTrial, dict[str, Any]] | None:
        """Begin a new trial.

        Parameters
        ----------
        suggest : callable
            From a trial to its parameters.

        Returns
        -------
        (trial, params) or None
            None where the space itself pruned the trial, or another worker has begun
            the last one that was wanted.
        """
        trial = self.study.ask()
        try:
            params = suggest(trial)
        except optuna.TrialPruned:
            self._end(trial, state=TrialState.PRUNED)
            return None
        except BaseException:
            self.void(trial, INTERRUPTED)
            raise
        trial.set_user_attr(WORKER, self.worker)
        if self._is_surplus(trial) or self._was_enqueued_before(trial):
            self.void(trial, SURPLUS)
            return None
        return trial, params

    def _is_surplus(self, trial):
        """Return whether workers that asked at the same time began too many trials."""
        if self.n_trials is None:
            return False
        before = [t for t in self.read() if t.number < trial.number]
        begun = [t for t in before if t.state != TrialState.WAITING]
        return len(begun) >= self.n_trials

    def _was_enqueued_before(self, trial):
        """Return whether workers that began at the same time enqueued a trial twice."""
        place = trial.user_attrs.get(INITIAL)
        return place is not None and any(
            t.number < trial.number and t.user_attrs.get(INITIAL) == place
            for t in self.study.get_trials(deepcopy=False)
        )

    def retry_one(
        self, suggest: Callable[[Any], dict[str, Any]], n_companions: int
    ) -> tuple[optuna.Trial | FrozenTrial, dict[str, Any]] | None:
        """Begin an interrupted trial again, with the parameters it had.

        Of workers that try it at once, the one whose trial has the lowest number
        keeps it.

        Parameters
        ----------
        suggest : callable
            From a trial to its parameters.
        n_companions : int
            How many trials will run beside it: one that is suspected of killing its
            worker takes only a few.

        Returns
        -------
        (trial, params) or None
            None where nothing was interrupted.
        """
        while (orphan := self._orphan(n_companions)) is not None:
            trial = self._begin_as(orphan)
            rivals = [t for t in self._retries(orphan) if t.number < trial.number]
            if not rivals and not self._is_surplus(trial):
                return trial, suggest(trial)
            self.void(trial, SURPLUS)
        return None

    def _begin_as(self, orphan):
        inherited = {DEATHS: _deaths(orphan)}
        for name in (MOST_COMPANY, AS_IT_IS):
            if name in orphan.user_attrs:
                inherited[name] = orphan.user_attrs[name]
        again = optuna.trial.create_trial(
            state=TrialState.RUNNING,
            params=orphan.params,
            distributions=orphan.distributions,
            user_attrs={WORKER: self.worker, RETRY_OF: orphan.number, **inherited},
        )
        return begin(self.study, again)

    def has_orphan(self) -> bool:
        """Return whether an interrupted trial has not been begun again yet."""
        return self._orphan(0) is not None

    def _orphan(self, n_companions):
        trials = self.study.get_trials(deepcopy=False)
        retried = {t.user_attrs.get(RETRY_OF) for t in trials}
        for trial in trials:
            was_interrupted = trial.user_attrs.get(VOID) == INTERRUPTED
            if (
                was_interrupted
                and trial.number not in retried
                and WORKER in trial.user_attrs
                and n_companions < most_company(trial)
            ):
                return trial
        return None

    def _retries(self, orphan):
        trials = self.study.get_trials(deepcopy=False)
        return [t for t in trials if t.user_attrs.get(RETRY_OF) == orphan.number]

    # Ending

    def tell(self, trial: optuna.Trial | FrozenTrial, folds: Folds) -> None:
        """Store a trial's folds and end it.

        Parameters
        ----------
        trial : optuna.Trial or optuna.trial.FrozenTrial
            One that is running.
        folds : Folds
            What came of it.
        """
        if folds.has_no_score(self.metric):
            folds.failure = (
                f"The mean of the test scores {folds.test_scores} is NaN: scoring "
                "failed, as a warning has told, or gave NaN."
            )
        with _unless_ended_by_another():
            if folds.failure is not None:
                self._write(trial, FAILURE, folds.failure)
            self._write(trial, FOLDS, folds.to_attribute())
            self._finish(trial, folds)

    def tell_again(self, trial: optuna.Trial, twin: FrozenTrial) -> None:
        """End a trial as the finished one with the same parameters ended.

        Parameters
        ----------
        trial : optuna.Trial
            Begun by this worker.
        twin : optuna.trial.FrozenTrial
            Finished before.
        """
        self._write(trial, REPEATS, twin.number)
        for step, value in twin.intermediate_values.items():
            trial.report(value, step)
        self.tell(trial, _folds_with_failure(twin))

    def void(
        self, trial: optuna.Trial | FrozenTrial, why: Literal["interrupted", "surplus"]
    ) -> None:
        """End a trial as one that counts for nothing.

        Parameters
        ----------
        trial : optuna.Trial or optuna.trial.FrozenTrial
            One that is running.
        why : {"interrupted", "surplus"}
            An interrupted one will be begun again.
        """
        with _unless_ended_by_another():
            self._write(trial, VOID, why)
            self._end(trial, state=TrialState.FAIL)

    def _finish(self, trial, folds):
        if folds.is_pruned:
            self._end(trial, state=TrialState.PRUNED)
        elif folds.failure is not None:
            self._end(trial, state=TrialState.FAIL)
        else:
            self._end(trial, values=folds.mean(self.metric))

    def _end(self, trial, **told):
        with quiet_optuna():
            self.study.tell(trial.number, **told, skip_if_finished=True)

    def _write(self, trial, key, value):
        write_on_trial(self.study, trial, key, value)

    def bury_dead(self) -> None:
        """End trials whose worker is dead; what it had stored of them counts."""
        attributes = self.study.user_attrs
        trials = self.study.get_trials(deepcopy=False)
        for trial in trials:
            worker = trial.user_attrs.get(WORKER)
            if trial.state != TrialState.RUNNING or worker == self.worker:
                continue
            if not self._is_a_workers(trial):
                continue
            if worker is None:
                is_alive = self.watch.is_fresh(trial.number, _UNSIGNED)
            else:
                is_alive = self.watch.is_alive(worker, attributes)
            if not is_alive:
                self._bury(trial, _ran_together(trials, worker))

    def _bury(self, trial, n_together):
        """End a trial; whatever is written here may be written again by another."""
        if is_void(trial):  # its worker died while it ended the trial
            self.void(trial, trial.user_attrs[VOID])
            return
        if FOLDS in trial.user_attrs:
            self.tell(trial, _folds_with_failure(trial))
            return
        self._blame(trial, n_together)
        deaths = trial.user_attrs.get(DEATHS, 0) + (n_together == 1)
        if deaths < _MOST_DEATHS:
            self.void(trial, INTERRUPTED)
        else:
            why = f"The process died {deaths} times while it ran this trial alone."
            self.tell(trial, Folds(failure=why))

    def _blame(self, trial, n_together):
        """Record that a worker died while it ran this trial, alone or among others."""
        with _unless_ended_by_another():
            self._write(trial, MOST_COMPANY, max(1, n_together // 2))
            if n_together == 1:
                self._write(trial, DIED_ALONE, True)

    def wait_for_signatures(self, number: int, patience: float = 2.0) -> None:
        """Wait until all trials before one have their parameters."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            before = [t for t in self.others_running() if t.number < number]
            if all(WORKER in t.user_attrs for t in before):
                return
            time.sleep(0.05)


def most_company(trial: optuna.Trial | FrozenTrial) -> float:
    """Return how many trials may run together, this one included.

    Parameters
    ----------
    trial : optuna.Trial or optuna.trial.FrozenTrial
        Perhaps one whose worker died.

    Returns
    -------
    float
    """
    return trial.user_attrs.get(MOST_COMPANY, math.inf)


def _unless_ended_by_another():
    """Stop where the trial was ended by a worker that took this one for dead."""
    return suppress(UpdateFinishedTrialError)


def _ran_together(trials, worker):
    """Count the trials that a dead worker had begun and not ended."""
    return sum(
        t.user_attrs.get(WORKER) == worker
        and (t.state == TrialState.RUNNING or t.user_attrs.get(VOID) == INTERRUPTED)
        for t in trials
    )


def _deaths(trial):
    """Count the workers that died while they ran nothing but this trial."""
    died_alone = bool(trial.user_attrs.get(DIED_ALONE))
    return trial.user_attrs.get(DEATHS, 0) + died_alone


def _folds_with_failure(trial):
    folds = folds_of(trial)
    folds.failure = trial.user_attrs.get(FAILURE)
    return folds
