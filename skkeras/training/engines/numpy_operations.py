"""Operations of TensorFlow beside those of dense nets, as NumPy computes them.

A model of many nets, trained apart and joined, has operations of this kind: rows cut
and put together, products of stacks of matrices, arithmetic with places. What each
computes is written in TensorFlow's reference
(https://www.tensorflow.org/api_docs/python/tf/raw_ops).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

# Of a product, rows x columns x columns, that OpenBLAS computes in the calling thread:
# handing over to others takes longer, and far longer where they are busy.
SMALL_PRODUCT = 2**18

_TYPES = (tf.float32, tf.float64, tf.int32, tf.int64, tf.bool)
_Function = Callable[..., np.ndarray]


class Unknown(Exception):
    """A graph has an operation that is not translated."""


def further_function_of(operation: Any) -> _Function:
    """Return an operation as a function of arrays.

    Parameters
    ----------
    operation : tf.Operation

    Returns
    -------
    callable

    Raises
    ------
    Unknown
        When it is none of these.
    """
    kind = operation.type
    if any(tensor.dtype not in _TYPES for tensor in operation.outputs):
        raise Unknown(f"{kind} of other types")  # of halves, say, computed otherwise
    for name, value in _ATTRIBUTES.get(kind, {}).items():
        if operation.get_attr(name) != value:
            raise Unknown(f"{kind} with another {name}")
    if kind in _WITH_ATTRIBUTES:
        return _WITH_ATTRIBUTES[kind](operation)
    if kind in _FUNCTIONS:
        return _FUNCTIONS[kind]
    raise Unknown(kind)


def product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return a product of matrices, by the calling thread alone.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_inputs)
    matrix : ndarray of shape (n_inputs, n_outputs)

    Returns
    -------
    ndarray of shape (n_rows, n_outputs)
    """
    if len(rows) * matrix.size <= SMALL_PRODUCT:
        return np.dot(rows, matrix)
    at_once = max(1, SMALL_PRODUCT // max(1, rows.size))
    starts = range(0, matrix.shape[1], at_once)
    parts = [np.dot(rows, matrix[:, n : n + at_once]) for n in starts]
    return np.concatenate(parts, axis=1)


def _products(rows, matrices):
    is_large = rows.shape[-2] * matrices.shape[-2] * matrices.shape[-1] > SMALL_PRODUCT
    if is_large and rows.ndim == matrices.ndim == 3 and len(rows) == len(matrices):
        return np.stack(list(map(product, rows, matrices)))
    return np.matmul(rows, matrices)


def _concatenated(*parts):
    *arrays, axis = parts
    return np.concatenate(arrays, axis=int(axis))


def _gather(operation):
    """Return what takes entries of an array, or of each of a stack of arrays."""
    batch_dims = operation.get_attr("batch_dims")
    if batch_dims not in (0, 1):
        raise Unknown(f"{operation.type} of {batch_dims} batch_dims")

    def taken(array, places, axis):
        axis = int(axis) % array.ndim
        if places.size and places.min() < 0:  # NumPy would count from the end
            raise IndexError("a place below 0")
        if not batch_dims:
            return array.take(places, axis=axis)
        if axis == 1:
            of_each = np.arange(len(places)).reshape(-1, *[1] * (places.ndim - 1))
            return array[of_each, places]
        pairs = zip(array, places, strict=True)
        return np.stack([a.take(at, axis=axis - 1) for a, at in pairs])

    return taken


def _tiled(array, times):
    many = [(axis, n) for axis, n in enumerate(times.tolist()) if n != 1]
    if len(many) == 1 and array.shape[many[0][0]] == 1:
        return array.repeat(many[0][1], axis=many[0][0])  # in a third of the time
    return np.tile(array, times)


def _reshaped(array, shape):
    return array.reshape(tuple(shape))


def _expanded(array, axis):
    axis = int(axis) % (array.ndim + 1)
    return array[(slice(None),) * axis + (None,)]  # np.expand_dims takes ten times it


def _filled(shape, value):
    return np.full(tuple(shape), value)


def _transposed(array, axes):
    return array.transpose(tuple(axes))


def _range(start, limit, delta):
    return np.arange(start, limit, delta, dtype=start.dtype)


def _summed(operation):
    keeps = operation.get_attr("keep_dims")
    return lambda array, axes: array.sum(
        axis=_axes(axes), dtype=array.dtype, keepdims=keeps
    )


def _mean(operation):
    keeps = operation.get_attr("keep_dims")
    if not operation.outputs[0].dtype.is_floating:
        raise Unknown("Mean of whole numbers")
    return lambda array, axes: array.mean(axis=_axes(axes), keepdims=keeps)


def _axes(axes):
    return tuple(np.atleast_1d(axes))


def _select(operation):
    condition, first, _ = (tensor.shape for tensor in operation.inputs)
    if condition.rank != 0 and condition.as_list() != first.as_list():
        raise Unknown("Select of rows")
    return np.where


def _cast(operation):
    dtype = operation.outputs[0].dtype.as_numpy_dtype
    return lambda array: np.asarray(array).astype(dtype)


def _packed(operation):
    axis = operation.get_attr("axis")
    return lambda *arrays: np.stack(arrays, axis=axis)


def _einsum(operation):
    """Return a sum of products; of two stacks of matrices as their product."""
    equation = operation.get_attr("equation").decode()
    terms, _, output = equation.partition("->")
    letters = terms.split(",")
    if len(letters) != 2 or not "".join([*letters, output]).isalpha():
        return partial(np.einsum, equation)
    first, second = letters
    stack = [c for c in output if c in first and c in second]
    (rows, summed, columns) = (
        [c for c in first if c not in second],
        [c for c in first if c in second and c not in output],
        [c for c in second if c not in first],
    )
    product_of = [*stack, *rows, *columns]
    is_product = len(rows) == len(summed) == len(columns) == 1
    is_whole = sorted(product_of) == sorted(output)
    if not (is_product and is_whole and len({*first}) == len(first)):
        return partial(np.einsum, equation)
    of_first = [first.index(c) for c in [*stack, *rows, *summed]]
    of_second = [second.index(c) for c in [*stack, *summed, *columns]]
    back = [product_of.index(c) for c in output]
    return lambda x, y: _products(
        x.transpose(of_first), y.transpose(of_second)
    ).transpose(back)


def _strided_slice(operation):
    """Return what cuts an array, from the first axes on."""
    for name in ("ellipsis_mask", "new_axis_mask"):
        if operation.get_attr(name):
            raise Unknown(f"{operation.type} with {name}")
    from_start, to_end, one = (
        operation.get_attr(f"{name}_mask") for name in ("begin", "end", "shrink_axis")
    )

    def cut(array, begin, end, strides):
        parts = []
        for axis, (first, last, step) in enumerate(
            zip(begin.tolist(), end.tolist(), strides.tolist(), strict=True)
        ):
            if one >> axis & 1:
                parts.append(first)
                continue
            start = None if from_start >> axis & 1 else first
            parts.append(slice(start, None if to_end >> axis & 1 else last, step))
        return array[tuple(parts)]

    return cut


_ATTRIBUTES = {
    "BatchMatMulV2": {"adj_x": False, "adj_y": False},
    "MatMul": {"transpose_a": False, "transpose_b": False},
}
_WITH_ATTRIBUTES = {
    "Cast": _cast,
    "Einsum": _einsum,
    "GatherV2": _gather,
    "Mean": _mean,
    "Pack": _packed,
    "Select": _select,
    "StridedSlice": _strided_slice,
    "Sum": _summed,
}
_FUNCTIONS = {
    "AddV2": np.add,
    "BatchMatMulV2": _products,
    "ConcatV2": _concatenated,
    "Cos": np.cos,
    "Equal": np.equal,
    "ExpandDims": _expanded,
    "Fill": _filled,
    "Greater": np.greater,
    "GreaterEqual": np.greater_equal,
    "Less": np.less,
    "LessEqual": np.less_equal,
    "Log": np.log,
    "MatMul": product,
    "Maximum": np.maximum,
    "Minimum": np.minimum,
    "Mul": np.multiply,
    "Neg": np.negative,
    "Range": _range,
    "Reshape": _reshaped,
    "Round": np.rint,
    "SelectV2": np.where,
    "Sin": np.sin,
    "Sub": np.subtract,
    "Tile": _tiled,
    "Transpose": _transposed,
}
