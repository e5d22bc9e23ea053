"""`SmoothClipScaler` and `PiecewiseLinear` as ONNX nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from skl2onnx.common.data_types import DoubleTensorType

from skkeras.exporting.nodes import DOUBLE, FLOAT, Nodes
from skkeras.preprocessing.piecewise_linear import BEYOND, PiecewiseLinear

# Whose square is finite, and from which on the bent number is the limit to all digits.
_FAR = 1e150


def smoothly_clipped(
    nodes: Nodes, numbers: str, center: np.ndarray, scale: np.ndarray, clip: float
) -> str:
    """Scale columns and bend what is far out, as `SmoothClipScaler` does.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    numbers : str
        Of double precision, none missing.
    center, scale : ndarray of shape (n_columns,)
        What is subtracted, then what is divided by.
    clip : float
        The limit.

    Returns
    -------
    str
    """
    centered = nodes.add("Sub", numbers, nodes.constant(center[None], np.float64))
    scaled = nodes.add("Div", centered, nodes.constant(scale[None], np.float64))
    scaled = _between(nodes, scaled, -_FAR * clip, _FAR * clip)
    share = nodes.add("Div", scaled, nodes.constant(float(clip)))
    squared = nodes.add("Mul", share, share)
    length = nodes.add("Sqrt", nodes.add("Add", squared, nodes.constant(1.0)))
    return nodes.add("Div", scaled, length)


def _between(nodes, numbers, lowest, highest):
    above = nodes.add("Max", numbers, nodes.constant(lowest, np.float64))
    return nodes.add("Min", above, nodes.constant(highest, np.float64))


def joined(nodes: Nodes, operator: Any) -> str:
    """Return all that a step takes as one matrix of double precision."""
    names = [nodes.cast(each.full_name, DOUBLE) for each in operator.inputs]
    return nodes.concat(names)


def give_numbers(nodes: Nodes, numbers: str, operator: Any) -> None:
    """Let a matrix be what a step gives."""
    (output,) = operator.outputs
    is_double = isinstance(output.type, DoubleTensorType)
    nodes.give(numbers, output, DOUBLE if is_double else FLOAT)


def same_shape(operator: Any) -> None:
    """Tell that there are as many columns as the step takes."""
    operator.outputs[0].type.shape = [None, operator.raw_operator.n_features_in_]


def convert_scaler(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `SmoothClipScaler`."""
    scaler, nodes = operator.raw_operator, Nodes(scope, container)
    numbers = joined(nodes, operator)
    center = nodes.constant(scaler.center_[None], np.float64)
    filled, missing = nodes.without_gaps(numbers, center)
    scaled = smoothly_clipped(nodes, filled, scaler.center_, scaler.scale_, scaler.clip)
    nan = nodes.constant(np.nan, np.float64)
    give_numbers(nodes, nodes.add("Where", missing, nan, scaled), operator)


def bins_shape(operator: Any) -> None:
    """Tell how many bins all columns have."""
    n_bins = len(operator.raw_operator.get_feature_names_out())
    operator.outputs[0].type.shape = [None, n_bins]


def convert_bins(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `PiecewiseLinear`."""
    encoder: PiecewiseLinear = operator.raw_operator
    nodes = Nodes(scope, container)
    numbers = joined(nodes, operator)
    found = []
    for place, edges in enumerate(encoder.bin_edges_):
        if len(edges) > 2:
            found.append(_positions(nodes, nodes.columns(numbers, [place]), edges))
    if not found:
        raise ValueError("it leaves out every column, and ONNX has no empty matrices")
    give_numbers(nodes, nodes.concat(found), operator)


def _positions(nodes, column, edges):
    lowest, highest = np.zeros(len(edges) - 1), np.ones(len(edges) - 1)
    lowest[0], highest[-1] = -BEYOND, 1 + BEYOND
    left, width = edges[:-1].astype(float), np.diff(edges.astype(float))
    inside = nodes.add("Sub", column, nodes.constant(left[None]))
    inside = nodes.add("Div", inside, nodes.constant(width[None]))
    return _between(nodes, inside, lowest[None], highest[None])
