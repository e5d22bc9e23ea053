"""How steps of scikit-learn hand columns on, where skl2onnx has no way for tables.

skl2onnx converts the steps; what is here decides which columns each of them gets, and
of what type, and undoes what a target went through.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder

from skkeras.exporting.skl2onnx_internals import parse_step, parse_step_itself
from skkeras.exporting.table_step import MISSING_WORD
from skkeras.own_estimators import is_keras_estimator
from skkeras.preprocessing import ColumnInputs, TableEncoder
from skkeras.sklearn_internals import positions_by_transformer

_ENCODERS = (OneHotEncoder, OrdinalEncoder)
_TAKING_COLUMNS = (ColumnTransformer, ColumnInputs, TableEncoder, FeatureUnion)


def parse_pipeline(
    scope: Any, model: Pipeline, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare what the last step gives, past steps that do nothing."""
    for _, step in model.steps:
        if not is_nothing(step):
            inputs = parse_step(scope, step, inputs, custom_parsers)
    return inputs


def is_nothing(step: Any) -> bool:
    """Return whether a step passes on what it gets."""
    if isinstance(step, FunctionTransformer):
        return step.func is None
    return step is None or (isinstance(step, str) and step == "passthrough")


def parse_search(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare what the best estimator of a search gives."""
    if not hasattr(model, "best_estimator_"):
        raise ValueError(
            f"{type(model).__name__} has no best_estimator_: fit it with refit=True"
        )
    return parse_step(scope, model.best_estimator_, inputs, custom_parsers)


def parse_columns(
    scope: Any, model: ColumnTransformer, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare what all transformers of a `ColumnTransformer` give, as one matrix."""
    parts = columns_apart(scope, model, inputs, custom_parsers)
    return [_joined(scope, [part for _, part in parts])]


def parse_column_inputs(
    scope: Any, model: ColumnInputs, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare an array for each input of a net."""
    columns = model.column_transformer_
    parts = dict(columns_apart(scope, columns, inputs, custom_parsers))
    missing = [name for name, *_ in model.inputs if name not in parts]
    if missing:
        raise ValueError(f"ColumnInputs gives no columns to the inputs {missing}")
    return [parts[name] for name, *_ in model.inputs]


def columns_apart(
    scope: Any, model: ColumnTransformer, inputs: list[Any], parsers: Any
) -> list[tuple[str, Any]]:
    """Declare what each transformer of a `ColumnTransformer` gives, by its name."""
    places = positions_by_transformer(model)
    weights = model.transformer_weights or {}
    parts = []
    for name, step, _ in model.transformers_:
        if (isinstance(step, str) and step == "drop") or not len(places[name]):
            continue
        if name in weights:
            raise ValueError(
                f"its transformer {name!r} has a weight in transformer_weights, which "
                "is not written to ONNX: leave it to the net, or scale the columns"
            )
        chosen = selected(scope, inputs, places[name])
        given = _for_step(scope, step, chosen)
        if is_nothing(step):
            parts.append((name, _joined(scope, given)))
            continue
        outputs = parse_step(scope, step, given, parsers)
        parts.append((name, _joined(scope, outputs)))
    return parts


def selected(scope: Any, inputs: list[Any], places: Any) -> list[Any]:
    """Return columns by their places among those of all inputs.

    Parameters
    ----------
    scope : skl2onnx Scope
    inputs : list of skl2onnx Variable
        One matrix, or a variable for each column.
    places : sequence of int
        Which columns.

    Returns
    -------
    list of skl2onnx Variable
        Of one column each.
    """
    if len(inputs) > 1:
        return [inputs[place] for place in places]
    (matrix,) = inputs
    kind = type(matrix.type)
    columns = []
    for place in places:
        step = scope.declare_local_operator("SklearnArrayFeatureExtractor")
        step.inputs = [matrix]
        step.column_indices = [int(place)]
        column = scope.declare_local_variable("column", kind([None, 1]))
        step.outputs.append(column)
        columns.append(column)
    return columns


def _for_step(scope, step, columns):
    """Return columns in the form that a transformer's converter takes."""
    first = _first_of(step)
    if isinstance(first, _TAKING_COLUMNS) or is_keras_estimator(first):
        return columns
    if isinstance(first, _ENCODERS):
        return _by_category(scope, columns, first)
    return [_joined(scope, columns)]


def _first_of(step):
    while isinstance(step, Pipeline):
        rest = [each for _, each in step.steps if not is_nothing(each)]
        if not rest:
            return "passthrough"
        step = rest[0]
    return step


def _by_category(scope, columns, encoder):
    """Cast columns of whole numbers to the type that their categories have."""
    return [
        _cast(scope, column, Int64TensorType)
        if not is_words(column) and _are_whole(categories)
        else column
        for column, categories in zip(columns, encoder.categories_, strict=True)
    ]


def _are_whole(categories):
    return all(isinstance(c, int | np.integer | np.bool_) for c in categories)


def is_words(variable: Any) -> bool:
    """Return whether a variable holds words."""
    return isinstance(variable.type, StringTensorType)


def _cast(scope, variable, kind):
    step = scope.declare_local_operator("SklearnCast")
    step.inputs = [variable]
    output = scope.declare_local_variable("cast", kind(list(variable.type.shape)))
    step.outputs.append(output)
    return output


def _joined(scope, variables):
    """Return variables side by side as one, numbers in their widest type."""
    if len(variables) == 1:
        return variables[0]
    words = [is_words(variable) for variable in variables]
    if any(words) and not all(words):
        raise ValueError(
            "it joins columns of words and of numbers, which ONNX has no matrix for: "
            "give each kind a transformer of its own in a ColumnTransformer"
        )
    kind = StringTensorType if all(words) else _widest(variables)
    step = scope.declare_local_operator("SklearnConcat")
    step.inputs = variables
    output = scope.declare_local_variable("columns", kind([None, None]))
    step.outputs.append(output)
    return output


def _widest(variables):
    kinds = {type(variable.type) for variable in variables}
    if kinds == {Int64TensorType}:
        return Int64TensorType
    return DoubleTensorType if DoubleTensorType in kinds else FloatTensorType


def parse_imputer(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare what a `SimpleImputer` gives; missing words are empty ones in ONNX."""
    if model.add_indicator:
        raise ValueError(
            "its SimpleImputer has add_indicator=True, which skl2onnx leaves out: put "
            "a TableEncoder in its place"
        )
    joined = _joined(scope, inputs)
    if is_words(joined):
        same = copy.copy(model)
        if not isinstance(model.missing_values, str):
            same.missing_values = MISSING_WORD
        return parse_step_itself(scope, same, [joined])
    if not isinstance(joined.type, DoubleTensorType):
        return parse_step_itself(scope, model, [joined])
    # ONNX Runtime imputes numbers of single precision alone.
    single = _cast(scope, joined, FloatTensorType)
    (imputed,) = parse_step_itself(scope, model, [single])
    return [_cast(scope, imputed, DoubleTensorType)]


def parse_encoder(
    scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare what an encoder of categories gives; missing words are empty ones."""
    same = copy.copy(model)
    same.categories_ = [_with_words(categories) for categories in model.categories_]
    return parse_step_itself(scope, same, inputs)


def _with_words(categories):
    """Return categories with the empty word in place of a missing one."""
    if categories.dtype.kind not in "OU" or not _has_words(categories):
        return categories
    if MISSING_WORD in categories.tolist():
        raise ValueError(
            "it has the empty word as a category, which stands for a missing one in "
            "ONNX. Write it otherwise before fit"
        )
    words = [c if isinstance(c, str) else MISSING_WORD for c in categories.tolist()]
    return np.array(words, dtype=object)


def _has_words(categories):
    return any(isinstance(c, str) for c in categories.tolist())
