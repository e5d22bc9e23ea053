"""Writing ONNX nodes, one a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE
INT64, BOOL, STRING = TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING

_OF_MACHINE_LEARNING = "ai.onnx.ml"


class Nodes:
    """Adds nodes to what skl2onnx converts to; each call returns an output's name.

    Parameters
    ----------
    scope, container : object
        As skl2onnx passes them to a converter.
    """

    def __init__(self, scope: Any, container: Any) -> None:
        self.scope, self.container = scope, container

    def add(self, kind: str, *inputs: str, ml: bool = False, **attributes: Any) -> str:
        """Add a node of one output.

        Parameters
        ----------
        kind : str
            The operator, such as ``"Add"``.
        *inputs : str
            Names of its inputs.
        ml : bool, default=False
            Whether it is of the operators for classic machine learning.
        **attributes : object
            Of the operator.

        Returns
        -------
        str
            The name of its output.
        """
        output = self.scope.get_unique_variable_name(kind.lower())
        domain = {"op_domain": _OF_MACHINE_LEARNING} if ml else {}
        name = self.scope.get_unique_operator_name(kind)
        self.container.add_node(
            kind, list(inputs), [output], name=name, **domain, **attributes
        )
        return output

    def constant(self, values: Any, dtype: Any = None) -> str:
        """Add numbers or words.

        Parameters
        ----------
        values : array-like
            Words become bytes in UTF-8.
        dtype : numpy.dtype, default=None
            Their type; None for that which they have.

        Returns
        -------
        str
        """
        array = np.asarray(values, dtype)
        if array.dtype.kind in "UO":
            array = np.array([str(v).encode() for v in array.flat], object)
        name = self.scope.get_unique_variable_name("constant")
        self.container.initializers.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, name: str, to: int) -> str:
        """Add a cast to one of ONNX's types."""
        return self.add("Cast", name, to=to)

    def reshape(self, name: str, *shape: int) -> str:
        """Add a change of shape."""
        return self.add("Reshape", name, self.constant(shape, np.int64))

    def concat(self, names: list[str], axis: int = 1) -> str:
        """Join arrays side by side; one alone is returned as it is."""
        return names[0] if len(names) == 1 else self.add("Concat", *names, axis=axis)

    def columns(self, name: str, places: Any) -> str:
        """Select columns of a matrix by their places."""
        return self.add("Gather", name, self.constant(places, np.int64), axis=1)

    def without_gaps(self, name: str, filling: str) -> tuple[str, str]:
        """Put other numbers where some are missing.

        Parameters
        ----------
        name, filling : str
            Numbers, and what takes the place of NaN.

        Returns
        -------
        filled, missing : str
            The numbers, and whether each was missing.
        """
        missing = self.add("IsNaN", name)
        return self.add("Where", missing, filling, name), missing

    def give(self, name: str, variable: Any, to: int | None = None) -> None:
        """Let an array be an output of the operator that is converted.

        Parameters
        ----------
        name : str
            The array.
        variable : skl2onnx Variable
            One of ``operator.outputs``.
        to : int, default=None
            Type to cast to first.
        """
        if to is not None:
            name = self.cast(name, to)
        identity = self.scope.get_unique_operator_name("Identity")
        self.container.add_node("Identity", [name], [variable.full_name], name=identity)
