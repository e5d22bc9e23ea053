"""Types that a pipeline's file may hold beside those that skops trusts.

skops trusts scikit-learn's public estimators, NumPy's arrays and plain values. Each of
these here is made without a call of its constructor and gets attributes, or is a
function that is only looked up, none of which reaches beyond the data it is given.

The private names, and what a file that holds them is without their places in the list,
refused; look for where scikit-learn moved what they name:

- ``sklearn.calibration._CalibratedClassifier``, ``_SigmoidCalibration``: what a
  `CalibratedClassifierCV` is made of.
- ``sklearn.compose._column_transformer``: the home of `make_column_selector`.
- ``sklearn.metrics._scorer._Scorer``, ``_PassthroughScorer``, ``_CurveScorer``: what
  searches and thresholds score by.
- ``sklearn.utils._bunch``, ``sklearn.utils._metadata_requests``: the homes of `Bunch`,
  `MetadataRequest` and `MethodMetadataRequest`, in which ensembles and scorers keep
  what they are made of and what they ask for.
"""

import inspect

import sklearn.feature_selection
import sklearn.metrics
import sklearn.model_selection

_ESTIMATORS = {
    "factory_estimators": ("KerasClassifier", "KerasRegressor"),
    "mlp": ("KerasMLPClassifier", "KerasMLPRegressor"),
    "tabular.classifier": ("KerasTabularClassifier",),
    "tabular.regressor": ("KerasTabularRegressor",),
}
_PREPROCESSING = {
    "boolean_columns": ("BooleanColumns",),
    "categories": ("Categories",),
    "category_columns": ("CategoryColumns",),
    "column_inputs": ("ColumnInputs",),
    "date_columns": ("DateColumn", "DateColumns"),
    "dates": ("Calendar",),
    "multi_hot": ("MultiHotEncoder",),
    "number_columns": ("NumberColumns",),
    "piecewise_linear": ("PiecewiseLinear",),
    "smooth_clip": ("SmoothClipScaler",),
    "table_encoder": ("TableEncoder",),
}


def _names(package, homes):
    return {
        f"skkeras.{package}.{home}.{name}"
        for home, names in homes.items()
        for name in names
    }


_OF_SKLEARN = {
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.metrics._scorer._CurveScorer",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
}
# Whose functions are only kept as what a step scores by, and whose classes split rows.
_PUBLIC = (sklearn.metrics, sklearn.feature_selection, sklearn.model_selection)


def _public_names(module):
    """Return what a module of scikit-learn makes public, functions and splitters."""
    found = [vars(module).get(name) for name in module.__all__]
    return {
        f"{value.__module__}.{value.__name__}"
        for value in found
        if inspect.isfunction(value)
        or (inspect.isclass(value) and hasattr(value, "get_n_splits"))
    }


TRUSTED = (
    _names("estimators", _ESTIMATORS)
    | _names("preprocessing", _PREPROCESSING)
    | _OF_SKLEARN
    | {"numpy.dtype", "skkeras.model_selection.search.OptunaSearchCV"}
    | set().union(*map(_public_names, _PUBLIC))
)
