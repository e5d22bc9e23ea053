"""The private names of Optuna that searches use, and no other file may.

What each is for, and what to do when it goes:

- ``_storage``: where a study lies. The search has opened it and can hand it on; of a
  study that a user opened, ask for the storage beside it.
- ``_study_id``: `BaseStorage.get_study_id_from_name` gives it.
- ``_trial_id``: `BaseStorage.get_trial_id_from_study_id_trial_number` gives it.
- ``_thread_local``: whether ``optimize`` runs. `StoppableStudy` may always take
  ``stop`` as its own: the search does not call ``optimize``, only a user may.
- ``_backend``: the database inside Optuna's cache. Keep it from when it is opened.
- ``_wrapped_pruner``: what `PatientPruner` asks. Without it, patience with a
  `WilcoxonPruner` reports each epoch, not each fold.
- ``_get_trials``: what samplers read a study by. Where they read it otherwise, they
  see the trials that are kept from them, and learn a little less well.
- ``_min_resource``, ``_min_early_stopping_rate``, ``_reduction_factor``: where the
  rungs of successive halving and Hyperband are. Without them ten reports at equal
  distances: each pruner decides at the first that lies beyond a rung.
- ``_n_warmup_steps``: before it a pruner ends nothing. Without it such pruners may be
  asked ten times as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import optuna
from optuna.pruners import BasePruner, HyperbandPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage, RDBStorage
from optuna.trial import FrozenTrial


class StoppableStudy(optuna.Study):
    """A study whose ``stop`` ends our search as it ends ``optimize``.

    Samplers that run out of candidates, and callbacks, call it.
    """

    stop_requested: bool = False

    def stop(self) -> None:
        """End the search after the trials that run now."""
        if self._thread_local.in_optimize_loop:
            super().stop()
        else:
            self.stop_requested = True


def stoppable(
    study: optuna.Study, sampler: BaseSampler, pruner: BasePruner
) -> StoppableStudy:
    """Make the same study stoppable.

    Parameters
    ----------
    study : optuna.Study
        Of any kind.
    sampler : optuna.samplers.BaseSampler
        Proposes the trials.
    pruner : optuna.pruners.BasePruner
        Ends hopeless ones.

    Returns
    -------
    StoppableStudy
    """
    return StoppableStudy(
        study_name=study.study_name,
        storage=study._storage,
        sampler=sampler,
        pruner=pruner,
    )


class _Without:
    """A study as a sampler sees it, without some of its trials."""

    def __init__(self, study, is_hidden):
        self._study, self._is_hidden = study, is_hidden

    def _get_trials(self, *args, **kwargs):
        trials = self._study._get_trials(*args, **kwargs)
        return [trial for trial in trials if not self._is_hidden(trial)]

    def __getattr__(self, name):
        return getattr(self._study, name)


def without_trials(
    study: optuna.Study, is_hidden: Callable[[FrozenTrial], bool]
) -> optuna.Study:
    """Return a study as one of Optuna's samplers is to see it.

    Parameters
    ----------
    study : optuna.Study
        Of any kind, a bracket of Hyperband among them.
    is_hidden : callable
        Tells which trials it is not to see.

    Returns
    -------
    optuna.Study
        For a sampler, and nobody else.
    """
    return cast("optuna.Study", _Without(study, is_hidden))


def storage_of(study: optuna.Study) -> BaseStorage:
    """Return where a study lies.

    Parameters
    ----------
    study : optuna.Study
        Of any kind.

    Returns
    -------
    optuna.storages.BaseStorage
    """
    return study._storage


def begin(study: optuna.Study, template: FrozenTrial) -> optuna.Trial:
    """Begin a trial as a template has it: its state may be running.

    Parameters
    ----------
    study : optuna.Study
        Gets the trial.
    template : optuna.trial.FrozenTrial
        From `optuna.trial.create_trial`.

    Returns
    -------
    optuna.Trial
    """
    storage = study._storage
    # What it returns is the number of the trial in its storage, which Trial takes.
    number = storage.create_new_trial(study._study_id, template_trial=template)
    return optuna.Trial(study, number)


def write_on_trial(
    study: optuna.Study, trial: optuna.Trial | FrozenTrial, key: str, value: Any
) -> None:
    """Write on a trial what all processes can read.

    Parameters
    ----------
    study : optuna.Study
        Of the trial.
    trial : optuna.Trial or optuna.trial.FrozenTrial
        Not finished.
    key : str
    value : object
        That JSON can hold.
    """
    study._storage.set_trial_user_attr(trial._trial_id, key, value)


def database_of(storage: BaseStorage) -> RDBStorage | None:
    """Return the database of a storage; a study has its own inside a cache.

    Parameters
    ----------
    storage : optuna.storages.BaseStorage
        Any.

    Returns
    -------
    optuna.storages.RDBStorage or None
    """
    database = getattr(storage, "_backend", storage)
    return database if isinstance(database, RDBStorage) else None


def innermost_pruner(pruner: BasePruner) -> BasePruner:
    """Return the pruner inside those that only wait for it.

    Parameters
    ----------
    pruner : optuna.pruners.BasePruner
        Perhaps a `PatientPruner`.

    Returns
    -------
    optuna.pruners.BasePruner
    """
    while hasattr(pruner, "_wrapped_pruner"):
        pruner = pruner._wrapped_pruner  # pyright: ignore[reportAttributeAccessIssue]
    return pruner


def first_rung(
    pruner: SuccessiveHalvingPruner | HyperbandPruner, last_step: int
) -> tuple[int, int]:
    """Return where the rungs of a pruner begin, and how they go on.

    Parameters
    ----------
    pruner : optuna.pruners.SuccessiveHalvingPruner or HyperbandPruner
        Of Hyperband, the rungs of its first bracket are those of all others, too.
    last_step : int
        Of a whole trial, from which ``min_resource="auto"`` follows as Optuna has it.

    Returns
    -------
    step : int
        Of the first rung.
    factor : int
        From each rung to the next.
    """
    least = pruner._min_resource
    if not isinstance(least, int):
        least = max(last_step // 100, 1)
    factor = pruner._reduction_factor
    return least * factor ** getattr(pruner, "_min_early_stopping_rate", 0), factor


def warmup_steps(pruner: BasePruner) -> int:
    """Return the step before which a pruner ends no trial.

    Parameters
    ----------
    pruner : optuna.pruners.BasePruner
        One that has a warm-up.

    Returns
    -------
    int
    """
    return pruner._n_warmup_steps  # pyright: ignore[reportAttributeAccessIssue]
