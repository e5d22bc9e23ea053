"""A traced function of a small net, computed by NumPy.

TensorFlow takes longer to begin one operation than NumPy takes for all those of a small
net. What each operation of a graph computes is written in TensorFlow's reference
(https://www.tensorflow.org/api_docs/python/tf/raw_ops); `Graph` uses a program only
where it was compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from skkeras.training.engines.numpy_operations import SMALL_PRODUCT, Unknown

_FLOATS = (tf.float32, tf.float64)  # NumPy computes halves otherwise
_FEW_ROWS = 8


class NumpyProgram:
    """The operations of a graph, each as a function of arrays.

    Parameters
    ----------
    traced : ConcreteFunction

    Raises
    ------
    Unknown
        When an operation is not among those of small nets of floats.
    """

    def __init__(self, traced: Any) -> None:
        places = {tensor.name: n for n, tensor in enumerate(traced.inputs)}
        self._constants: list[np.ndarray] = []
        operations = traced.graph.get_operations()
        for operation in operations:
            if operation.type == "Const":
                places[operation.outputs[0].name] = len(places)
                self._constants.append(tf.get_static_value(operation.outputs[0]))
        self._steps = []
        count = len(places)
        for operation in operations:
            inputs = [places.get(tensor.name) for tensor in operation.inputs]
            if operation.type in ("Const", "Placeholder"):
                continue
            if operation.type in UNCHANGED:
                outputs = (tensor.name for tensor in operation.outputs)
                places.update(zip(outputs, inputs, strict=True))
                continue
            self._steps.append((function_of(operation), inputs))
            places[operation.outputs[0].name] = count
            count += 1
        self._outputs = [places[tensor.name] for tensor in traced.outputs]

    def __call__(
        self, weights: Sequence[np.ndarray], rows: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        """Return the outputs.

        Parameters
        ----------
        weights, rows : sequence of ndarray
            All that the traced function takes, in its order. The columns of weights
            may be fewer than the graph's.

        Returns
        -------
        list of ndarray
            One of them may be one of the rows or weights.
        """
        n_rows, some = len(rows[0]), rows_at_once(weights)
        if n_rows <= some:
            return self._of_some(weights, rows)
        parts = [
            self._of_some(weights, [leaf[start : start + some] for leaf in rows])
            for start in range(0, n_rows, some)
        ]
        return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]

    def _of_some(self, weights, rows):
        values = [*weights, *rows, *self._constants]
        with np.errstate(all="ignore"):  # as TensorFlow
            for function, places in self._steps:
                values.append(function(*[values[n] for n in places]))
        return [values[n] for n in self._outputs]


def rows_at_once(weights: Sequence[np.ndarray]) -> int:
    """Return how many rows are computed at once; 0 where the net is too large.

    Parameters
    ----------
    weights : sequence of ndarray

    Returns
    -------
    int
        A multiple of 8, where the products of so many rows are small.
    """
    rows = SMALL_PRODUCT // max([1, *(weight.size for weight in weights)])
    return rows - rows % _FEW_ROWS


def function_of(operation: Any) -> Callable[..., np.ndarray]:
    """Return an operation of a dense net as a function of arrays.

    Parameters
    ----------
    operation : tf.Operation

    Returns
    -------
    callable

    Raises
    ------
    Unknown
        When it is none of these, or not of floats.
    """
    of_floats = all(tensor.dtype in _FLOATS for tensor in operation.outputs)
    if operation.type not in _FUNCTIONS or not of_floats:
        raise Unknown(operation.type)
    for name, value in _ATTRIBUTES.get(operation.type, {}).items():
        if operation.get_attr(name) != value:
            raise Unknown(f"{operation.type} with another {name}")
    return _FUNCTIONS[operation.type]


def _relu(x):
    return np.maximum(x, 0)


def _elu(x):
    return np.where(x < 0, np.expm1(x), x)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _softmax(x):
    exponentials = np.exp(x - np.maximum.reduce(x, axis=-1, keepdims=True))
    return exponentials / np.add.reduce(exponentials, axis=-1, keepdims=True)


def _rsqrt(x):
    return 1 / np.sqrt(x)


UNCHANGED = {"Identity", "IdentityN", "StopGradient"}
_ATTRIBUTES = {
    "MatMul": {"transpose_a": False, "transpose_b": False},
    "BiasAdd": {"data_format": b"NHWC"},
}
_FUNCTIONS = {
    "AddV2": np.add,
    "BiasAdd": np.add,
    "Elu": _elu,
    "Exp": np.exp,
    "MatMul": np.dot,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Mul": np.multiply,
    "Neg": np.negative,
    "RealDiv": np.divide,
    "Relu": _relu,
    "Rsqrt": _rsqrt,
    "Sigmoid": _sigmoid,
    "Softmax": _softmax,
    "Sqrt": np.sqrt,
    "Square": np.square,
    "Sub": np.subtract,
    "Tanh": np.tanh,
}
