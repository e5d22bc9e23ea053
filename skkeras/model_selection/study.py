"""The study that a search works on: begun anew, or continued."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sklearn.utils import check_random_state

from skkeras.model_selection.optuna_internals import storage_of
from skkeras.model_selection.samplers import NumberedTPESampler
from skkeras.model_selection.storage import (
    close_connections,
    maximising,
    naming_database,
    open_storage,
    open_study,
)

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from skkeras.model_selection.optuna_internals import StoppableStudy
    from skkeras.model_selection.search import OptunaSearchCV


def is_kept(search: OptunaSearchCV) -> bool:
    """Check whether the study outlives the fit, so that others may see it.

    Parameters
    ----------
    search : OptunaSearchCV
        About to fit, or in fit.

    Returns
    -------
    bool
    """
    return search.storage is not None or search.study is not None


@contextmanager
def opened_study(search: OptunaSearchCV) -> Iterator[StoppableStudy]:
    """Open the study of a search, and close what was opened.

    Parameters
    ----------
    search : OptunaSearchCV
        About to fit.

    Yields
    ------
    StoppableStudy

    Raises
    ------
    ValueError
        When the study is given in two ways, or does not maximise.
    ConnectionError
        When its storage cannot be opened, read or written.
    """
    if search.study is not None:
        with naming_database(storage_of(search.study)):
            yield _given_study(search)
        return
    storage = open_storage(search.storage)
    try:
        with naming_database(search.storage):
            yield _study_in(search, storage)
    finally:
        close_connections(storage)


def _given_study(search):
    """Take the study that a user has made, with its sampler unless there is another."""
    beside = [n for n in ("storage", "study_name") if getattr(search, n) is not None]
    if beside:
        raise ValueError(
            f"study has its own storage and name: leave {' and '.join(beside)} at None."
        )
    sampler = copy.deepcopy(search.sampler) or search.study.sampler
    return maximising(search.study, sampler, copy.deepcopy(search.pruner))


def _study_in(search: OptunaSearchCV, storage: BaseStorage) -> StoppableStudy:
    """Begin or continue a study, with copies of sampler and pruner of its own."""
    random_state = check_random_state(search.random_state)
    seed = int(random_state.randint(2**31 - 1))
    given = copy.deepcopy(search.sampler)
    study = open_study(
        storage,
        search.study_name,
        NumberedTPESampler(seed) if given is None else given,
        copy.deepcopy(search.pruner),
    )
    if given is not None and search.storage is not None and study.get_trials():
        given.reseed_rng()  # else it would propose once more what it did before
    return study
