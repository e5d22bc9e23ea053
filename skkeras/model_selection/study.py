"""The study that a search works on: begun anew, or continued."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from sklearn.utils import check_random_state

from skkeras.model_selection.samplers import NumberedTPESampler
from skkeras.model_selection.storage import open_study

if TYPE_CHECKING:
    import optuna
    from optuna.storages import BaseStorage

    from skkeras.model_selection.search import OptunaSearchCV


def study_of(search: OptunaSearchCV, storage: BaseStorage) -> optuna.Study:
    """Open the study of a search, with its own copies of sampler and pruner.

    Parameters
    ----------
    search : OptunaSearchCV
        Names the study, the sampler, the pruner and the seed.
    storage : optuna.storages.BaseStorage
        Where the study is kept, opened.

    Returns
    -------
    optuna.Study
    """
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
