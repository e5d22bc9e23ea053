"""What a hyperparameter search did in one outer fold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from skkeras.report.sklearn_internals import BaseSearchCV  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


@dataclass(frozen=True, eq=False)
class SearchRecord:
    """A finished search.

    Parameters
    ----------
    best_params : dict of str to object
        Parameters of the best trial.
    best_score : float
        Its mean score on the inner folds, as the scorer returned it.
    trials : DataFrame
        One row a trial, in the order they were tried; column score.
    refit_seconds : float
        Wall time of fitting the best parameters on all training rows.
    importances : dict of str to float
        Share of each parameter in the variation of the score, as Optuna finds it;
        empty for other searches.
    """

    best_params: dict[str, Any]
    best_score: float
    trials: pd.DataFrame
    refit_seconds: float
    importances: dict[str, float] = field(default_factory=dict)


def search_record(model: BaseEstimator) -> SearchRecord | None:
    """Return what a fitted search did.

    Parameters
    ----------
    model : estimator
        Fitted.

    Returns
    -------
    SearchRecord or None
        None where `model` is no search.
    """
    if not isinstance(model, BaseSearchCV):
        return None
    name = model.refit if isinstance(model.refit, str) else "score"
    trials = pd.DataFrame({"score": model.cv_results_[f"mean_test_{name}"]})
    return SearchRecord(
        best_params=dict(model.best_params_),
        best_score=float(model.best_score_),
        trials=trials,
        refit_seconds=model.refit_time_,
        importances=_importances(getattr(model, "study_", None)),
    )


def _importances(study):
    """Compute the importance of each varied parameter; none where all scores agree.

    A trial that varied nothing, the model as it stood, would leave no parameter common
    to all.

    K. Watanabe, A. Bansal, F. Hutter, "PED-ANOVA: Efficiently Quantifying
    Hyperparameter Importance in Arbitrary Subspaces", IJCAI 2023.
    """
    if study is None:
        return {}
    from optuna import create_study
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    from skkeras.model_selection.storage import quiet_optuna

    trials = [t for t in study.trials if t.params and t.value is not None]
    if len({t.value for t in trials}) < 2:
        return {}
    with quiet_optuna():
        varied = create_study(direction=study.direction)
    varied.add_trials(trials)
    found = get_param_importances(varied, evaluator=PedAnovaImportanceEvaluator())
    return {
        name: share
        for name, share in found.items()
        if len({repr(t.params.get(name)) for t in trials}) > 1
    }
