"""Which models are trained by Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


def uses_keras(model: BaseEstimator) -> bool:
    """Tell whether skkeras trains a model or a part of it, without importing Keras.

    Parameters
    ----------
    model : estimator
        Alone, in a pipeline, a search or an ensemble.

    Returns
    -------
    bool
    """
    return any(map(_is_ours, [model, *model.get_params(deep=True).values()]))


def _is_ours(value):
    return any(
        home.__module__.startswith("skkeras.estimators.")
        for home in type(value).__mro__
    )
