"""Where a search's fits run: fused, in threads, or as joblib is told."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import joblib

from skkeras.fusion import fused
from skkeras.inner_estimator import last_step
from skkeras.own_estimators import is_keras_estimator

if TYPE_CHECKING:
    from skkeras.model_selection.search import OptunaSearchCV

_FUSED_BATCH = 10  # as many as TPE draws at random before it learns


def is_fused(search: OptunaSearchCV) -> bool:
    """Check whether all folds of a batch are trained in one program.

    Parameters
    ----------
    search : OptunaSearchCV
        About to fit, or in fit.

    Returns
    -------
    bool
    """
    return _is_fused_backend() or _can_be_fused(search)


def fit_backend(search: OptunaSearchCV) -> AbstractContextManager[None]:
    """Choose where joblib runs the fits.

    Parameters
    ----------
    search : OptunaSearchCV
        About to fit.

    Returns
    -------
    context manager
        Around the fit.
    """
    if search.pruner is not None:
        return _in_this_process(search)
    return fused() if _can_be_fused(search) else nullcontext()


def _in_this_process(search):
    """Keep out of other processes: what is reported must reach the study."""
    backend, _ = joblib.parallel.get_active_backend()
    if not is_fused(search):
        return joblib.parallel_config("threading")
    if _is_fused_backend() and backend.supports_sharedmem:
        return nullcontext()
    return joblib.parallel_config("fused", n_jobs=None)


def batch_size(search: OptunaSearchCV) -> int:
    """Choose how many trials to evaluate together.

    Parameters
    ----------
    search : OptunaSearchCV
        In fit.

    Returns
    -------
    int
    """
    if search.trials_per_batch is not None:
        return search.trials_per_batch
    if is_fused(search):
        return _FUSED_BATCH
    return -(-joblib.effective_n_jobs(search.n_jobs) // search.n_splits_)


def _can_be_fused(search):
    """Return whether the estimator is ours and no other way of running was chosen."""
    final = last_step(search.estimator)
    backend, n_jobs = joblib.parallel.get_active_backend()
    is_free = search.n_jobs is None and n_jobs in (None, 1)
    is_free = is_free and type(backend).__module__.startswith("joblib.")
    return is_free and is_keras_estimator(final) and final.engine == "auto"


def _is_fused_backend():
    backend, _ = joblib.parallel.get_active_backend()
    return type(backend).__module__.startswith("skkeras.")
