"""From a fitted model to a graph of ONNX, by skl2onnx and our converters."""

from __future__ import annotations

import warnings
from typing import Any

import onnx
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.base import BaseEstimator, is_classifier
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from skkeras.estimators.tabular.base import KerasTabular
from skkeras.estimators.targets.classification import KerasClassification
from skkeras.estimators.targets.regression import KerasRegression
from skkeras.exporting import keras_steps, number_nodes, sklearn_steps, target_steps
from skkeras.exporting.doors import NUMBER, TIME, WORD, Door
from skkeras.exporting.net import OPSET
from skkeras.exporting.skl2onnx_internals import is_known
from skkeras.exporting.table_step import convert_table, parse_table, table_shape
from skkeras.preprocessing import (
    ColumnInputs,
    MultiHotEncoder,
    PiecewiseLinear,
    SmoothClipScaler,
    TableEncoder,
)

_TARGET_OPSET = {"": OPSET, "ai.onnx.ml": 3}
_SCORES = keras_steps.RAW_SCORES

# For skl2onnx's own steps, and for one call alone.
_PARSERS: dict[type, Any] = {
    Pipeline: sklearn_steps.parse_pipeline,
    ColumnTransformer: sklearn_steps.parse_columns,
    SimpleImputer: sklearn_steps.parse_imputer,
    OneHotEncoder: sklearn_steps.parse_encoder,
    OrdinalEncoder: sklearn_steps.parse_encoder,
    GridSearchCV: sklearn_steps.parse_search,
    RandomizedSearchCV: sklearn_steps.parse_search,
    FixedThresholdClassifier: target_steps.parse_threshold,
    TunedThresholdClassifierCV: target_steps.parse_threshold,
}


def convert(model: Any, doors: list[Door], number: type) -> onnx.ModelProto:
    """Convert a fitted model, from prepared inputs to outputs as skl2onnx has them.

    Parameters
    ----------
    model : estimator
        Fitted.
    doors : list of Door
        What it will be given.
    number : type
        `DoubleTensorType` or `FloatTensorType`: what numbers are computed in.

    Returns
    -------
    onnx.ModelProto
        Its inputs are named `entry_names`.

    Raises
    ------
    ValueError
        Where a step has no counterpart in ONNX.
    """
    steps = list(steps_of(model))
    register([step for _, step in steps])
    parsers = dict(_PARSERS)
    for _, step in steps:
        if hasattr(step, "best_estimator_"):
            parsers[type(step)] = sklearn_steps.parse_search
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what skl2onnx deprecates and guesses
        return convert_sklearn(
            model,
            initial_types=initial_types(doors, number),
            target_opset=_TARGET_OPSET,
            custom_parsers=parsers,
            options={
                id(step): {"zipmap": False}
                for _, step in steps
                if _has_zipmap(step, parsers)
            },
        )


def check_steps(model: Any) -> None:
    """Raise `ValueError` where a step of a model has no converter."""
    for path, step in steps_of(model):
        _check_step(path, step)


def _has_zipmap(step, parsers):
    is_own = type(step) in parsers or isinstance(
        step, (KerasClassification, KerasTabular)
    )
    return is_known(type(step)) and is_classifier(step) and not is_own


def initial_types(doors: list[Door], number: type) -> list[tuple[str, Any]]:
    """Return the inputs of the converted graph, which casts of the doors feed.

    Parameters
    ----------
    doors : list of Door
        Inputs of the whole model.
    number : type
        What numbers are computed in.

    Returns
    -------
    list of (str, type)
        One matrix where all doors are columns of numbers; else one for each door.
    """
    if is_matrix(doors):
        return [("x", number([None, len(doors)]))]
    kinds = {NUMBER: number, WORD: StringTensorType, TIME: Int64TensorType}
    return [
        (f"x{place}", kinds[door.kind]([None, *door.shape]))
        for place, door in enumerate(doors)
    ]


def is_matrix(doors: list[Door]) -> bool:
    """Return whether all inputs are columns of numbers, which are one matrix."""
    return len(doors) > 1 and all(d.kind == NUMBER and d.shape == (1,) for d in doors)


def steps_of(model: Any, path: str = "the model") -> Any:
    """Yield a model and its fitted steps, with words that say where each is.

    Parameters
    ----------
    model : estimator
        Fitted.
    path : str, default="the model"
        Where it is.

    Yields
    ------
    path : str
    step : estimator
    """
    if isinstance(model, str) or model is None or sklearn_steps.is_nothing(model):
        return
    yield path, model
    for name, step in _inside(model):
        yield from steps_of(step, f"step {name!r} of {path}")


