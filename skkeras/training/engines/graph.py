"""One traced function of predictions, run with as little around it as TensorFlow lets.

Calling a traced function runs much Python, which binds arguments and looks for
gradients, and hands operations to a pool of threads. The raw operation that runs a
function does none of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from skkeras.training.engines.current_weights import reader_of_all
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

    def __call__(self, *arguments: Any) -> Any:
        """Return the outputs, nested as the traced function nests them."""
        return self._raw(*arguments) if self._is_raw else self._traced(*arguments)

    def reader_of(self, variables: Sequence[Slot]) -> Callable[[], list[Any]]:
        """Return a function that reads variables as the weights that this graph takes.

        Parameters
        ----------
        variables : sequence of keras.Variable or Held
            Of a model of this architecture.

        Returns
        -------
        callable
            Returns a list of tensors; what a wider graph has more is zero.
        """
        return reader_of_all(variables, self.shapes, traced=self._is_raw)

    def _is_plain(self):
        """Return whether the raw operation gives all outputs, on the one device."""
        structure = tf.nest.flatten(self._traced.structured_outputs)
        all_tensors = len(structure) == len(self._types)
        return all_tensors and not tf.config.list_logical_devices("GPU")

    def _raw(self, *arguments):
        outputs = tf.raw_ops.StatefulPartitionedCall(
            args=[*tf.nest.flatten(arguments), *self._captured],
            Tout=self._types,
            f=self._traced,
            executor_type=self._threads,
        )
        if len(outputs) == 1 and tf.is_tensor(self._traced.structured_outputs):
            return outputs[0]
        return tf.nest.pack_sequence_as(self._traced.structured_outputs, outputs)
