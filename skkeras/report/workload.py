"""How much there is to do before a benchmark ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joblib import effective_n_jobs

from skkeras.report.keras_use import uses_keras
from skkeras.report.sklearn_internals import BaseSearchCV  # pyright: ignore[reportAttributeAccessIssue]
from skkeras.report.tuned import INNER_FOLDS, TUNED

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.report.benchmark import Settings

# Of one fit on some hundred rows; only their ratios matter.
_SECONDS = {
    "random forest": 0.1,
    "gradient boosting": 0.1,
    "histogram boosting": 0.2,
    "LightGBM": 0.1,
    "XGBoost": 0.1,
    "CatBoost": 1.0,
    "scikit-learn MLP": 0.2,
    "Keras MLP": 0.5,
    "Keras tabular": 2.0,
}
_OTHERS = 0.015


def count_fits(model: BaseEstimator, settings: Settings) -> int:
    """Count how often a model is fitted.

    Parameters
    ----------
    model : estimator
        A search is fitted on inner folds for each trial, and once more.
    settings : Settings
        Folds, repeats and trials.

    Returns
    -------
    int
    """
    outer = settings.folds * settings.repeats
    if not isinstance(model, BaseSearchCV):
        return outer
    return outer * (settings.trials * INNER_FOLDS + 1)


def expected_seconds(name: str, model: BaseEstimator, settings: Settings) -> float:
    """Estimate how long a model's cross-validation takes, for a progress bar.

    Parameters
    ----------
    name : str
        Of the model.
    model : estimator
        It, or a search around it.
    settings : Settings
        Folds, repeats, trials and jobs.

    Returns
    -------
    float
        Seconds.
    """
    one_fit = _SECONDS.get(name.removeprefix(TUNED), _OTHERS)
    side_by_side = 1 if uses_keras(model) else effective_n_jobs(settings.jobs)
    return count_fits(model, settings) * one_fit / side_by_side
