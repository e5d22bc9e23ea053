"""What a fold's fitted model shows, collected before the model is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.inspection import permutation_importance
from sklearn.metrics import get_scorer
from sklearn.utils import column_or_1d

from skkeras.inner_estimator import inner_estimator
from skkeras.report.metadata import score_metadata
from skkeras.report.parameters import count_parameters
from skkeras.report.search_record import SearchRecord, search_record
from skkeras.sklearn_internals import safe_indexing  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.report.metrics import Metric
    from skkeras.report.splits import Split

MOST_COLUMNS = 50  # each costs a prediction of each fold's test rows


@dataclass(frozen=True, eq=False)
class Observation:
    """One fold's model, seen on its test rows.

    Parameters
    ----------
    rows : ndarray of shape (n_test,)
        Positions of the test rows.
    truth, predicted : ndarray of shape (n_test,)
        The target and what the model made of it.
    probabilities : ndarray of shape (n_test, n_classes) or None
        Where the model gives any.
    classes : ndarray of shape (n_classes,) or None
        The classes, in the order of the columns.
    predict_seconds : float
        Wall time of predicting the test rows.
    search_seconds : float or None
        Wall time of a search without its refit, for tuned models.
    n_parameters : int or None
        How many numbers the model has learned.
    history : dict of str to list of float, or None
        Loss and metrics of each epoch, for Keras models.
    search : SearchRecord or None
        What a search did, for tuned models.
    train_score : float or None
        The primary metric on the training rows, for diagnosed models.
    importance : Series or None
        By how much the primary metric gets worse where a column is shuffled, for
        diagnosed models of at most 50 columns.
    """

    rows: np.ndarray
    truth: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    classes: np.ndarray | None
    predict_seconds: float
    search_seconds: float | None
    n_parameters: int | None
    history: dict[str, list[float]] | None
    search: SearchRecord | None
    train_score: float | None = None
    importance: pd.Series | None = None


def observe(
    model: BaseEstimator,
    X: ArrayLike,
    y: ArrayLike,
    split: Split,
    metric: Metric,
    *,
    search_seconds: float | None = None,
    params: Mapping[str, Any] = MappingProxyType({}),
    diagnose: bool,
) -> Observation:
    """Collect what a fitted model shows on its test rows.

    Parameters
    ----------
    model : estimator
        Fitted on the training rows of `split`.
    X, y : array-like
        All rows.
    split : Split
        Which rows were for training and which for testing.
    metric : Metric
        The primary metric.
    search_seconds : float or None, default=None
        What the search took, where there was one.
    params : dict of str to array-like, default={}
        Metadata of all rows, of which the metric's scorer gets what it asks for.
    diagnose : bool
        Whether to score the training rows and to shuffle columns, which costs
        predictions.

    Returns
    -------
    Observation
    """
    X_test, y_test = safe_indexing(X, split.test), safe_indexing(y, split.test)
    began = perf_counter()
    predicted = model.predict(X_test)
    seconds = perf_counter() - began
    has_probabilities = hasattr(model, "predict_proba")
    deeper = {}
    if diagnose:
        deeper = {
            "train_score": _train_score(model, X, y, metric, split, params),
            "importance": _importance(model, X_test, y_test, metric, split, params),
        }
    return Observation(
        rows=split.test,
        truth=np.asarray(y_test),
        predicted=column_or_1d(predicted),  # CatBoost gives classes as a column
        probabilities=model.predict_proba(X_test) if has_probabilities else None,
        classes=getattr(model, "classes_", None),
        predict_seconds=seconds,
        search_seconds=search_seconds,
        n_parameters=count_parameters(model),
        history=getattr(inner_estimator(model), "history_", None),
        search=search_record(model),
        **deeper,
    )


def _train_score(model, X, y, metric, split, params):
    scorer = get_scorer(metric.scorer)
    X_train, y_train = safe_indexing(X, split.train), safe_indexing(y, split.train)
    wanted = score_metadata(scorer, params, split.train)
    return metric.value(float(scorer(model, X_train, y_train, **wanted)))


def _importance(model, X_test, y_test, metric, split, params):
    """Compute permutation importances, one shuffle a column: the folds repeat it.

    L. Breiman, "Random Forests", Machine Learning 45, 2001; on test rows.
    """
    n_columns = np.shape(X_test)[1]
    if n_columns > MOST_COLUMNS:
        return None
    wanted = score_metadata(get_scorer(metric.scorer), params, split.test)
    found = permutation_importance(
        model,
        X_test,
        y_test,
        scoring=metric.scorer,
        n_repeats=1,
        random_state=split.fold,
        sample_weight=wanted.get("sample_weight"),
    )
    names = getattr(X_test, "columns", [f"column {i}" for i in range(n_columns)])
    return pd.Series(found.importances_mean, index=[str(name) for name in names])
