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
"""

from __future__ import annotations

from typing import Any

import optuna
from optuna.pruners import BasePruner
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
