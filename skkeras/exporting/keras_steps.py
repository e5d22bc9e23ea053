"""skkeras's estimators as steps of ONNX pipelines."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)

from skkeras.estimators.data.rows import Unchanged
from skkeras.estimators.keras_internals import built_shapes, inputs_by_key
from skkeras.exporting.decoding import (
    as_labels,
    as_rows,
    check_decodable,
    classes_at,
    labels_of,
    margin_of,
    numbers_of,
    of_sum_one,
    probabilities_of,
)
from skkeras.exporting.net import add_net, net_as_onnx, prepared
from skkeras.exporting.nodes import DOUBLE, FLOAT, Nodes
from skkeras.exporting.table_step import add_table

RAW_SCORES = {"raw_scores": [True, False]}
"""What ``CalibratedClassifierCV`` asks a classifier for, where it has a margin."""


def float_type(variables: list[Any]) -> Any:
    """Return the type of numbers that a step gives: double where it takes double."""
    is_double = isinstance(variables[0].type, DoubleTensorType)
    return DoubleTensorType() if is_double else FloatTensorType()


def parse_classifier(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare labels and probabilities, or scores where there are none."""
    return labels_and_scores(scope, model, inputs, alias_of(type(model)))


def labels_and_scores(
    scope: Any, model: Any, inputs: list[Any], alias: str
) -> list[Any]:
    """Declare the outputs of a classifier that is converted under a name."""
    step = scope.declare_local_operator(alias, model)
    step.inputs = inputs
    kind = StringTensorType if as_labels_of(model).dtype == object else Int64TensorType
    step.outputs.append(scope.declare_local_variable("label", kind()))
    step.outputs.append(scope.declare_local_variable("scores", float_type(inputs)))
    return step.outputs


