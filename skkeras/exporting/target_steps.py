"""What is done to predictions: targets transformed back, and thresholds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from skkeras.exporting.decoding import as_labels
from skkeras.exporting.keras_steps import (
    alias_of,
    labels_and_scores,
)
from skkeras.exporting.nodes import DOUBLE, FLOAT, INT64, Nodes
from skkeras.exporting.skl2onnx_internals import parse_step

_LINEAR = (StandardScaler, MinMaxScaler, RobustScaler, MaxAbsScaler)


def _exp(nodes, y):
    return nodes.add("Exp", y)


def _expm1(nodes, y):
    return nodes.add("Sub", nodes.add("Exp", y), nodes.constant(1.0))


def _log(nodes, y):
    return nodes.add("Log", y)


def _log1p(nodes, y):
    return nodes.add("Log", nodes.add("Add", y, nodes.constant(1.0)))


def _square(nodes, y):
    return nodes.add("Mul", y, y)


def _sqrt(nodes, y):
    return nodes.add("Sqrt", y)


_FUNCTIONS: dict[Any, Callable[[Nodes, str], str]] = {
    None: lambda nodes, y: y,
    np.exp: _exp,
    np.expm1: _expm1,
    np.log: _log,
    np.log1p: _log1p,
    np.square: _square,
    np.sqrt: _sqrt,
}


def parse_target(
    scope: Any,
    model: TransformedTargetRegressor,
    inputs: list[Any],
    custom_parsers: Any = None,
) -> list[Any]:
    """Declare what the regressor gives, and what becomes of it."""
    inside = parse_step(scope, model.regressor_, inputs, custom_parsers)
    step = scope.declare_local_operator(alias_of(type(model)), model)
    step.inputs = inside
    step.outputs.append(scope.declare_local_variable("target", DoubleTensorType()))
    return step.outputs


def target_shape(operator: Any) -> None:
    """Tell that there are as many targets as the regressor predicts."""
    operator.outputs[0].type.shape = list(operator.inputs[0].type.shape)


def convert_target(scope: Any, operator: Any, container: Any) -> None:
    """Undo what a `TransformedTargetRegressor` did to the target."""
    nodes, transformer = Nodes(scope, container), operator.raw_operator.transformer_
    y = nodes.cast(operator.inputs[0].full_name, DOUBLE)
    nodes.give(_undone(nodes, y, transformer), operator.outputs[0])


def _undone(nodes, y, transformer):
    if isinstance(transformer, FunctionTransformer):
        if transformer.inverse_func not in _FUNCTIONS:
            known = [f.__name__ for f in _FUNCTIONS if f is not None]
            raise ValueError(
                f"its inverse_func {transformer.inverse_func!r} is none of NumPy's "
                f"{', '.join(known)}"
            )
        return _FUNCTIONS[transformer.inverse_func](nodes, y)
    if type(transformer) not in _LINEAR:
        raise ValueError(
            f"its transformer is {type(transformer).__name__}; only those that scale "
            f"({', '.join(each.__name__ for each in _LINEAR)}) and NumPy's functions "
            "can be undone in ONNX"
        )
    zeros = np.zeros((1, transformer.n_features_in_))
    shift = transformer.inverse_transform(zeros)
    scale = transformer.inverse_transform(zeros + 1) - shift
    scaled = nodes.add("Mul", y, nodes.constant(scale))
    return nodes.add("Add", scaled, nodes.constant(shift))


def parse_threshold(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare labels and probabilities of a classifier with a threshold."""
    inside = parse_step(scope, model.estimator_, inputs, custom_parsers)
    if len(inside) != 2 or not hasattr(model.estimator_, "predict_proba"):
        raise ValueError(
            "it decides by decision_function, and only thresholds of probabilities "
            "are written to ONNX"
        )
    alias = alias_of(FixedThresholdClassifier)
    return labels_and_scores(scope, model, [inside[1]], alias)


def convert_threshold(scope: Any, operator: Any, container: Any) -> None:
    """Decide by the threshold of a `FixedThresholdClassifier` or a tuned one."""
    model, nodes = operator.raw_operator, Nodes(scope, container)
    if getattr(model, "response_method", "auto") == "decision_function":
        raise ValueError("it decides by decision_function: use predict_proba")
    threshold = getattr(model, "best_threshold_", None)
    if threshold is None:
        threshold = 0.5 if model.threshold == "auto" else model.threshold
    classes = np.asarray(model.classes_)
    positive = _positive(model, classes)
    given = operator.inputs[0].full_name
    column = nodes.columns(nodes.cast(given, DOUBLE), [positive])
    is_positive = nodes.add(
        "GreaterOrEqual", column, nodes.constant([[float(threshold)]])
    )
    labels = as_labels(classes)[[1 - positive, positive]]
    both = nodes.constant(labels)
    codes = nodes.reshape(nodes.cast(is_positive, INT64), -1)
    label, scores = operator.outputs
    nodes.give(nodes.add("Gather", both, codes, axis=0), label)
    to = DOUBLE if isinstance(scores.type, DoubleTensorType) else FLOAT
    nodes.give(given, scores, to)


def _positive(model, classes):
    """Return the place of the class that the threshold is of."""
    pos_label = getattr(model, "pos_label", None)
    return 1 if pos_label is None else int(np.flatnonzero(classes == pos_label)[0])
