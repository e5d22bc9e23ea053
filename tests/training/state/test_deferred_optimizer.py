"""Optimizer state that waits until someone asks for the model."""

import gc
import pickle
import weakref

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skkeras import KerasClassifier
from skkeras.training import BuiltModel, Job, complete, train
from skkeras.training.state.deferred_optimizer import _pending

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("proven_programs"),
    pytest.mark.in_turn,
]

OPTIMIZERS = ["SGD", "RMSprop", "Adagrad", "Adam", "Nadam", "Ftrl"]


def net(optimizer="Adam"):
    start = keras.initializers.GlorotUniform(1)
    layers = [
        keras.layers.Dense(n, activation, kernel_initializer=start)
        for n, activation in ((5, "relu"), (1, "sigmoid"))
    ]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(getattr(keras.optimizers, optimizer)(0.01), "binary_crossentropy")
    return model


def rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 3)).astype("float32")
    return x, (x[:, :1] > 0).astype("float32")


def job(model, **options):
    return Job(BuiltModel(model), *rows(), epochs=3, batch_size=8, seed=0, **options)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_state_that_comes_later_is_the_same(name):
    later, at_once = net(name), net(name)
    train([job(later, defer_optimizer=True), job(at_once)])
    assert not later.optimizer.built
    complete(later)
    variables = later.optimizer.variables, at_once.optimizer.variables
    for variable, same in zip(*variables, strict=True):
        assert_array_equal(variable.numpy(), same.numpy())


def test_a_callback_finds_the_optimizer_built():
    built = []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: built.append(model.optimizer.built)
    )
    model = net()
    train([job(model, defer_optimizer=True, callbacks=[look])])
    assert built == [True] * 3


def test_training_goes_on_from_the_state():
    estimators = [
        KerasClassifier(
            net(), epochs=3, random_state=0, verbose=0, engine=engine, shuffle=False
        )
        for engine in ("auto", "keras")
    ]
    X, y = rows()
    weights = []
    for estimator in estimators:
        estimator.fit(X, y[:, 0]).partial_fit(X, y[:, 0])
        weights.append(estimator.model_.get_weights())
    for part, same in zip(*weights, strict=True):
        assert_allclose(part, same, rtol=1e-4, atol=1e-5)


def test_a_pickled_estimator_has_the_state():
    X, y = rows()
    estimator = KerasClassifier(net, epochs=2, verbose=0, random_state=0)
    estimator.fit(X, y[:, 0])
    assert not vars(estimator)["model_"].optimizer.built
    copy = pickle.loads(pickle.dumps(estimator))
    mine, its = (e.model_.optimizer.variables for e in (estimator, copy))
    assert len(mine) > 2
    for variable, same in zip(mine, its, strict=True):
        assert_array_equal(variable.numpy(), same.numpy())


def test_prediction_asks_for_no_state():
    X, y = rows()
    estimator = KerasClassifier(net, epochs=2, verbose=0, random_state=0)
    estimator.fit(X, y[:, 0])
    estimator.predict_proba(X)
    assert not vars(estimator)["model_"].optimizer.built
    assert estimator.model_.optimizer.built


def test_state_that_waits_keeps_no_model():
    model = net()
    train([job(model, defer_optimizer=True)])
    assert model in _pending
    dead = weakref.ref(model)
    del model
    gc.collect()
    assert dead() is None


def test_state_is_not_lost_by_a_second_training():
    def trained(**options):
        model = net()
        for _ in range(2):
            train([job(model, **options)])
        complete(model)
        return [v.numpy() for v in model.optimizer.variables]

    for part, same in zip(trained(defer_optimizer=True), trained(), strict=True):
        assert_allclose(part, same, rtol=1e-6, atol=1e-8)


def test_an_optimizer_that_has_trained_on_is_left_alone():
    model = net()
    train([job(model, defer_optimizer=True)])
    model.fit(*rows(), verbose=0)
    before = [v.numpy() for v in model.optimizer.variables]
    complete(model)
    for part, same in zip(model.optimizer.variables, before, strict=True):
        assert_array_equal(part.numpy(), same)