def parse_regressor(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare predictions."""
    step = scope.declare_local_operator(alias_of(type(model)), model)
    step.inputs = inputs
    step.outputs.append(scope.declare_local_variable("numbers", float_type(inputs)))
    return step.outputs


def alias_of(kind: type) -> str:
    """Return the name under which skl2onnx knows one of these steps."""
    return f"Skkeras{kind.__name__}"


def as_labels_of(model: Any) -> np.ndarray:
    """Return a classifier's labels as ONNX has them; numbers where it has none."""
    is_multilabel = getattr(model, "target_type_", "") == "multilabel-indicator"
    return np.zeros(1, int) if is_multilabel else as_labels(model.classes_)


def classifier_shapes(operator: Any) -> None:
    """Tell the shapes of labels and scores, and the type of labels."""
    model = operator.raw_operator
    n_columns = max(len(np.atleast_1d(model.classes_)), 1)
    is_multilabel = getattr(model, "target_type_", "") == "multilabel-indicator"
    kind = StringTensorType if as_labels_of(model).dtype == object else Int64TensorType
    label, scores = operator.outputs
    label.type = kind([None, n_columns] if is_multilabel else [None])
    scores.type.shape = [None, n_columns]


def regressor_shapes(operator: Any) -> None:
    """Tell the shape of predictions."""
    n_columns = _n_numbers(operator.raw_operator) or 1
    operator.outputs[0].type.shape = [None, n_columns]


def convert_keras_classifier(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `KerasClassifier` or `KerasMLPClassifier`."""
    model, nodes = operator.raw_operator, Nodes(scope, container)
    encoder = model.target_encoder_
    check_decodable(encoder)
    raw, n_units = _outputs_of(nodes, operator, model)
    labels, scores = operator.outputs
    nodes.give(labels_of(nodes, raw, n_units, encoder), labels)
    has_margin = hasattr(model, "decision_function")
    wants_margin = scope.get_options(model, {"raw_scores": False})["raw_scores"]
    if hasattr(model, "predict_proba") and not (wants_margin and has_margin):
        found = probabilities_of(nodes, raw, n_units, encoder)
    elif has_margin:
        found = margin_of(nodes, raw, n_units, encoder)
        if wants_margin and encoder.n_classes_ == 2:
            found = nodes.concat([nodes.add("Neg", found), found])
    else:
        found = raw
    nodes.give(found, scores, _float_of(scores))


def convert_keras_regressor(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `KerasRegressor` or `KerasMLPRegressor`."""
    model, nodes = operator.raw_operator, Nodes(scope, container)
    raw, _ = _outputs_of(nodes, operator, model)
    (numbers,) = operator.outputs
    found = numbers_of(nodes, raw, model.target_encoder_)
    nodes.give(found, numbers, _float_of(numbers))


def convert_table_classifier(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `KerasTabularClassifier`."""
    model, nodes = operator.raw_operator, Nodes(scope, container)
    raw, n_units = _of_table(nodes, operator, model)
    classes = model.classes_
    if len(classes) == 1:
        found = nodes.add("Exp", nodes.add("Mul", raw, nodes.constant([[0.0]])))
    elif n_units == 1:
        other = nodes.add("Sub", nodes.constant([[1.0]]), raw)
        found = nodes.concat([other, raw])
    else:
        found = of_sum_one(nodes, raw)
    labels, scores = operator.outputs
    best = nodes.add("ArgMax", found, axis=1, keepdims=0)
    nodes.give(classes_at(nodes, best, classes), labels)
    nodes.give(found, scores, _float_of(scores))


def convert_table_regressor(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `KerasTabularRegressor`."""
    model, nodes = operator.raw_operator, Nodes(scope, container)
    raw, _ = _of_table(nodes, operator, model)
    (numbers,) = operator.outputs
    nodes.give(raw, numbers, _float_of(numbers))


def _float_of(variable):
    return DOUBLE if isinstance(variable.type, DoubleTensorType) else FLOAT


def _of_table(nodes, operator, model):
    table = add_table(nodes, operator.inputs, model.encoder_)
    (raw,) = add_net(nodes, net_as_onnx(model.model_), [table])
    n_units = model.model_.output_shape[-1]
    return as_rows(nodes, raw, n_units), n_units


def _outputs_of(nodes, operator, model):
    """Return the raw outputs of an estimator's net, and how many units it has."""
    if type(model.feature_encoder_) is not Unchanged:
        raise ValueError(
            f"its feature_encoder is {type(model.feature_encoder_).__name__}, whose "
            "Python code has no counterpart in ONNX. Put a transformer in front of the "
            "estimator, in a pipeline"
        )
    net = model._training_model
    arrays = _arrays_of(nodes, operator.inputs, net, model.X_shape_)
    outputs = add_net(nodes, net_as_onnx(net), arrays)
    if len(outputs) != 1:
        raise ValueError(f"its net has {len(outputs)} outputs, and one can be decoded")
    n_units = _n_units(model, net)
    return as_rows(nodes, outputs[0], n_units), n_units


def _n_units(model, net):
    head = getattr(model.target_encoder_, "head_", None)
    units = getattr(head, "units", None) or _n_numbers(model)
    if units is None:
        raise ValueError("the number of its net's units is not known")
    return int(units)


def _n_numbers(model):
    """Return how many numbers a regressor predicts a row, if that is known."""
    return len(getattr(model, "quantiles_", ())) or getattr(model, "n_outputs_", None)


def _arrays_of(nodes, variables, net, shapes):
    """Return an array for each input of a net, in the order of its ONNX graph."""
    if isinstance(shapes, dict):
        names = list(shapes)
        if len(variables) != len(names):
            raise ValueError(
                f"its net takes the inputs {names}, and the step before it gives "
                f"{len(variables)} arrays: put ColumnInputs right before it"
            )
        given = dict(zip(names, variables, strict=True))
        entries = inputs_by_key(net) or {entry.name: entry for entry in net.inputs}
        in_order = keras.tree.flatten({name: name for name in entries})
        return [
            prepared(nodes, given[name].full_name, entries[name], len(shapes[name]))
            for name in in_order
        ]
    names = [nodes.cast(each.full_name, DOUBLE) for each in variables]
    (entry,) = _entries(net)
    return [prepared(nodes, nodes.concat(names), entry, len(shapes))]


def _entries(net):
    if entries := getattr(net, "inputs", None):
        return entries
    shapes = built_shapes(net)
    return [keras.InputSpec(shape=shape, dtype=net.input_dtype) for shape in shapes]
