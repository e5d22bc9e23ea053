"""One traced function of predictions, run with as little around it as TensorFlow lets.

Calling a traced function runs much Python, which binds arguments and looks for
gradients, and hands operations to a pool of threads. The raw operation that runs a
function does none of that. NumPy needs none of TensorFlow, where a net is small and it
was compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.engines.batch_program import BatchProgram, batch_program
from skkeras.training.engines.compared_program import (
    ComparedProgram,
    compared_program,
    leaves,
)
from skkeras.training.engines.current_weights import reader_of_all, reader_of_arrays
from skkeras.training.state.slots import Slot

# One thread saves handing over, which takes longer than the arithmetic of few weights.
_ONE_THREAD, _MANY = "SINGLE_THREADED_EXECUTOR", ""
_FEW_WEIGHTS = 100_000


class Graph:
    """A traced function, and how it is run.

    Parameters
    ----------
    traced : ConcreteFunction
        Of any nest of tensors.
    n_weights : int
        Of the model, which say by how many threads it is best run.
    shapes : sequence of tuple of int, default=()
        Of the weights that it takes.
    """

    def __init__(
        self, traced: Any, n_weights: int, shapes: Sequence[tuple[int, ...]] = ()
    ) -> None:
        self.shapes = list(shapes)
        self._traced = traced
        self._captured = list(traced.captured_inputs)
        self._types = [output.dtype for output in traced.outputs]
        self._threads = _ONE_THREAD if n_weights <= _FEW_WEIGHTS else _MANY
        self._is_raw = self._is_plain()
        self._numpy: ComparedProgram | None = None
        self._of_batch: BatchProgram | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Return the outputs, nested as the traced function nests them."""
        return self._raw(*arguments) if self._is_raw else self._traced(*arguments)

    def use_numpy(self, unit: float, weights: Sequence[Any], batch: Any) -> None:
        """Compute by NumPy from now on, where the net is small and it gives the same.

        Parameters
        ----------
        unit : float
            Relative rounding of a single operation.
        weights : sequence of tensor
        batch : nest of tensor
            Rows to compare for.
        """
        if self._is_raw and not self._captured:
            found = compared_program(self._traced, self._run, unit, weights, batch)
            self._numpy = found

    def use_numpy_for_batches(
        self, unit: float, variables: Sequence[keras.Variable], batch: Any
    ) -> None:
        """Let `of_batch` compute by NumPy, where that gives the same.

        Parameters
        ----------
        unit : float
            Relative rounding of a single operation.
        variables : sequence of keras.Variable
            Those that the function has captured, and others.
        batch : nest of ndarray
            Rows to compare for.
        """
        if self._is_raw:
            self._of_batch = batch_program(
                self._traced, self._run, unit, variables, leaves(batch)
            )

    def of_batch(self, batch: Any) -> Any:
        """Return the outputs of a function of a batch alone.

        Parameters
        ----------
        batch : nest of ndarray

        Returns
        -------
        nest of ndarray or tensor
            Nested as the outputs are.
        """
        if self._of_batch is not None:
            try:
                return self._nested(self._of_batch(leaves(batch)))
            except IndexError:  # of a code that TensorFlow tells of better
                pass
        return self(as_tensors(batch))

    def reader_of(self, variables: Sequence[Slot]) -> Callable[[], list[Any]]:
        """Return a function that reads variables as the weights that this graph takes.

        Parameters
        ----------
        variables : sequence of keras.Variable or Held
            Of a model of this architecture.

        Returns
        -------
        callable
            Returns a list for `with_weights`: arrays where NumPy computes; else
            tensors, where what a wider graph has more is zero.
        """
        if self._numpy is not None and self._numpy.is_right_for(variables, self._run):
            return reader_of_arrays(variables)
        return reader_of_all(variables, self.shapes, traced=self._is_raw)

    def with_weights(self, weights: list[Any]) -> Callable[[Any], Any]:
        """Return a function of a batch alone.

        Parameters
        ----------
        weights : list of ndarray or of tensor
            As a function of `reader_of` returns them.

        Returns
        -------
        callable
            Of a nest of arrays; returns arrays or tensors, nested as the outputs are.
        """
        if weights and isinstance(weights[0], np.ndarray):
            return partial(self._by_numpy, weights)
        return lambda batch: self(weights, as_tensors(batch))

    def _is_plain(self):
        """Return whether the raw operation gives all outputs, on the one device."""
        structure = tf.nest.flatten(self._traced.structured_outputs)
        all_tensors = len(structure) == len(self._types)
        return all_tensors and not tf.config.list_logical_devices("GPU")

    def _raw(self, *arguments):
        return self._nested(self._run(tf.nest.flatten(arguments)))

    def _run(self, inputs):
        return tf.raw_ops.StatefulPartitionedCall(
            args=[*inputs, *self._captured],
            Tout=self._types,
            f=self._traced,
            executor_type=self._threads,
        )

    def _by_numpy(self, weights, batch):
        return self._nested(self._numpy.program(weights, leaves(batch)))

    def _nested(self, outputs):
        if len(outputs) == 1 and tf.is_tensor(self._traced.structured_outputs):
            return outputs[0]
        return tf.nest.pack_sequence_as(self._traced.structured_outputs, outputs)


def as_tensors(batch: Any) -> Any:
    """Return arrays as tensors.

    Parameters
    ----------
    batch : nest of ndarray

    Returns
    -------
    nest of tensor
    """
    if isinstance(batch, np.ndarray):
        return tf.constant(batch)
    return tree.map_structure(tf.constant, batch)
