"""Models whose parameters are searched for, all with the same search and budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from skkeras.report.baselines import KERAS_MLP

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.model_selection.search import OptunaSearchCV
    from skkeras.model_selection.typing import SearchSpace

INNER_FOLDS = 3
TUNED = "tuned "
TRIALS_PER_BATCH = 10  # the sampler learns from each batch, of the same size for all


def _log(low: float, high: float) -> FloatDistribution:
    return FloatDistribution(low, high, log=True)


TREES: dict[str, BaseDistribution] = {
    "n_estimators": IntDistribution(30, 100, log=True),
    "max_features": FloatDistribution(0.2, 1.0),
    "min_samples_leaf": IntDistribution(1, 20, log=True),
    "max_depth": IntDistribution(2, 16, log=True),
}
NEIGHBORS: dict[str, BaseDistribution] = {
    "n_neighbors": IntDistribution(1, 25),
    "weights": CategoricalDistribution(["uniform", "distance"]),
}
BOOSTING: dict[str, BaseDistribution] = {
    "n_estimators": IntDistribution(30, 100, log=True),
    "learning_rate": _log(0.02, 0.3),
    "max_depth": IntDistribution(1, 5),
    "subsample": FloatDistribution(0.5, 1.0),
    "min_samples_leaf": IntDistribution(1, 20, log=True),
}
# The parameters of each model, with the path to it inside its pipeline. scikit-learn's
# MLP has none: ten trials of it would take longer than all other models together.
SPACES: dict[tuple[str, str], tuple[str, dict[str, BaseDistribution]]] = {
    ("classification", "logistic regression"): (
        "logisticregression__",
        {"C": _log(1e-3, 1e2)},
    ),
    ("classification", "SVM"): (
        "calibratedclassifiercv__estimator__",
        {"C": _log(1e-1, 1e2), "gamma": _log(1e-3, 1.0)},
    ),
    ("classification", "k-NN"): ("kneighborsclassifier__", NEIGHBORS),
    ("classification", "random forest"): ("randomforestclassifier__", TREES),
    ("classification", "gradient boosting"): ("gradientboostingclassifier__", BOOSTING),
    ("regression", "ridge regression"): ("ridge__", {"alpha": _log(1e-2, 1e3)}),
    ("regression", "SVM"): (
        "transformedtargetregressor__regressor__",
        {"C": _log(1e-1, 1e2), "gamma": _log(1e-3, 1.0), "epsilon": _log(1e-2, 0.5)},
    ),
    ("regression", "k-NN"): ("kneighborsregressor__", NEIGHBORS),
    ("regression", "random forest"): ("randomforestregressor__", TREES),
    ("regression", "gradient boosting"): ("gradientboostingregressor__", BOOSTING),
}
# One optimizer, activation and batch size: each other is another program to compile.
# Rates and penalties lie around the defaults: on ten other tables, after ten trials,
# mlp_space's wider ranges scored the same on average (accuracy +0.002, R² -0.001).
KERAS_SPACE: dict[str, Any] = {
    "max_layers": 2,
    "units": (16, 64),
    "activations": ("relu",),
    "optimizers": ("adam",),
    "losses": (),
    "batch_sizes": (32,),
    "learning_rates": (3e-3, 3e-2),
    "l2": (1e-4, 1e-1),
}


def tuned_models(
    models: Mapping[str, BaseEstimator],
    task: Literal["classification", "regression"],
    *,
    scorer: str | Callable[..., Any],
    trials: int,
    cv: Any,
    random_state: int | None = None,
) -> dict[str, OptunaSearchCV]:
    """Wrap models in searches.

    Parameters
    ----------
    models : dict of str to Pipeline
        Untuned, as `classic_models` and `keras_models` make them.
    task : {"classification", "regression"}
        What to predict.
    scorer : str or callable
        What the searches maximise, on inner folds of the training rows.
    trials : int
        Of each search; the first is the model untuned.
    cv : splitter
        The inner folds.
    random_state : int or None, default=None
        Seeds the searches.

    Returns
    -------
    dict of str to OptunaSearchCV
        For the models that have parameters worth a search.
    """
    from skkeras.model_selection import OptunaSearchCV, mlp_space

    kind = "classifier" if task == "classification" else "regressor"
    keras_space = mlp_space(task, prefix=f"kerasmlp{kind}__", **KERAS_SPACE)
    spaces: Mapping[str, SearchSpace] = {
        name: {f"{path}{key}": value for key, value in space.items()}
        for (of_task, name), (path, space) in SPACES.items()
        if of_task == task
    } | {KERAS_MLP: keras_space}
    return {
        f"{TUNED}{name}": OptunaSearchCV(
            models[name],
            space,
            n_trials=trials,
            trials_per_batch=TRIALS_PER_BATCH,
            scoring=scorer,
            cv=cv,
            random_state=random_state,
            # The model untuned: so that a search of few trials does not end with less
            # than it began with, as far as its inner folds can tell.
            initial_trials=[{}],
        )
        for name, space in spaces.items()
    }
