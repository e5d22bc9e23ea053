"""Keras models as first-class scikit-learn estimators, trained fast.

The estimators are imported on first use: ``import skkeras`` itself does not import
TensorFlow, which takes seconds.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from joblib import register_parallel_backend

__version__: str = version("skkeras")

__all__ = [
    "KerasClassifier",
    "KerasMLPClassifier",
    "KerasMLPRegressor",
    "KerasRegressor",
    "KerasTabularClassifier",
    "KerasTabularRegressor",
    "__version__",
    "cache_programs",
    "configure_gpu",
    "export",
    "fused",
    "load",
    "save",
]

_HOMES = {
    "KerasClassifier": "skkeras.estimators",
    "KerasMLPClassifier": "skkeras.estimators",
    "KerasMLPRegressor": "skkeras.estimators",
    "KerasRegressor": "skkeras.estimators",
    "KerasTabularClassifier": "skkeras.estimators",
    "KerasTabularRegressor": "skkeras.estimators",
    "cache_programs": "skkeras.program_cache",
    "configure_gpu": "skkeras.gpu",
    "export": "skkeras.exporting.export",
    "fused": "skkeras.fusion",
    "load": "skkeras.estimators.saving.loading",
    "save": "skkeras.estimators.saving.pipeline_file",
}

if TYPE_CHECKING:  # what the names are, for editors and type checkers
    from skkeras.estimators import (
        KerasClassifier,
        KerasMLPClassifier,
        KerasMLPRegressor,
        KerasRegressor,
        KerasTabularClassifier,
        KerasTabularRegressor,
    )
    from skkeras.estimators.saving.loading import load
    from skkeras.estimators.saving.pipeline_file import save
    from skkeras.exporting.export import export
    from skkeras.fusion import fused
    from skkeras.gpu import configure_gpu
    from skkeras.program_cache import cache_programs
else:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'skkeras' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def _fused_backend(**params):
    return import_module("skkeras.fusion.backend").FusedBackend(**params)


register_parallel_backend("fused", _fused_backend)
