"""What of a job shows in a program's text, and so must be equal to share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras

from skkeras.training.keras_internals.models import compile_arguments


@dataclass
class Reading:
    """What a trace reads of a job, as far as fits of its program must agree in it.

    Parameters
    ----------
    model : keras.Model
    compiled : dict
        Arguments of ``Model.compile``; what counts of the optimizer is in `optimizer`.
    optimizer : object
    attributes : dict of (int, str) to value
        In place of an object's own, by its id and the names of its attributes.
    configured : set of (str, str)
        Classes of layers and names in their configurations that do not count there:
        they are attributes of the layers, too.
    regularizer_of : callable
        Gives what counts of a weight's regularizer.
    has_exact_shapes, has_exact_batch_size : bool
        Whether the shapes of the weights count, and the rows of a batch.
    """

    model: keras.Model
    compiled: dict
    optimizer: Any
    attributes: dict = field(default_factory=dict)
    configured: set = field(default_factory=set)
    regularizer_of: Callable = lambda regularizer: regularizer
    has_exact_shapes: bool = True
    has_exact_batch_size: bool = True

    @classmethod
    def of(cls, model):
        """Read everything of a model, which need not be compiled to predict."""
        compiled = compile_arguments(model) if model.compiled else {}
        return cls(model, compiled, getattr(model, "optimizer", None))
