"""Keras models as scikit-learn estimators."""

import skkeras.keras_backend  # noqa: F401  says what to do where there is none
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