def _inside(model):
    if isinstance(model, Pipeline):
        return model.steps
    if isinstance(model, FeatureUnion):
        return model.transformer_list
    if isinstance(model, ColumnTransformer):
        return [(name, step) for name, step, _ in model.transformers_]
    if isinstance(model, ColumnInputs):
        return _inside(model.column_transformer_)
    if hasattr(model, "best_estimator_"):
        return [("best_estimator_", model.best_estimator_)]
    if isinstance(model, TransformedTargetRegressor):
        return [("regressor_", model.regressor_)]
    return _estimators_in(model)


def _estimators_in(model):
    """Return the fitted estimators that a meta-estimator of scikit-learn holds."""
    found = []
    for name in ("estimator_", "estimators_", "final_estimator_"):
        value = getattr(model, name, None)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseEstimator):
                found.append((name, each))
    for each in getattr(model, "calibrated_classifiers_", ()):
        found.append(("calibrated_classifiers_", each.estimator))
    return found


def _check_step(path, step):
    kind = type(step)
    if isinstance(step, MultiHotEncoder):
        raise ValueError(
            f"{path} (MultiHotEncoder) cannot be exported: it takes sequences of any "
            "length, and inputs of ONNX are arrays. Export the step after it."
        )
    is_own = isinstance(step, (KerasClassification, KerasRegression, KerasTabular))
    is_search = hasattr(step, "best_estimator_")
    if is_own or is_search or kind in _PARSERS or kind in _OWN or is_known(kind):
        return
    raise ValueError(
        f"{path} ({kind.__name__}) cannot be exported: neither skl2onnx nor skkeras "
        "has a converter for it."
    )


_OWN: dict[type, tuple[Any, Any, Any]] = {
    TableEncoder: (table_shape, convert_table, parse_table),
    SmoothClipScaler: (
        number_nodes.same_shape,
        number_nodes.convert_scaler,
        keras_steps.parse_regressor,
    ),
    PiecewiseLinear: (
        number_nodes.bins_shape,
        number_nodes.convert_bins,
        keras_steps.parse_regressor,
    ),
    ColumnInputs: (None, None, sklearn_steps.parse_column_inputs),
    TransformedTargetRegressor: (
        target_steps.target_shape,
        target_steps.convert_target,
        target_steps.parse_target,
    ),
    FixedThresholdClassifier: (
        keras_steps.classifier_shapes,
        target_steps.convert_threshold,
        target_steps.parse_threshold,
    ),
}


def register(steps: list[Any]) -> None:
    """Tell skl2onnx of our converters.

    Parameters
    ----------
    steps : list of estimator
        A model's; subclasses of our estimators among them are told of as well.
    """
    for kind, (shape, conversion, parser) in _OWN.items():
        update_registered_converter(
            kind,
            keras_steps.alias_of(kind),
            shape or _no_shape,
            conversion or _no_conversion,
            parser=parser,
        )
    for kind in {type(step) for step in steps}:
        _register_own(kind)


def _register_own(kind):
    is_table = issubclass(kind, KerasTabular)
    if issubclass(kind, KerasClassification) or (
        is_table and hasattr(kind, "predict_proba")
    ):
        conversion = (
            keras_steps.convert_table_classifier
            if is_table
            else keras_steps.convert_keras_classifier
        )
        update_registered_converter(
            kind,
            keras_steps.alias_of(kind),
            keras_steps.classifier_shapes,
            conversion,
            parser=keras_steps.parse_classifier,
            options={"zipmap": [False, True], **_SCORES},
        )
    elif issubclass(kind, KerasRegression) or is_table:
        conversion = (
            keras_steps.convert_table_regressor
            if is_table
            else keras_steps.convert_keras_regressor
        )
        update_registered_converter(
            kind,
            keras_steps.alias_of(kind),
            keras_steps.regressor_shapes,
            conversion,
            parser=keras_steps.parse_regressor,
        )


def _no_shape(operator):
    """Tell nothing: the parser puts other steps in the place of this one."""


def _no_conversion(scope, operator, container):
    raise ValueError(
        f"{type(operator.raw_operator).__name__} is converted in pipelines alone"
    )


NUMBER_TYPES = (DoubleTensorType, FloatTensorType)
"""What numbers are computed in: double where all steps have it, else single."""
