"""The models that a comparison is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

import skkeras
from skkeras.report.boosting import boosting_models
from skkeras.report.preprocessing import make_preprocessor

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

KERAS_MLP = "Keras MLP"
KERAS_TABULAR = "Keras tabular"
KERAS_MODELS = (KERAS_MLP, KERAS_TABULAR)
TASKS: tuple[Literal["classification", "regression"], ...] = (
    "classification",
    "regression",
)
DUMMY = "dummy"


@dataclass(frozen=True)
class Size:
    """How much work the models may do.

    Parameters
    ----------
    trees : int
        In the random forest and in each kind of scikit-learn's gradient boosting.
    boosting_rounds : int or None
        Of other libraries' gradient boosting; None leaves their defaults.
    keras_epochs : int or None
        Most epochs of the Keras MLP; None leaves its default.
    tabular_folds, tabular_epochs : int
        Inner folds and epochs of the Keras tabular model. With its defaults, five and
        100, it would take as long as all other models together.
    tabular_encodings : tuple of str
    tabular_penalties : tuple of float
        Those of the default configurations that it tries.
    """

    trees: int = 100
    boosting_rounds: int | None = None
    keras_epochs: int | None = None
    tabular_folds: int = 3
    tabular_epochs: int = 50
    tabular_encodings: tuple[str, ...] = ("plain", "piecewise", "periodic")
    tabular_penalties: tuple[float, ...] = (1e-2, 1e-3)


FULL = Size()
QUICK = Size(
    trees=30,
    boosting_rounds=30,
    keras_epochs=15,
    tabular_folds=2,
    tabular_epochs=15,
    tabular_encodings=("plain",),
)


def classic_models(
    task: Literal["classification", "regression"],
    *,
    random_state: int | None = None,
    size: Size = FULL,
) -> dict[str, Pipeline]:
    """Create the classic models, each in a pipeline that takes a DataFrame.

    They are scikit-learn's, and LightGBM, XGBoost and CatBoost where these are
    installed.

    Parameters
    ----------
    task : {"classification", "regression"}
        What to predict.
    random_state : int or None, default=None
        Seeds the models that draw random numbers.
    size : Size, default=FULL
        How much work they may do.

    Returns
    -------
    dict of str to Pipeline

    Examples
    --------
    >>> from skkeras.report import classic_models
    >>> list(classic_models("regression"))[:3]
    ['dummy', 'ridge regression', 'k-NN']
    """
    seeded = {"random_state": random_state}
    # With its own tolerance of 1e-4 it is still going after 1,000 epochs on Pima, at an
    # accuracy of 0.745, and ends at 0.711; so it ends at 0.772.
    mlp = seeded | {"max_iter": 1000, "tol": 5e-4}
    trees = seeded | {"n_estimators": size.trees}
    rounds = seeded | {"max_iter": size.trees}
    others = boosting_models(task, **seeded, rounds=size.boosting_rounds)
    boosting = {name: _unscaled(model) for name, model in others.items()}
    if task == "classification":
        return {
            DUMMY: _unscaled(DummyClassifier(strategy="prior")),
            "logistic regression": _scaled(LogisticRegression(max_iter=1000)),
            "k-NN": _scaled(KNeighborsClassifier()),
            "SVM": _scaled(CalibratedClassifierCV(SVC(), cv=3, ensemble=False)),
            "random forest": _unscaled(RandomForestClassifier(**trees)),
            "gradient boosting": _unscaled(GradientBoostingClassifier(**trees)),
            "histogram boosting": _unscaled(HistGradientBoostingClassifier(**rounds)),
            "scikit-learn MLP": _scaled(MLPClassifier(**mlp)),
        } | boosting
    return {
        DUMMY: _unscaled(DummyRegressor()),
        "ridge regression": _scaled(Ridge()),
        "k-NN": _scaled(KNeighborsRegressor()),
        "SVM": _scaled(_scaled_target(SVR())),
        "random forest": _unscaled(RandomForestRegressor(**trees)),
        "gradient boosting": _unscaled(GradientBoostingRegressor(**trees)),
        "histogram boosting": _unscaled(HistGradientBoostingRegressor(**rounds)),
        "scikit-learn MLP": _scaled(_scaled_target(MLPRegressor(**mlp))),
    } | boosting


def keras_models(
    task: Literal["classification", "regression"],
    *,
    random_state: int | None = None,
    size: Size = FULL,
) -> dict[str, Pipeline]:
    """Create the Keras models, each in a pipeline that takes a DataFrame.

    Parameters
    ----------
    task : {"classification", "regression"}
        What to predict.
    random_state : int or None, default=None
        Seeds the models.
    size : Size, default=FULL
        How much work they may do.

    Returns
    -------
    dict of str to Pipeline

    Examples
    --------
    >>> from skkeras.report import keras_models
    >>> list(keras_models("classification"))
    ['Keras MLP', 'Keras tabular']
    """
    if task == "classification":
        mlp = skkeras.KerasMLPClassifier(random_state=random_state)
        tabular = skkeras.KerasTabularClassifier(random_state=random_state)
    else:
        mlp = skkeras.KerasMLPRegressor(random_state=random_state)
        tabular = skkeras.KerasTabularRegressor(random_state=random_state)
    if size.keras_epochs is not None:
        mlp.set_params(epochs=size.keras_epochs)
    tabular.set_params(
        n_folds=size.tabular_folds,
        epochs=size.tabular_epochs,
        portfolio=_configurations(task, size),
    )
    # The second takes the table as it is.
    return {KERAS_MLP: _scaled(mlp), KERAS_TABULAR: make_pipeline(tabular)}


def _configurations(task, size):
    from skkeras.estimators.tabular.portfolio import OF_CLASSES, OF_NUMBERS

    return [
        asdict(net)
        for net in (OF_CLASSES if task == "classification" else OF_NUMBERS)
        if net.encoding in size.tabular_encodings and net.l2 in size.tabular_penalties
    ]


def _scaled(model):
    return make_pipeline(make_preprocessor(scale=True), model)


def _unscaled(model):
    return make_pipeline(make_preprocessor(scale=False), model)


def _scaled_target(model):
    return TransformedTargetRegressor(model, transformer=StandardScaler())
