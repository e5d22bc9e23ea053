"""How many numbers a fitted model has learned."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import BaseEnsemble
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import BaseDecisionTree

from skkeras.report.sklearn_internals import (
    BaseLibSVM,  # pyright: ignore[reportAttributeAccessIssue]
    BaseMultilayerPerceptron,  # pyright: ignore[reportAttributeAccessIssue]
    BaseSearchCV,  # pyright: ignore[reportAttributeAccessIssue]
    LinearModel,  # pyright: ignore[reportAttributeAccessIssue]
    numbers_kept,
)

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


@singledispatch
def count_parameters(model: BaseEstimator) -> int | None:
    """Count the numbers that a fitted model's predictions are computed from.

    Weights and intercepts; feature, threshold and outputs of trees; stored rows of
    nearest neighbours and support vectors. The preprocessing before them is not
    counted. Nor are settings.

    Parameters
    ----------
    model : estimator
        Fitted.

    Returns
    -------
    int or None
        None for kinds that it does not know.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> count_parameters(Ridge().fit([[0, 1], [1, 0]], [0, 1]))
    3
    """
    network: Any = getattr(model, "model_", None)
    return network.count_params() if hasattr(network, "count_params") else None


@count_parameters.register
def _(model: Pipeline):
    return count_parameters(model[-1])


@count_parameters.register
def _(model: BaseSearchCV):
    return count_parameters(model.best_estimator_)


@count_parameters.register
def _(model: TransformedTargetRegressor):
    return count_parameters(model.regressor_)


@count_parameters.register
def _(model: CalibratedClassifierCV):
    parts = model.calibrated_classifiers_
    each: list[Any] = [count_parameters(c.estimator) for c in parts]
    if None in each:
        return None
    lines = sum(len(c.calibrators) for c in parts)
    return sum(each) + 2 * lines  # a slope and an intercept each


@count_parameters.register(DummyClassifier)
@count_parameters.register(DummyRegressor)
def _(model):
    prior = getattr(model, "class_prior_", None)
    return int(np.size(model.constant_ if prior is None else prior))


@count_parameters.register(LinearModel)
@count_parameters.register(LogisticRegression)
def _(model):
    return int(np.size(model.coef_) + np.size(model.intercept_))


@count_parameters.register
def _(model: BaseMultilayerPerceptron):
    return int(sum(map(np.size, [*model.coefs_, *model.intercepts_])))


count_parameters.register(KNeighborsClassifier, numbers_kept)
count_parameters.register(KNeighborsRegressor, numbers_kept)


@count_parameters.register
def _(model: BaseLibSVM):
    learned = (model.support_vectors_, model.dual_coef_, model.intercept_)
    return int(sum(map(np.size, learned)))


@count_parameters.register
def _(model: BaseDecisionTree):
    leaves = model.tree_.n_leaves
    outputs = model.tree_.value[0].size
    return int(2 * (model.tree_.node_count - leaves) + outputs * leaves)


@count_parameters.register
def _(model: BaseEnsemble):
    each: list[Any] = [count_parameters(m) for m in np.ravel(model.estimators_)]
    return None if None in each else sum(each)
