"""Which models are trained by Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.own_estimators import is_keras_estimator
from skkeras.report.sklearn_internals import (
    BaseMultilayerPerceptron,  # pyright: ignore[reportAttributeAccessIssue]
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sklearn.base import BaseEstimator

    from skkeras.report.evaluation import Evaluation


def uses_keras(model: BaseEstimator) -> bool:
    """Check whether skkeras trains a model or a part of it, without importing Keras.

    Parameters
    ----------
    model : estimator
        Alone, in a pipeline, a search or an ensemble.

    Returns
    -------
    bool
    """
    return any(map(is_keras_estimator, [model, *model.get_params(deep=True).values()]))


def is_network(model: BaseEstimator) -> bool:
    """Check whether a model or a part of it is a neural network, of whatever library.

    Parameters
    ----------
    model : estimator
        Alone, in a pipeline, a search or an ensemble.

    Returns
    -------
    bool
        Also for scikit-learn's perceptrons, which are therefore no classic models.
    """
    parts = [model, *model.get_params(deep=True).values()]
    return uses_keras(model) or any(
        isinstance(part, BaseMultilayerPerceptron) for part in parts
    )


def keras_names(evaluations: Iterable[Evaluation]) -> list[str]:
    """List the names of the models that skkeras trains.

    Parameters
    ----------
    evaluations : iterable of Evaluation
        Of any models.

    Returns
    -------
    list of str
        In their order.
    """
    return [e.name for e in evaluations if uses_keras(e.model)]
