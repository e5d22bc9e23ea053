"""Calls of users' that leave the process as it was, also where they fail.

Examples of docstrings are held to the same in `test_docstrings`.
"""

import contextlib
import pickle

import keras
import matplotlib as mpl
import numpy as np
import pytest
from global_state import left_as_it_was
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_validate

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.model_selection import OptunaSearchCV
from skkeras.report import compare

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
y = (X[:, 0] > 0).astype(int)
SMALL = {"epochs": 2, "random_state": 0}


def create_model():
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, "relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def failing_factory():
    create_model()
    raise RuntimeError("in the factory")


class FailingCallback(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError("in a callback")


def net(**options):
    return KerasMLPClassifier((4,), **SMALL | options)


def of_factory(**options):
    options = {"verbose": 0, **SMALL, **options}
    return KerasClassifier(options.pop("model", create_model), **options)


@pytest.fixture(scope="module")
def fitted():
    return {
        "perceptron": net().fit(X, y),
        "factory": of_factory().fit(X, y),
        "regressor": KerasMLPRegressor((4,), **SMALL).fit(X, X[:, 0]),
    }


def fused(call):
    with skkeras.fused():
        call()


def search(estimator=None, **options):
    options = {"n_trials": 3, "cv": 2, "random_state": 0} | options
    space = {"learning_rate": [0.01, 0.1]}
    return OptunaSearchCV(estimator or net(), space, **options)


def saved(model, folder):
    model.save(folder / "model")
    return folder / "model"


METHODS = ("predict", "predict_proba", "predict_log_proba")
CALLS = {
    **{
        f"{method} of a {kind}": lambda f, _, k=kind, m=method: getattr(f[k], m)(X)
        for kind in ("perceptron", "factory")
        for method in METHODS
    },
    "fit": lambda f, _: net().fit(X, y),
    "fit of a factory": lambda f, _: of_factory().fit(X, y),
    "fit by Model.fit": lambda f, _: of_factory(engine="keras").fit(X, y),
    "fit of strings": lambda f, _: net().fit(X, np.array(["a", "b"])[y]),
    "fit without a seed": lambda f, _: net(random_state=3).fit(X, y),
    "partial_fit": lambda f, _: clone(f["perceptron"]).partial_fit(X, y),
    "initialize": lambda f, _: of_factory().initialize(X, y),
    "score": lambda f, _: f["regressor"].score(X, X[:, 0]),
    "evaluate": lambda f, _: f["factory"].evaluate(X, y),
    "model_": lambda f, _: net().fit(X, y).model_.optimizer.variables,
    "pickle": lambda f, _: pickle.loads(pickle.dumps(f["factory"])).predict(X),
    "save and load": lambda f, folder: skkeras.load(saved(f["perceptron"], folder)),
    "plot_history": lambda f, _: f["factory"].plot_history(),
    "summary": lambda f, _: f["factory"].summary(print_fn=lambda *a, **k: None),
    "folds": lambda f, _: cross_validate(net(), X, y, cv=3),
    "fused folds": lambda f, _: fused(lambda: cross_validate(net(), X, y, cv=3)),
    "a grid": lambda f, _: fused(
        lambda: GridSearchCV(of_factory(), {"epochs": [1, 2]}, cv=2).fit(X, y)
    ),
    "a search": lambda f, _: search().fit(X, y),
    "a search in a file": lambda f, folder: search(
        storage=str(folder / "study"), study_name="s"
    ).fit(X, y),
    "compare": lambda f, folder: compare(
        {"net": net(), "dummy": DummyClassifier()}, X, y, cv=3, random_state=0
    ).save(folder / "report"),
}
FAILING = {
    "fit of NaN": (lambda f, _: net().fit(X * np.nan, y), ValueError),
    "fit of no parameter": (lambda f, _: net(epochs=0.5).fit(X, y), ValueError),
    "a factory": (
        lambda f, _: of_factory(model=failing_factory).fit(X, y),
        RuntimeError,
    ),
    "a callback": (
        lambda f, _: of_factory(callbacks=FailingCallback()).fit(X, y),
        RuntimeError,
    ),
    "a callback by Model.fit": (
        lambda f, _: of_factory(callbacks=FailingCallback(), engine="keras").fit(X, y),
        RuntimeError,
    ),
    "fused folds": (
        lambda f, _: fused(
            lambda: cross_validate(of_factory(model=failing_factory), X, y, cv=3)
        ),
        ValueError,
    ),
    "predict before fit": (lambda f, _: net().predict(X), NotFittedError),
    "predict of other columns": (
        lambda f, _: f["factory"].predict(X[:, :2]),
        ValueError,
    ),
    "load of no file": (lambda f, folder: skkeras.load(folder / "none"), OSError),
    "load of nonsense": (lambda f, folder: skkeras.load(_nonsense(folder)), ValueError),
    "a search without a storage": (
        lambda f, folder: search(storage=f"sqlite:///{folder}").fit(X, y),
        ConnectionError,
    ),
    "compare of nothing": (lambda f, _: compare({}, X, y), ValueError),
}


def _nonsense(folder):
    (folder / "nonsense").write_bytes(b"nonsense" * 100)
    return folder / "nonsense"


# Keras draws the seeds of the layers that it makes.
DRAWS = {"pickle"}


@pytest.fixture
def closed_figures():
    yield
    mpl.pyplot.close("all")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("closed_figures")
def test_a_call_leaves_the_process_as_it_was(call, fitted, tmp_path):
    with left_as_it_was(draws=call in DRAWS):
        CALLS[call](fitted, tmp_path)


@pytest.mark.parametrize("call", FAILING)
def test_a_call_that_fails_leaves_the_process_as_it_was(call, fitted, tmp_path):
    function, error = FAILING[call]
    with left_as_it_was(), contextlib.suppress(error):
        function(fitted, tmp_path)
        pytest.fail("it does not fail")
