"""Keras models as scikit-learn estimators."""

from skkeras.estimators.factory_estimators import KerasClassifier, KerasRegressor
from skkeras.estimators.mlp import KerasMLPClassifier, KerasMLPRegressor
from skkeras.estimators.tabular.classifier import KerasTabularClassifier
from skkeras.estimators.tabular.regressor import KerasTabularRegressor

__all__ = [
    "KerasClassifier",
    "KerasMLPClassifier",
    "KerasMLPRegressor",
    "KerasRegressor",
    "KerasTabularClassifier",
    "KerasTabularRegressor",
]
