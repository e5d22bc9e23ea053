"""Default models for tables: how each is made, what it needs, and its versions.

A maker takes the task, the names of the columns of words and a seed; its estimator
takes a DataFrame of numbers and pandas categories, both with gaps.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec

from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_selector,
)
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

CORES = os.cpu_count()
NUMBERS = make_column_selector(dtype_exclude="category")
WORDS = make_column_selector(dtype_include="category")


@dataclass(frozen=True)
class Contender:
    """A model with its defaults."""

    make: Callable
    module: str = "sklearn"
    also: tuple = ()
    names: tuple = ()

    def missing(self):
        """Say what is not installed, or return None."""
        if find_spec(self.module) is None:
            return f"{self.module} is not installed"
        if not set(self.names) <= set(dir(import_module(self.module))):
            return f"{self.module} has no {' and '.join(self.names)}"
        return None

    def versions(self):
        """Return the versions of the packages that its figures depend on."""
        packages = dict.fromkeys([self.module, *self.also, "sklearn"])
        return dict(map(distribution, packages))


def distribution(module):
    """Return the name and version of the package that brings a module."""
    name = _distributions()[module][0]
    return name, version(name)


_distributions = cache(packages_distributions)


def version_here(package):
    """Return the version of a package, or None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def as_numbers(estimator):
    """Put the preprocessing before a model that takes numbers without gaps."""
    number = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
    )
    word = OneHotEncoder(
        min_frequency=5, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    columns = [("numbers", number, NUMBERS), ("words", word, WORDS)]
    return make_pipeline(ColumnTransformer(columns), estimator)


def without_gaps_of_words(X, words):
    """Make a missing word a word of its own, which CatBoost asks for."""
    return X.assign(**{c: X[c].astype(object).fillna("missing") for c in words})


def without_gaps_of_numbers(estimator):
    """Impute numbers and leave words, which pytabkit's models ask for."""
    columns = [
        ("numbers", SimpleImputer(strategy="median", add_indicator=True), NUMBERS),
        ("words", "passthrough", WORDS),
    ]
    imputer = ColumnTransformer(columns, verbose_feature_names_out=False)
    return make_pipeline(imputer.set_output(transform="pandas"), estimator)


def of_task(module, stem, task):
    """Look up a library's classifier or regressor."""
    return getattr(import_module(module), stem + _ending(task))


def _ending(task):
    return "Classifier" if task == "classification" else "Regressor"


def keras_mlp(task, words, seed):
    return as_numbers(of_task("skkeras", "KerasMLP", task)(random_state=seed))


def keras_tabular(task, words, seed):
    return of_task("skkeras", "KerasTabular", task)(random_state=seed)


def sklearn_mlp(task, words, seed):
    if task == "classification":
        return as_numbers(MLPClassifier(random_state=seed))
    model = MLPRegressor(random_state=seed)
    return as_numbers(TransformedTargetRegressor(model, transformer=StandardScaler()))


def histogram_boosting(task, words, seed):
    classes = HistGradientBoostingClassifier, HistGradientBoostingRegressor
    kind = classes[task == "regression"]
    return kind(categorical_features="from_dtype", random_state=seed)


def random_forest(task, words, seed):
    kind = (RandomForestClassifier, RandomForestRegressor)[task == "regression"]
    return as_numbers(kind(random_state=seed, n_jobs=CORES))


def linear(task, words, seed):
    if task == "classification":
        return as_numbers(LogisticRegression(max_iter=1000))
    return as_numbers(RidgeCV())


def lightgbm(task, words, seed):
    kind = of_task("lightgbm", "LGBM", task)
    return kind(random_state=seed, n_jobs=CORES, verbose=-1)


def xgboost(task, words, seed):
    kind = of_task("xgboost", "XGB", task)
    return kind(enable_categorical=True, random_state=seed, n_jobs=CORES)


def catboost(task, words, seed):
    model = of_task("catboost", "CatBoost", task)(
        cat_features=words or None,
        random_seed=seed,
        thread_count=CORES,
        verbose=False,
        allow_writing_files=False,
    )
    gaps = FunctionTransformer(without_gaps_of_words, kw_args={"words": words})
    return make_pipeline(gaps, model)


def pytabkit(stem, task, words, seed, n_cv=1):
    kind = of_task("pytabkit", stem, task)
    return without_gaps_of_numbers(kind(n_cv=n_cv, random_state=seed, device="cpu"))


def _ours(make, stem):
    names = tuple(stem + _ending(task) for task in ("classification", "regression"))
    return Contender(make, "skkeras", ("keras", "tensorflow"), names)


def _pytabkit(stem, **params):
    return Contender(partial(pytabkit, stem, **params), "pytabkit", ("torch",))


CONTENDERS = {
    "KerasTabular": _ours(keras_tabular, "KerasTabular"),
    "KerasMLP": _ours(keras_mlp, "KerasMLP"),
    "CatBoost": Contender(catboost, "catboost"),
    "LightGBM": Contender(lightgbm, "lightgbm"),
    "XGBoost": Contender(xgboost, "xgboost"),
    "HistGradientBoosting": Contender(histogram_boosting),
    "RandomForest": Contender(random_forest),
    "Linear": Contender(linear),
    "sklearn MLP": Contender(sklearn_mlp),
    "RealMLP-TD": _pytabkit("RealMLP_TD_"),
    "RealMLP-TD bagged": _pytabkit("RealMLP_TD_", n_cv=5),
    "TabM-D": _pytabkit("TabM_D_"),
}
