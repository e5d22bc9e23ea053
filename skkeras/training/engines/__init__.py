"""Engines: one for each backend of Keras's, alike to those who use them."""

from __future__ import annotations

import warnings
from functools import cache

import keras

from skkeras.training.engines.base import Engine
from skkeras.training.engines.uncompiled import UncompiledEngine
from skkeras.training.keras_internals.self_check import missing_names

_COMPILED = ("tensorflow", "jax")


@cache
def engine_of_backend() -> Engine:
    """Return the engine of the backend that Keras runs on in this process.

    Warns once, and leaves all to Keras, where this version of it lacks a private name
    that the compiled engines read.
    """
    if keras.backend.backend() in _COMPILED and missing_names():
        return _without_private_names()
    # Each imports the library of its backend.
    if keras.backend.backend() == "tensorflow":
        from skkeras.training.engines.tensorflow import TensorFlowEngine

        return TensorFlowEngine()
    if keras.backend.backend() == "jax":
        from skkeras.training.engines.jax import JAXEngine

        return JAXEngine()
    return UncompiledEngine()


def _without_private_names():
    library = f"Keras {keras.__version__} with {keras.backend.backend()}"
    warnings.warn(
        f"This version of skkeras does not compile training for {library}, since it "
        f"does not find {', '.join(missing_names())}. Model.fit trains, with the same "
        "results, but slower. A newer skkeras may know this version.",
        stacklevel=2,
    )
    return UncompiledEngine(f"{library} has other private names")
