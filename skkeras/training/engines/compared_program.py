"""A program of NumPy's, used where it gives what TensorFlow does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from skkeras.training.engines.agreement import agree
from skkeras.training.engines.numpy_operations import Unknown
from skkeras.training.engines.numpy_program import NumpyProgram, rows_at_once
from skkeras.training.state.slots import Slot

_Run = Callable[[list[Any]], list[Any]]  # inputs of a graph to its outputs
_SPREAD = 3.0  # of drawn rows, wide enough for some activations to saturate


def compared_program(
    traced: Any, run: _Run, unit: float, weights: Sequence[Any], batch: Any
) -> ComparedProgram | None:
    """Return a program that gives the same for some rows, if there is one.

    Parameters
    ----------
    traced : ConcreteFunction
        Of weights and a batch.
    run : callable
        How TensorFlow runs it.
    unit : float
        Relative rounding of a single operation.
    weights : sequence of tensor
    batch : nest of tensor

    Returns
    -------
    ComparedProgram or None
    """
    arrays, rows = list(map(np.asarray, weights)), leaves(batch)
    try:
        program = NumpyProgram(traced)
    except Unknown:
        return None
    compared = ComparedProgram(program, unit, arrays, rows)
    return compared if compared.is_same(run, arrays, rows) else None


class ComparedProgram:
    """A program, and for which models it is right.

    A graph that models of several widths share takes weights filled up with zeros, the
    program takes them as they are. So each model's shapes are compared once.

    Parameters
    ----------
    program : NumpyProgram
    unit : float
        Relative rounding of a single operation.
    weights, rows : list of ndarray
        Of the shapes and types that the graph takes. They are not kept.
    """

    def __init__(
        self,
        program: NumpyProgram,
        unit: float,
        weights: list[np.ndarray],
        rows: list[np.ndarray],
    ) -> None:
        self.program, self._unit = program, unit
        self._weights = [(weight.shape, weight.dtype) for weight in weights]
        self._rows = [(leaf.shape, leaf.dtype) for leaf in rows]
        self._right: dict[tuple[tuple[int, ...], ...], bool] = {}

    def is_right_for(self, variables: Sequence[Slot], run: _Run) -> bool:
        """Return whether it gives what TensorFlow gives for weights of these shapes.

        Parameters
        ----------
        variables : sequence of keras.Variable or Held
        run : callable
            How TensorFlow runs the graph.

        Returns
        -------
        bool
        """
        shapes = tuple(tuple(variable.shape) for variable in variables)
        if shapes not in self._right:
            rng = np.random.default_rng(0)
            types = (dtype for _, dtype in self._weights)
            weights = [_drawn(rng, *each) for each in zip(shapes, types, strict=True)]
            rows = [_SPREAD * _drawn(rng, *each, least=-1) for each in self._rows]
            self._right[shapes] = self.is_same(run, weights, rows)
        return self._right[shapes]

    def is_same(
        self, run: _Run, weights: list[np.ndarray], rows: list[np.ndarray]
    ) -> bool:
        """Return whether TensorFlow's finite outputs differ by rounding alone.

        Parameters
        ----------
        run : callable
            How TensorFlow runs the graph.
        weights, rows : list of ndarray

        Returns
        -------
        bool
        """
        if not rows_at_once(weights):
            return False
        shapes = (shape for shape, _ in self._weights)
        padded = map(_padded, weights, shapes)
        expected = [np.asarray(each) for each in run([*padded, *rows])]
        try:
            found = self.program(weights, rows)
        except ValueError:  # of arrays whose shapes are for whole batches, or wide ones
            return False
        return all(
            np.isfinite(a).all() and a.shape == b.shape and a.dtype == b.dtype
            for a, b in zip(expected, found, strict=True)
        ) and agree(found, expected, self._unit)


def _padded(array, shape):
    widths = [(0, wide - own) for own, wide in zip(array.shape, shape, strict=True)]
    return tf.constant(np.pad(array, widths))


def _drawn(rng, shape, dtype, least=None):
    """Return numbers of both signs; vectors that are positive, as scales must be."""
    if dtype.kind != "f":
        return np.zeros(shape, dtype)
    low = (-1 if len(shape) > 1 else 0.5) if least is None else least
    return rng.uniform(low, 1, shape).astype(dtype)


def leaves(batch: Any) -> list[np.ndarray]:
    """Return the arrays of a batch, in the order that a graph takes them.

    Parameters
    ----------
    batch : nest of ndarray or tensor

    Returns
    -------
    list of ndarray
    """
    if isinstance(batch, np.ndarray):
        return [batch]
    return list(map(np.asarray, tf.nest.flatten(batch)))
