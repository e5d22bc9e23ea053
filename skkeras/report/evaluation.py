"""One model, cross-validated."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_validate
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

from skkeras.report.interrupt import check_ctrl_c
from skkeras.report.keras_use import uses_keras
from skkeras.report.metadata import metadata_of
from skkeras.report.observation import Observation, observe

if TYPE_CHECKING:
    from skkeras.report.metrics import Metric
    from skkeras.report.splits import Split

SPLIT_COLUMNS = ["model", "repeat", "fold", "fit_seconds", "score_seconds"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What cross-validation found out about a model.

    Parameters
    ----------
    name : str
        What the comparison calls the model.
    model : estimator
        The unfitted model.
    scores : DataFrame
        One row a fold and metric; columns model, metric, repeat, fold, value,
        fit_seconds, score_seconds.
    notes : tuple of str
        The warnings its fits gave, each once, with how often.
    observations : tuple of Observation
        What the model of each fold showed on its test rows.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skkeras.datasets import load_iris
    >>> from skkeras.report import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> comparison = compare({"dummy": DummyClassifier()}, X, y, cv=3, random_state=0)
    >>> len(comparison.evaluation("dummy").observations)
    3
    """

    name: str
    model: BaseEstimator
    scores: pd.DataFrame
    notes: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()


def evaluate(
    name: str,
    model: BaseEstimator,
    X: ArrayLike,
    y: ArrayLike,
    *,
    splits: list[Split],
    metrics: list[Metric],
    groups: np.ndarray | None = None,
    params: Mapping[str, Any] | None = None,
    n_jobs: int | None = None,
    diagnose: bool | None = None,
    begun: Evaluation | None = None,
    keep: Callable[[Evaluation], None] | None = None,
) -> Evaluation:
    """Cross-validate one model.

    A model that skkeras trains is fitted on all folds at once, as one program; its
    ``fit_seconds`` are the wall time of all folds shared equally, preprocessing and
    compiling included.

    Parameters
    ----------
    name : str
        What to call the model.
    model : estimator
        Cloned for each fold.
    X : array-like of shape (n_samples, n_features)
        The features.
    y : array-like of shape (n_samples,)
        The target.
    splits : list of Split
        Which rows train and test.
    metrics : list of Metric
        What to measure on the test rows; the first is the primary one.
    groups : ndarray of shape (n_samples,) or None, default=None
        For the inner folds of a search.
    params : dict of str to array-like or None, default=None
        Metadata such as ``sample_weight``, as of scikit-learn's ``cross_validate``.
    n_jobs : int or None, default=None
        How many folds of other models are fitted side by side; as in scikit-learn.
    diagnose : bool or None, default=None
        Whether to score training rows and shuffle columns as well; None does so for
        models that skkeras trains.
    begun : Evaluation or None, default=None
        The first folds of a model that skkeras does not train, as they were kept; they
        are not fitted again.
    keep : callable or None, default=None
        Called with what is known whenever folds of such a model are finished.

    Returns
    -------
    Evaluation

    Raises
    ------
    Exception
        What the model raised, if a fit or a prediction failed.
    """
    is_fused = uses_keras(model)
    diagnose = is_fused if diagnose is None else diagnose
    evaluation = begun or Evaluation(name, model, pd.DataFrame())
    left = splits[len(evaluation.observations) :]
    params = metadata_of(model, groups, params)
    task = _Task(X, y, metrics, params, diagnose)
    with _noted_warnings() as caught:
        if is_fused:
            results = _at_once(model, task, left)
            evaluation = _with_folds(evaluation, task, left, results)
            return replace(evaluation, notes=_counted(_told(caught)))
        at_a_time = effective_n_jobs(n_jobs)
        for first in range(0, len(left), at_a_time):
            some = left[first : first + at_a_time]
            folds = _side_by_side(model, task, some, n_jobs)
            notes = list(evaluation.notes)
            # Observed when no other fold is fitted, as predictions are timed.
            for split, (results, elsewhere) in zip(some, folds, strict=True):
                evaluation = _with_folds(evaluation, task, [split], results)
                notes += elsewhere
            evaluation = replace(evaluation, notes=(*notes, *_told(caught)))
            caught.clear()
            check_ctrl_c()
            if keep is not None:
                keep(evaluation)
    return replace(evaluation, notes=_counted(evaluation.notes))


