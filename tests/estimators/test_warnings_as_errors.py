"""Who takes warnings for errors has his fits compiled like anybody else."""

import warnings

import keras
import numpy as np
import pytest
from sklearn.model_selection import cross_validate

import skkeras
from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasTabularClassifier,
)
from skkeras.training.engines import engine_of_backend
from skkeras.training.population import population

pytestmark = pytest.mark.tensorflow

X = np.random.default_rng(0).normal(size=(60, 6)).astype("float32")
y = (X[:, 0] > 0).astype(int)
BODIES = {
    "dense": lambda: [keras.layers.Dense(5, "relu"), keras.layers.Dropout(0.2)],
    "normalized": lambda: [keras.layers.Dense(5), keras.layers.BatchNormalization()],
    "convolved": lambda: [
        keras.layers.Reshape((6, 1)),
        keras.layers.Conv1D(3, 2, activation="relu"),
        keras.layers.Flatten(),
    ],
    "recurrent": lambda: [keras.layers.Reshape((6, 1)), keras.layers.LSTM(3)],
    "penalized": lambda: [
        keras.layers.Dense(
            4, kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm()
        )
    ],
}


@pytest.fixture(autouse=True)
def fresh_programs(monkeypatch):
    """Let each test prove programs of its own, whether they pay or not."""
    engine_of_backend().forget_programs()
    monkeypatch.setattr(population, "check_measured_cost", lambda *measured: None)


def create_model(body="dense", optimizer="adam"):
    head = keras.layers.Dense(1, "sigmoid")
    model = keras.Sequential([keras.Input((6,)), *BODIES[body](), head])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy", "auc"])
    return model


def own_model(**params):
    return KerasClassifier(
        create_model, epochs=2, verbose=0, random_state=0, engine="auto", **params
    )


@pytest.mark.in_turn
@pytest.mark.parametrize(
    "estimator",
    [
        *(own_model(body=body) for body in BODIES),
        *(own_model(optimizer=name) for name in ("sgd", "rmsprop", "adamw", "ftrl")),
        KerasMLPClassifier((4,), epochs=2, random_state=0),
        KerasMLPRegressor((4,), epochs=2, random_state=0),
        KerasTabularClassifier(epochs=2, n_folds=2, random_state=0),
    ],
    ids=lambda e: "-".join(map(str, [type(e).__name__, *e.get_params().values()]))[:50],
)
def test_fits_are_compiled(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with skkeras.fused():
            found = cross_validate(estimator, X, y, cv=2, return_estimator=True)
        for fitted in found["estimator"]:
            fitted.predict(X[:2])
    if isinstance(estimator, KerasTabularClassifier):
        return  # whose nets would have raised Keras's own warning in Model.fit
    for fitted in found["estimator"]:
        assert fitted.training_.engine in ("fused", "compiled"), fitted.training_
