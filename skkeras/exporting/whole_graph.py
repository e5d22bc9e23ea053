"""A converted graph with the inputs and outputs that users see."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from skkeras.exporting.conversion import is_matrix
from skkeras.exporting.doors import NUMBER, Door

_PREFIX = "skkeras/"  # so that no column has the name of something inside


def with_doors(
    converted: onnx.ModelProto, doors: list[Door], outputs: dict[str, int]
) -> onnx.ModelProto:
    """Put inputs in front of a graph, and names and shapes behind it.

    Parameters
    ----------
    converted : onnx.ModelProto
        As `conversion.convert` gives it.
    doors : list of Door
        The inputs.
    outputs : dict of str to int
        Names of its outputs in order, and how many axes each shall have.

    Returns
    -------
    onnx.ModelProto
    """
    model = compose.add_prefix(converted, _PREFIX)
    graph = model.graph
    entries = list(graph.input)
    before = _entrance(doors, entries)
    exits, behind, constants = [], [], []
    for (name, n_axes), output in zip(outputs.items(), graph.output, strict=True):
        behind += _exit(name, n_axes, output, constants)
        kind = output.type.tensor_type.elem_type
        shape = [None] * n_axes
        exits.append(helper.make_tensor_value_info(name, kind, shape))
    nodes = [*before, *graph.node, *behind]
    initializers = [*graph.initializer, *constants]
    whole = helper.make_graph(
        nodes, "skkeras", [door.declared() for door in doors], exits, initializers
    )
    made = helper.make_model(
        whole,
        opset_imports=model.opset_import,
        ir_version=min(model.ir_version, 10),
        producer_name="skkeras",
    )
    onnx.checker.check_model(made)
    return made


def _entrance(doors, entries):
    """Return nodes that cast each input to what the graph takes."""
    if not is_matrix(doors):
        return [
            _cast(door.name, entry, door)
            for door, entry in zip(doors, entries, strict=True)
        ]
    (matrix,) = entries
    parts = [f"{_PREFIX}column/{place}" for place in range(len(doors))]
    to = matrix.type.tensor_type.elem_type
    casts = [
        helper.make_node("Cast", [door.name], [part], to=to)
        for door, part in zip(doors, parts, strict=True)
    ]
    return [*casts, helper.make_node("Concat", parts, [matrix.name], axis=1)]


def _cast(name, entry, door):
    if door.kind != NUMBER:
        return helper.make_node("Identity", [name], [entry.name])
    to = entry.type.tensor_type.elem_type
    return helper.make_node("Cast", [name], [entry.name], to=to)


def _exit(name, n_axes, output, constants: list[Any]):
    if n_axes != 1:
        return [helper.make_node("Identity", [output.name], [name])]
    shape = numpy_helper.from_array(np.array([-1], np.int64), f"{_PREFIX}flat/{name}")
    constants.append(shape)
    return [helper.make_node("Reshape", [output.name, shape.name], [name])]


def is_of_words(model: onnx.ModelProto) -> bool:
    """Return whether a model takes words."""
    kinds = [entry.type.tensor_type.elem_type for entry in model.graph.input]
    return TensorProto.STRING in kinds