class _Task(NamedTuple):
    """What every fold of a model is fitted to and measured by."""

    X: ArrayLike
    y: ArrayLike
    metrics: list[Metric]
    params: dict[str, Any]
    diagnose: bool


def _with_folds(evaluation, task, splits, results):
    """Return an evaluation that has more folds, which were fitted together."""
    fitted = results.pop("estimator")
    refits = np.array([getattr(m, "refit_time_", np.nan) for m in fitted])
    if len(splits) > 1:
        # Each fold waited for all: share the time of the last one.
        for spent in (results["fit_time"], refits):
            spent[:] = spent.max() / len(splits)
    searches = results["fit_time"] - refits
    observations = [
        observe(
            *(model, task.X, task.y, split, task.metrics[0]),
            search_seconds=None if np.isnan(search) else float(search),
            params=task.params,
            diagnose=task.diagnose,
        )
        for model, search, split in zip(fitted, searches, splits, strict=True)
    ]
    order = {metric.name: place for place, metric in enumerate(task.metrics)}
    known = [evaluation.scores] if evaluation.observations else []
    scores = pd.concat([*known, _tidy(evaluation.name, splits, task.metrics, results)])
    return replace(
        evaluation,
        scores=scores.sort_values(
            "metric", key=lambda names: names.map(order), kind="stable"
        ).reset_index(drop=True),
        observations=(*evaluation.observations, *observations),
    )


def _at_once(model, task, splits):
    """Train the folds as one program."""
    from skkeras.fusion import fused

    with fused():
        results = _cross_validate(model, task, splits)
    check_ctrl_c()
    return results


def _side_by_side(model, task, splits, n_jobs):
    """Fit folds one by one, or in processes whose warnings are collected."""
    here = os.getpid()
    return Parallel(n_jobs=n_jobs)(
        delayed(_fit_fold)(model, task, split, here) for split in splits
    )


def _fit_fold(model, task, split, main_process):
    is_elsewhere = os.getpid() != main_process
    noting = _noted_warnings() if is_elsewhere else nullcontext([])
    # Several BLAS threads cost small matrices more time than they save.
    with threadpool_limits(1), noting as caught:
        results = _cross_validate(model, task, [split])
    check_ctrl_c()
    return results, _told(caught)


def _cross_validate(model, task, splits):
    return cross_validate(
        model,
        task.X,
        task.y,
        cv=[(split.train, split.test) for split in splits],
        scoring={metric.name: metric.scorer for metric in task.metrics},
        params=task.params,
        error_score="raise",
        return_estimator=True,
    )


@contextmanager
def _noted_warnings():
    """Collect the warnings that are meant for users, instead of showing them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for meant_for_developers in (
            DeprecationWarning,
            PendingDeprecationWarning,
            ResourceWarning,
        ):
            warnings.simplefilter("ignore", meant_for_developers)
        yield caught


def _told(caught):
    """Return in a line each what warnings say."""
    return [
        f"{warning.category.__name__}: {str(warning.message).strip().splitlines()[0]}"
        for warning in caught
        if str(warning.message).strip()
    ]


def _tidy(name, splits, metrics, results):
    wide = pd.DataFrame(
        {
            "model": name,
            "repeat": [split.repeat for split in splits],
            "fold": [split.fold for split in splits],
            "fit_seconds": results["fit_time"],
            "score_seconds": results["score_time"],
        }
        | {m.name: m.value(results[f"test_{m.name}"]) for m in metrics}
    )
    tidy = wide.melt(id_vars=SPLIT_COLUMNS, var_name="metric")
    return tidy[
        ["model", "metric", "repeat", "fold", "value", "fit_seconds", "score_seconds"]
    ]


def _counted(notes):
    return tuple(
        note if times == 1 else f"{note} ({times} times)"
        for note, times in Counter(notes).items()
    )
