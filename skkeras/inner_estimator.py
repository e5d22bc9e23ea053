"""The estimator that pipelines, searches and calibrators are built around."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline

_AROUND = ("best_estimator_", "estimator_", "regressor_")


def last_step(estimator: Any) -> Any:
    """Return what learns at the end of a pipeline, or the estimator itself.

    Parameters
    ----------
    estimator : estimator
        Perhaps a pipeline of pipelines.

    Returns
    -------
    estimator

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> last_step(make_pipeline(DummyClassifier()))
    DummyClassifier()
    """
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def inner_estimator(model: Any) -> Any:
    """Return the one estimator that a fitted model is built around.

    Parameters
    ----------
    model : estimator
        Fitted: a pipeline, a search, a tuned threshold, a target transformed, one in
        another.

    Returns
    -------
    estimator
        The model itself where it is built around no other. An ensemble's
        ``estimator_`` is a template that is not fitted, and is returned likewise.

    Examples
    --------
    >>> from sklearn.compose import TransformedTargetRegressor
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn.pipeline import make_pipeline
    >>> model = TransformedTargetRegressor(make_pipeline(DummyRegressor()))
    >>> inner_estimator(model.fit([[0], [1]], [0, 1]))
    DummyRegressor()
    """
    while True:
        model = last_step(model)
        inner = next((name for name in _AROUND if hasattr(model, name)), None)
        if inner is None:
            return model
        model = getattr(model, inner)
