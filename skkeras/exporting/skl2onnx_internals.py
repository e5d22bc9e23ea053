"""The private names of skl2onnx that exporting uses, and no other file of it may.

What each is for, and what to do when it goes:

- ``skl2onnx._parse.parse_sklearn``: declares what a step of a pipeline gives; each of
  skl2onnx's parsers calls it for the steps inside. Look for where parsers of its
  pipelines went.
- ``skl2onnx._parse._parse_sklearn_simple_model``: the same for a step by itself, past
  the parser that is registered for it.
- ``skl2onnx._parse.sklearn_parsers_map``, ``skl2onnx._supported_operators``: the types
  of steps that it knows, to name a step that it does not. Without them, its own error.
"""

from __future__ import annotations

from typing import Any

from skl2onnx._parse import (
    _parse_sklearn_simple_model,
    parse_sklearn,
    sklearn_parsers_map,
)
from skl2onnx._supported_operators import sklearn_operator_name_map

__all__ = ["is_known", "parse_step", "parse_step_itself"]


def parse_step(
    scope: Any, model: Any, inputs: list[Any], parsers: dict[type, Any] | None
) -> list[Any]:
    """Declare the outputs of a step inside another.

    Parameters
    ----------
    scope : skl2onnx Scope
    model : estimator
        The step.
    inputs : list of skl2onnx Variable
    parsers : dict of type to callable
        As the parser of the step around it got them.

    Returns
    -------
    list of skl2onnx Variable
    """
    outputs = parse_sklearn(scope, model, inputs, custom_parsers=parsers)
    for variable in outputs:
        variable.init_status(is_leaf=False)
    return outputs


def parse_step_itself(scope: Any, model: Any, inputs: list[Any]) -> list[Any]:
    """Declare the outputs of a step as if no parser were registered for its type."""
    return _parse_sklearn_simple_model(scope, model, inputs)


def is_known(kind: type) -> bool:
    """Return whether a type of step has a converter or a parser."""
    return kind in sklearn_operator_name_map or kind in sklearn_parsers_map
