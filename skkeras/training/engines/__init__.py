"""Engines: one for each backend of Keras's, alike to those who use them."""

from __future__ import annotations

from functools import cache

import keras

from skkeras.training.engines.base import Engine


@cache
def engine_of_backend() -> Engine:
    """Return the engine of the backend that Keras runs on in this process."""
    # Each imports the library of its backend.
    if keras.backend.backend() == "tensorflow":
        from skkeras.training.engines.tensorflow import TensorFlowEngine

        return TensorFlowEngine()
    if keras.backend.backend() == "jax":
        from skkeras.training.engines.jax import JAXEngine

        return JAXEngine()
    from skkeras.training.engines.uncompiled import UncompiledEngine

    return UncompiledEngine()
