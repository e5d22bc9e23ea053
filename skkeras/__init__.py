"""Keras models as first-class scikit-learn estimators, trained fast.

The estimators are imported on first use: ``import skkeras`` itself does not import
TensorFlow, which takes seconds.
"""

from importlib import import_module
from importlib.metadata import version

from joblib import register_parallel_backend

__version__ = version("skkeras")

_HOMES = {
    "KerasClassifier": "skkeras.estimators",
    "KerasMLPClassifier": "skkeras.estimators",
    "KerasMLPRegressor": "skkeras.estimators",
    "KerasRegressor": "skkeras.estimators",
    "configure_gpu": "skkeras.gpu",
    "fused": "skkeras.fusion",
    "load": "skkeras.estimators.saving.loading",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'skkeras' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__():
    return sorted(__all__)


def _fused_backend(**params):
    return import_module("skkeras.fusion.backend").FusedBackend(**params)


register_parallel_backend("fused", _fused_backend)
