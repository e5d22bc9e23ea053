"""A Keras model as ONNX nodes, by Keras's own exporter."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import keras
import onnx
from onnx import compose

from skkeras.exporting.nodes import Nodes

OPSET = 18
"""The newest set of operators that Keras's exporter writes."""

_TYPES = {
    "float32": onnx.TensorProto.FLOAT,
    "float64": onnx.TensorProto.DOUBLE,
    "float16": onnx.TensorProto.FLOAT16,
    "int32": onnx.TensorProto.INT32,
    "int64": onnx.TensorProto.INT64,
    "uint8": onnx.TensorProto.UINT8,
    "bool": onnx.TensorProto.BOOL,
}


def net_as_onnx(model: keras.Model) -> onnx.ModelProto:
    """Export a Keras model.

    Parameters
    ----------
    model : keras.Model
        Built; it counts as called.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    ValueError
        Where Keras's exporter cannot, with its reason.
    """
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the exporter's libraries deprecate
        path = Path(folder, "net.onnx")
        try:
            model.export(str(path), format="onnx", verbose=False, opset_version=OPSET)
        except Exception as error:  # of any kind, by what the model's layers do
            raise ValueError(
                f"Keras cannot export the model {model.name!r} as ONNX: "
                f"{type(error).__name__}: {error!s:.300}"
            ) from error
        net = onnx.load(path)
    try:
        # The exporter only logs an operator that ONNX does not have.
        onnx.checker.check_model(net)
    except onnx.checker.ValidationError as error:
        raise ValueError(
            f"Keras's exporter writes no valid ONNX of the model {model.name!r}: "
            f"{' '.join(str(error).split())!s:.300}"
        ) from error
    return net


def add_net(nodes: Nodes, net: onnx.ModelProto, inputs: list[str]) -> list[str]:
    """Put the nodes of a net behind arrays.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    net : onnx.ModelProto
        From :func:`net_as_onnx`.
    inputs : list of str
        An array for each of the net's inputs, in their order.

    Returns
    -------
    list of str
        The net's outputs.
    """
    prefix = nodes.scope.get_unique_variable_name("net") + "/"
    net = compose.add_prefix(net, prefix)
    container = nodes.container
    container.initializers.extend(net.graph.initializer)
    known = {entry.name for entry in net.graph.initializer}
    entries = [entry for entry in net.graph.input if entry.name not in known]
    for entry, given in zip(entries, inputs, strict=True):
        name = nodes.scope.get_unique_operator_name("Identity")
        container.add_node("Identity", [given], [entry.name], name=name)
    versions = {each.domain: each.version for each in net.opset_import}
    for node in net.graph.node:
        container.nodes.append(node)
        used = node.domain, versions.get(node.domain, OPSET)
        container.node_domain_version_pair_sets.add(used)
    return [output.name for output in net.graph.output]


def prepared(nodes: Nodes, name: str, entry: Any, n_axes: int) -> str:
    """Return an array as an input of a model takes it.

    Parameters
    ----------
    nodes : Nodes
        Where to cast and reshape it.
    name : str
        The array.
    entry : keras.KerasTensor or keras.InputSpec
        The model's input.
    n_axes : int
        How many axes the array has; Keras adds or drops a last one of length 1.

    Returns
    -------
    str
    """
    name = nodes.cast(name, _TYPES[keras.backend.standardize_dtype(entry.dtype)])
    if abs(len(entry.shape) - n_axes) != 1:
        return name
    kind = "Unsqueeze" if len(entry.shape) > n_axes else "Squeeze"
    return nodes.add(kind, name, nodes.constant([-1], "int64"))
