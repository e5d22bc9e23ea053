"""Perceptrons whose Keras model is built when someone asks for it."""

import copy
import gc
import pickle
import threading
import weakref
from unittest import mock

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import cross_val_score

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.estimators import perceptron
from skkeras.estimators.building import build, prototypes
from skkeras.estimators.randomness import seeded
from skkeras.models import create_mlp
from skkeras.training import UnbuiltModel

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
y = (X[:, 0] > 0).astype(int)
META = {"n_features_in_": 4, "target_type_": "binary", "n_classes_": 2}
ARCHITECTURES = [
    {},
    {"hidden_layer_sizes": ()},
    {"activation": "tanh", "batch_normalization": True},
    {"hidden_layer_sizes": (3, 5), "dropout": 0.3},
]


def net(**params):
    defaults = {"hidden_layer_sizes": (5,), "l2": 0.01, "epochs": 2, "random_state": 0}
    return KerasMLPClassifier(**defaults | params)


def is_built(estimator):
    return not isinstance(estimator._fit_model, UnbuiltModel)


def at_once(**params):
    """Fit with a model that is built first."""
    with mock.patch.object(perceptron, "is_plain", return_value=False):
        fitted = net(**params).fit(X, y)
    assert is_built(fitted)
    return fitted


def relu(x):
    """Be a parameter that no key can hold."""
    return keras.activations.relu(x)


@pytest.fixture
def builds(monkeypatch, proven_programs):
    """Count the models that are built, those that prove programs apart."""
    counted = mock.Mock(wraps=build.build_model)
    monkeypatch.setattr(build, "build_model", counted)
    prototypes._PROTOTYPES.clear()
    return counted


@pytest.mark.parametrize("params", ARCHITECTURES)
def test_initial_values_are_those_that_keras_draws(params):
    with seeded(1):
        model = create_mlp(META, **params)
    with seeded(2):
        other = create_mlp(META, **params)
    values = prototypes.draw_values(model, 2)
    for value, variable in zip(values, other.variables, strict=True):
        assert value.dtype == variable.numpy().dtype
        assert_array_equal(value, variable.numpy())


def test_folds_share_one_model(builds):
    cross_val_score(net(), X, y, cv=4)
    with skkeras.fused():
        cross_val_score(net(random_state=3), X, y, cv=4)
    assert builds.call_count == 1


def test_the_model_is_built_once_when_asked_for(builds):
    fitted = net().fit(X, y)
    predicted = fitted.predict_proba(X)
    assert not is_built(fitted)
    assert builds.call_count == 1
    model = fitted.model_
    assert fitted.model_ is model
    assert is_built(fitted)
    assert builds.call_count == 2
    assert_array_equal(fitted.predict_proba(X), predicted)


@pytest.mark.parametrize("kind", [KerasMLPClassifier, KerasMLPRegressor])
@pytest.mark.parametrize("params", ARCHITECTURES[:2])
def test_the_model_is_that_of_model_fit(kind, params):
    options = {"epochs": 2, "random_state": 0, **params}
    ours = kind(**options).fit(X, y)
    assert not is_built(ours)
    theirs = kind(**options, engine="keras").fit(X, y)
    outputs = [fitted.model_.predict(X, verbose=0) for fitted in (ours, theirs)]
    assert_allclose(*outputs, atol=1e-4)


@pytest.mark.parametrize("params", ARCHITECTURES)
def test_the_model_is_that_of_one_built_at_once(params):
    later, first = net(**params).fit(X, y), at_once(**params)
    assert not is_built(later)
    assert_array_equal(later.predict_proba(X), first.predict_proba(X))
    variables = later.model_.variables, first.model_.variables
    for mine, other in zip(*variables, strict=True):
        assert_array_equal(mine.numpy(), other.numpy())


@pytest.mark.parametrize("optimizer", ["adam", "SGD", "ftrl", keras.optimizers.Lamb])
def test_the_optimizer_is_that_of_a_model_built_at_once(optimizer):
    later, first = net(optimizer=optimizer).fit(X, y), at_once(optimizer=optimizer)
    assert is_built(later) == (optimizer is keras.optimizers.Lamb)
    variables = later.model_.optimizer.variables, first.model_.optimizer.variables
    for mine, other in zip(*variables, strict=True):
        assert_allclose(mine.numpy(), other.numpy(), rtol=1e-6)
    assert later.model_.history.history == first.model_.history.history


def test_training_goes_on_from_where_it_was():
    later, first = net().fit(X, y), at_once()
    for fitted in (later, first):
        fitted.partial_fit(X, y)
    assert_allclose(later.predict_proba(X), first.predict_proba(X), atol=1e-6)
    assert int(later.model_.optimizer.iterations) == 6


