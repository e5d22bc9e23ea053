"""A traced function of one small batch that reads its own weights, by NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skkeras.training.engines.agreement import agree
from skkeras.training.engines.current_weights import reader_of_arrays
from skkeras.training.engines.numpy_operations import Unknown, further_function_of
from skkeras.training.engines.numpy_program import UNCHANGED, function_of

_MOST_WEIGHTS = 2_000_000  # beyond, TensorFlow's threads are sooner ready
_SPREAD = 3.0  # of drawn rows, wide enough for some activations to saturate
_Arrays = Sequence[np.ndarray]


def batch_program(
    traced: Any,
    run: Callable[[Any], Any],
    unit: float,
    variables: Sequence[keras.Variable],
    rows: _Arrays,
) -> BatchProgram | None:
    """Return a program that gives what TensorFlow gives, if there is one.

    Parameters
    ----------
    traced : ConcreteFunction
        Of a batch; it has captured the variables that it reads.
    run : callable
        How TensorFlow runs it: from a list of tensors to one of tensors.
    unit : float
        Relative rounding of a single operation.
    variables : sequence of keras.Variable
        Of the model.
    rows : list of ndarray
        A batch to compare for, beside drawn ones.

    Returns
    -------
    BatchProgram or None
    """
    try:
        program = BatchProgram(traced, variables)
    except Unknown:
        return None
    batches = [rows, *_drawn(rows)]
    compared = [_is_same(program, run, unit, batch) for batch in batches]
    is_right = compared[0] and any(compared[1:]) and False not in compared
    return program if is_right else None


class BatchProgram:
    """The operations between a batch and the outputs, each as a function of arrays.

    Those of constants alone are computed once.

    Parameters
    ----------
    traced : ConcreteFunction
        Of a batch; it has captured the variables that it reads.
    variables : sequence of keras.Variable
        Among which those are.

    Raises
    ------
    Unknown
        When an operation is not translated, or something else is captured, or there
        are many weights.
    """

    def __init__(self, traced: Any, variables: Sequence[keras.Variable]) -> None:
        captured = _captured_variables(traced, variables)
        if sum(int(np.prod(v.shape)) for v in captured) > _MOST_WEIGHTS:
            raise Unknown("many weights")
        self._weights = reader_of_arrays(captured)
        places = {tensor.name: n for n, tensor in enumerate(traced.inputs)}
        self._values: list[Any] = [None] * len(places)
        self._steps: list[tuple[Callable[..., np.ndarray], list[int], int]] = []
        for operation in _needed(traced):
            self._add(operation, places)
        self._outputs = [places[tensor.name] for tensor in traced.outputs]

    def __call__(self, rows: _Arrays) -> list[np.ndarray]:
        """Return the outputs for a batch, with the weights as they are now.

        Parameters
        ----------
        rows : list of ndarray
            Of the shapes that were traced.

        Returns
        -------
        list of ndarray

        Raises
        ------
        IndexError
            Where TensorFlow finds a code that an embedding does not have.
        """
        values, inputs = [*self._values], [*rows, *self._weights()]
        values[: len(inputs)] = inputs
        with np.errstate(all="ignore"):  # as TensorFlow
            for function, places, at in self._steps:
                values[at] = function(*[values[n] for n in places])
        return [values[n] for n in self._outputs]

    def _add(self, operation, places):
        if operation.type == "Placeholder":
            return
        inputs = [places[tensor.name] for tensor in operation.inputs]
        if operation.type in _SAME:
            names = [tensor.name for tensor in operation.outputs]
            places.update(zip(names, inputs, strict=True))
            return
        (output,) = operation.outputs
        places[output.name] = len(self._values)
        value = None
        if operation.type == "Const":
            value = tf.get_static_value(output)
        else:
            function = _function_of(operation)
            known = [self._values[n] for n in inputs]
            if any(each is None for each in known):
                self._steps.append((function, inputs, len(self._values)))
            else:
                value = function(*known)
        self._values.append(value)


_SAME = {*UNCHANGED, "PlaceholderWithDefault", "ReadVariableOp"}


def _function_of(operation):
    try:
        return further_function_of(operation)
    except Unknown:
        return function_of(operation)


def _captured_variables(traced, variables):
    """Return the variables that a function reads, in the order of its inputs."""
    by_handle = {id(variable.value.handle): variable for variable in variables}
    try:
        return [by_handle[id(handle)] for handle in traced.captured_inputs]
    except KeyError:
        raise Unknown("something captured that is no variable of the model") from None


def _needed(traced):
    """Return the operations that the outputs depend on, in order."""
    needed, due = set(), [tensor.op for tensor in traced.outputs]
    while due:
        operation = due.pop()
        if operation not in needed:
            needed.add(operation)
            due.extend(tensor.op for tensor in operation.inputs)
    return [each for each in traced.graph.get_operations() if each in needed]


def _drawn(rows):
    """Yield batches of drawn numbers: of both signs, and of codes at their least."""
    rng = np.random.default_rng(0)
    for low in (-_SPREAD, 0.0):
        yield [
            rng.uniform(low, _SPREAD, leaf.shape).astype(leaf.dtype)
            if leaf.dtype.kind == "f"
            else np.zeros_like(leaf)
            for leaf in rows
        ]


def _is_same(program, run, unit, rows):
    """Return whether finite outputs differ by rounding alone.

    None where TensorFlow refuses the rows, as those with codes that no embedding has.
    """
    try:
        expected = [np.asarray(each) for each in run(list(map(tf.constant, rows)))]
    except tf.errors.InvalidArgumentError:
        return None
    found = program(rows)
    return all(
        np.isfinite(a).all() and a.shape == b.shape and a.dtype == b.dtype
        for a, b in zip(expected, found, strict=True)
    ) and agree(found, expected, unit)
