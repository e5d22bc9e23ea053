"""Keras models as scikit-learn estimators."""

from skkeras.estimators.factory_estimators import KerasClassifier, KerasRegressor
from skkeras.estimators.mlp import KerasMLPClassifier, KerasMLPRegressor

__all__ = [
    "KerasClassifier",
    "KerasMLPClassifier",
    "KerasMLPRegressor",
    "KerasRegressor",
]
