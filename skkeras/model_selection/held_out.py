"""Rows of a training fold that are set aside for a pruner to watch."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.utils.multiclass import type_of_target

from skkeras.model_selection.sklearn_internals import check_method_params, safe_split  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.estimators.typing import RandomState
    from skkeras.model_selection.sklearn_internals import FoldFits


class HeldOut:
    """Rows to judge an estimator by while it is fitted on others.

    Parameters
    ----------
    fits : FoldFits
        Of the search: its rows, and how they are scored.
    rows, others : ndarray of int
        Numbers of the rows set aside, and of those to train on.
    metric : str
        What is reported, of a scorer that gives several.
    """

    def __init__(
        self, fits: FoldFits, rows: np.ndarray, others: np.ndarray, metric: str
    ) -> None:
        self._data = fits.X, fits.y, rows, others
        self._scorer = fits.scorer
        self._params = check_method_params(
            fits.X, params=fits.score_params, indices=rows
        )
        self._metric = metric

    def rows_for(self, estimator: BaseEstimator) -> tuple[Any, Any]:
        """Return the rows as a fold's estimator gets them.

        Parameters
        ----------
        estimator : estimator
            Whose tags tell whether X is a kernel.

        Returns
        -------
        X, y : array-like
        """
        X, y, rows, others = self._data
        return safe_split(estimator, X, y, rows, others)

    def score(self, estimator: BaseEstimator, X: ArrayLike, y: ArrayLike) -> float:
        """Score with the search's primary metric.

        Parameters
        ----------
        estimator : estimator
            Fitted, or in fit with something to predict with.
        X, y : array-like
            From :meth:`rows_for`, perhaps transformed.

        Returns
        -------
        float
        """
        arguments = (X,) if y is None else (X, y)
        scores = self._scorer(estimator, *arguments, **self._params)
        if not isinstance(scores, dict):
            return float(scores)
        first = next(iter(scores.values()))
        return float(scores.get(self._metric, first))


def set_aside(
    train: np.ndarray,
    y: ArrayLike | None,
    estimator: BaseEstimator,
    fraction: float,
    random_state: RandomState,
) -> tuple[np.ndarray, np.ndarray]:
    """Split a training fold, stratified where it has rows enough.

    Where it has not, one row of each class stays to be trained on.

    Parameters
    ----------
    train : ndarray of int
        Row numbers.
    y : array-like or None
        Targets of all rows.
    estimator : estimator
        Classifiers are stratified.
    fraction : float
        Share to set aside.
    random_state : int, RandomState instance or None
        The search's; an int decides the rows, otherwise they are always the same.

    Returns
    -------
    kept, held : ndarray of int
    """
    seed = int(random_state) if isinstance(random_state, Integral) else 0
    classes = _classes(train, y, estimator)
    n_held = min(int(np.ceil(fraction * len(train))), len(train) - 1)
    if classes is not None and not _can_stratify(classes, n_held):
        held = _spared(classes, seed)[:n_held]
        if len(held):
            return np.sort(np.delete(train, held)), np.sort(train[held])
        classes = None
    kept, held = train_test_split(
        train, test_size=n_held, random_state=seed, stratify=classes
    )
    return np.sort(kept), np.sort(held)


def _can_stratify(classes, n_held):
    _, counts = np.unique(classes, return_counts=True)
    return counts.min() >= 2 and min(n_held, len(classes) - n_held) >= len(counts)


def _spared(classes, seed):
    """Order rows at random, without the first one of each class."""
    order = np.random.default_rng(seed).permutation(len(classes))
    _, firsts = np.unique(classes[order], return_index=True)
    return np.delete(order, firsts)


def _classes(train, y, estimator):
    if y is None or not is_classifier(estimator):
        return None
    classes = np.asarray(y)[train]
    return classes if type_of_target(classes) in ("binary", "multiclass") else None


def transform_for_final(estimator: BaseEstimator, X: ArrayLike) -> ArrayLike:
    """Pass rows through the fitted steps before a pipeline's last one.

    Parameters
    ----------
    estimator : estimator
        A pipeline whose last step is in fit, or any estimator.
    X : array-like
        Rows as the pipeline takes them.

    Returns
    -------
    array-like
        Rows as its last step takes them.
    """
    while isinstance(estimator, Pipeline):
        if len(estimator) > 1:
            X = estimator[:-1].transform(X)
        estimator = estimator.steps[-1][1]
    return X
