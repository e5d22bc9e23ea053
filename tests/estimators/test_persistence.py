"""Pickle, joblib, deepcopy and clone, before fit and after it."""

import copy
import pickle
import subprocess
import sys

import joblib
import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)

pytestmark = pytest.mark.in_turn


def create_binary(meta, units=4):
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["AUC"])
    return model


def create_linear(meta):
    return keras.Sequential(
        [keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1)]
    )


ESTIMATORS = {
    "KerasClassifier": KerasClassifier(create_binary, units=6, epochs=2, verbose=0),
    "KerasRegressor": KerasRegressor(
        create_linear,
        loss=keras.losses.Huber(),
        optimizer=keras.optimizers.Adam(0.01),
        callbacks=[keras.callbacks.EarlyStopping("loss", patience=1)],
        verbose=0,
    ),
    "KerasMLPClassifier": KerasMLPClassifier(
        (4,), l2=0.01, epochs=2, early_stopping=True
    ),
    "KerasMLPRegressor": KerasMLPRegressor((4,), l2=0.01, epochs=2, dropout=0.1),
}


def by_joblib(estimator, tmp_path):
    joblib.dump(estimator, tmp_path / "estimator.joblib")
    return joblib.load(tmp_path / "estimator.joblib")


def by_pickle(estimator, tmp_path):
    return pickle.loads(pickle.dumps(estimator))


def by_deepcopy(estimator, tmp_path):
    return copy.deepcopy(estimator)


ROUND_TRIPS = [by_joblib, by_pickle, by_deepcopy]


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("round_trip", ROUND_TRIPS)
def test_fitted_estimators_predict_the_same(name, round_trip, binary, tmp_path):
    X, y = binary
    fitted = clone(ESTIMATORS[name]).fit(X, y)
    restored = round_trip(fitted, tmp_path)
    np.testing.assert_array_equal(restored.predict(X), fitted.predict(X))
    assert restored.history_ == fitted.history_
    assert restored.training_ == fitted.training_
    if hasattr(restored, "early_stopping"):
        restored.set_params(early_stopping=False)  # which no stream can do
    restored.partial_fit(X, y)
    assert restored.current_epoch == fitted.current_epoch + 1


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("round_trip", [*ROUND_TRIPS, lambda e, _: clone(e)])
def test_unfitted_estimators_keep_their_parameters(name, round_trip, binary, tmp_path):
    restored = round_trip(ESTIMATORS[name], tmp_path)
    assert restored.get_params().keys() == ESTIMATORS[name].get_params().keys()
    restored.fit(*binary)
    assert not hasattr(ESTIMATORS[name], "model_")


def test_clone_of_a_fitted_estimator_is_unfitted(binary):
    fitted = clone(ESTIMATORS["KerasRegressor"]).fit(*binary)
    fresh = clone(fitted)
    assert not hasattr(fresh, "model_")
    fresh.fit(*binary)


def test_optimizer_state_survives(binary):
    fitted = clone(ESTIMATORS["KerasClassifier"]).fit(*binary)
    restored = pickle.loads(pickle.dumps(fitted))
    old, new = fitted.model_.optimizer, restored.model_.optimizer
    assert int(new.iterations.numpy()) == int(old.iterations.numpy()) > 0
    for a, b in zip(old.variables, new.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_prebuilt_model_is_copied_at_each_fit_and_clone(binary):
    X, y = binary
    model = create_binary({"n_features_in_": 4})
    before = model.get_weights()
    estimator = KerasClassifier(model, epochs=1, verbose=0, random_state=0)
    first = clone(estimator).fit(X, y).predict_proba(X)
    second = estimator.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(first, second, atol=1e-6)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


READ = """
import sys, warnings
warnings.simplefilter("error")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import tensorflow, keras
if keras.backend.backend() == "torch":  # whose tensors lack NumPy 2's copy=
    warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
import joblib, numpy as np
model, X, expected = joblib.load(sys.argv[1])
np.testing.assert_array_equal(model.predict(X), expected)
print("same")
"""


@pytest.mark.slow
def test_another_process_predicts_the_same(binary, tmp_path):
    X, y = binary
    model = make_pipeline(StandardScaler(), KerasMLPClassifier((4,), l2=0.01, epochs=2))
    expected = model.fit(X, y).predict(X)
    joblib.dump((model, X, expected), tmp_path / "model.joblib")
    run = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "model.joblib")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == "same", run.stderr