@pytest.mark.parametrize(
    "params",
    [
        {"callbacks": keras.callbacks.LambdaCallback()},
        {"early_stopping": True},
        {"engine": "keras"},
        {"activation": relu},
        {"optimizer": keras.optimizers.Adam(0.01)},
        {"loss": keras.losses.BinaryCrossentropy()},
    ],
)
def test_who_looks_finds_a_model_of_its_own(params):
    fitted = net(**params).fit(X, y)
    assert is_built(fitted)
    assert_allclose(
        fitted.predict_proba(X),
        fitted.model_.predict(X, verbose=0) @ [[-1, 1]] + [[1, 0]],
        atol=1e-6,
    )
    assert fitted.model_ is not net(**params).fit(X, y).model_


def test_callbacks_of_the_call_see_the_model_in_training():
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(callback.model)
    )
    fitted = net().fit(X, y, callbacks=[callback])
    assert seen == [fitted.model_] * 2


@pytest.mark.parametrize(
    "move", [copy.deepcopy, lambda fitted: pickle.loads(pickle.dumps(fitted))]
)
def test_copies_have_the_model(move):
    fitted = net().fit(X, y)
    copied = move(fitted)
    assert is_built(copied)
    assert_array_equal(copied.predict_proba(X), fitted.predict_proba(X))
    variables = copied.model_.optimizer.variables, fitted.model_.optimizer.variables
    assert int(copied.model_.optimizer.iterations) == 4
    for mine, other in zip(*variables, strict=True):
        assert_array_equal(mine.numpy(), other.numpy())


def test_a_factory_may_ask_for_a_model_that_another_thread_builds():
    """Neither holds what the other waits for."""
    fitted, other = net().fit(X, y), net(hidden_layer_sizes=(9,))
    inside, asked = threading.Event(), threading.Event()

    def create_model():
        inside.set()
        asked.wait(10)
        fitted.model_  # noqa: B018
        other.fit(X, y)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, "sigmoid")])
        model.compile("sgd", "binary_crossentropy")
        return model

    def build():
        inside.wait(10)
        asked.set()
        fitted.model_  # noqa: B018
        net(hidden_layer_sizes=(10,)).fit(X, y)

    fit = KerasClassifier(create_model, verbose=0).fit
    both = [threading.Thread(target=fit, args=(X, y), daemon=True)]
    both.append(threading.Thread(target=build, daemon=True))
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    assert not any(thread.is_alive() for thread in both)


def test_the_training_rows_are_released():
    rows = RNG.normal(size=(60, 4)).astype("float32")
    fitted, alive = net().fit(rows, y), weakref.ref(rows)
    del rows
    gc.collect()
    assert alive() is None
    assert not is_built(fitted)


def test_parameters_set_after_fit_do_not_change_the_model():
    fitted = net().fit(X, y)
    fitted.set_params(hidden_layer_sizes=(7, 7), activation="tanh", random_state=5)
    assert [layer.units for layer in fitted.model_.layers] == [5, 1]


def test_a_prototype_stays_as_it_is():
    fitted = net().fit(X, y)
    prototype = vars(fitted)["model_"].prototype
    before = prototype.get_weights()
    net(random_state=1).fit(X, y).partial_fit(X, y)
    assert not prototype.optimizer.built
    for value, same in zip(before, prototype.get_weights(), strict=True):
        assert_array_equal(value, same)


@pytest.mark.parametrize("change", [{"l2": 0.5}, {"learning_rate": 0.5}])
def test_other_parameters_are_other_models(change):
    ours = net(**change).fit(X, y)
    theirs = net(**change, engine="keras").fit(X, y)
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)
    assert not np.allclose(ours.predict_proba(X), net().fit(X, y).predict_proba(X))


def test_models_are_built_where_keras_would_draw_other_weights(monkeypatch):
    expected = net().fit(X, y).predict_proba(X)
    prototypes._PROTOTYPES.clear()
    monkeypatch.setattr(prototypes, "draw_values", lambda model, seed: None)
    fitted = net().fit(X, y)
    prototypes._PROTOTYPES.clear()
    assert is_built(fitted)
    assert_allclose(fitted.predict_proba(X), expected, atol=1e-6)


def test_an_error_is_not_remembered(monkeypatch):
    prototypes._PROTOTYPES.clear()
    with monkeypatch.context() as patch:
        patch.setattr(build, "build_model", mock.Mock(side_effect=MemoryError("none")))
        with pytest.raises(MemoryError):
            net().fit(X, y)
    assert net().fit(X, y).predict_proba(X).shape == (60, 2)
