"""A net read from a file predicts without TensorFlow until its model is looked at."""

import copy
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose, assert_array_equal

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor, load
from skkeras.training import KeptGraphs, unseen_model
from skkeras.training.engines import unseen_model as unseen_models
from skkeras.training.state.fit_model import BuiltModel, UnseenModel

pytestmark = pytest.mark.tensorflow
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
y = (X[:, 0] > 0).astype(int)


class Own(keras.layers.Layer):
    """Could tell anyone of its weights."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(1,), initializer="ones", name="scale")

    def call(self, x):
        return x * self.scale


def create_model(body=keras.layers.Identity):
    layers = [body(), keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("adam", "binary_crossentropy")
    return model


def is_unseen(estimator):
    return isinstance(estimator._fit_model, UnseenModel)


@pytest.fixture
def read(tmp_path):
    """Return a fitted estimator as read from its file."""

    def saved_and_read(estimator, **options):
        path = tmp_path / "net.skkeras"
        estimator.fit(X, y).save(path)
        return load(path, **options)

    return saved_and_read


NETS = [
    KerasMLPClassifier(l2=0.01, epochs=2, random_state=0),
    KerasMLPRegressor(l2=0.01, epochs=2, random_state=0),
    KerasClassifier(create_model, epochs=2, random_state=0, verbose=0),
]


@pytest.mark.parametrize("net", NETS)
def test_a_net_from_a_file_needs_no_tensorflow(net, read, monkeypatch):
    loaded = read(net, custom_objects={"create_model": create_model})
    assert is_unseen(loaded)
    expected = [loaded.predict(X[:1]) for _ in range(3)][-1]
    assert_allclose(expected, net.predict(X[:1]), rtol=1e-6)
    with monkeypatch.context() as patch:
        patch.setattr(tf.raw_ops, "StatefulPartitionedCall", None)
        patch.setattr(tf.raw_ops, "ReadVariableOp", None)
        assert_array_equal(loaded.predict(X[:1]), expected)
    assert_array_equal(loaded.predict(X), net.predict(X))


def moved(model):
    model.set_weights([0.7 * w for w in model.get_weights()])


def added(model):
    model.layers[-1].bias.assign_add([1.0])


def trained(model):
    model.fit(X, 1 - y, epochs=20, verbose=0)


@pytest.mark.in_turn
@pytest.mark.parametrize("change", [moved, added, trained])
@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize("rows", [1, 40])
def test_what_is_changed_by_who_looks_is_seen(change, before, rows, read):
    loaded = read(KerasMLPClassifier(l2=0.01, epochs=2, random_state=0))
    old = [loaded.predict_proba(X[:rows]) for _ in range(before + 1)][-1]
    model = loaded.model_
    assert not is_unseen(loaded)
    for _ in range(3):
        change(model)
        found = loaded.predict_proba(X[:rows])
        expected = model.predict(X[:rows], verbose=0)
        assert_allclose(found[:, 1:], expected, atol=1e-6)
        assert not np.allclose(found, old, atol=1e-4)
        old = found


def test_training_goes_on_from_the_file(read):
    net = KerasMLPClassifier(l2=0.01, epochs=2, random_state=0)
    loaded = read(net)
    loaded.predict(X[:1])
    for estimator in (net, loaded):
        estimator.partial_fit(X, y)
    assert_allclose(loaded.predict_proba(X), net.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize("of", [copy.copy, copy.deepcopy])
def test_copies_share_or_have_a_model_as_they_did(of, read):
    loaded = read(KerasMLPClassifier(l2=0.01, epochs=2, random_state=0))
    before = loaded.predict_proba(X)
    copied = of(loaded)
    moved(copied.model_)
    is_shared = copied.model_ is loaded.model_
    assert is_shared == (of is copy.copy)
    assert np.allclose(loaded.predict_proba(X), before) != is_shared
    assert not np.allclose(copied.predict_proba(X), before)


def test_a_pickled_pair_of_estimator_and_model_stays_one(read):
    loaded = read(KerasMLPClassifier(l2=0.01, epochs=2, random_state=0))
    estimator, model = pickle.loads(pickle.dumps((loaded, loaded.model_)))
    old = [estimator.predict_proba(X[:1]) for _ in range(3)][-1]
    moved(model)
    assert not np.allclose(estimator.predict_proba(X[:1]), old)


def test_a_layer_of_a_users_own_may_have_told_of_its_weights(read):
    def create(body=Own):
        return create_model(body)

    net = KerasClassifier(create, epochs=1, random_state=0, verbose=0)
    loaded = read(net, custom_objects={"Own": Own, "create": create})
    assert not is_unseen(loaded)
    assert_allclose(loaded.predict_proba(X), net.predict_proba(X), atol=1e-6)


def test_of_large_models_no_copies_are_held(monkeypatch):
    assert isinstance(unseen_model(create_model()), UnseenModel)
    monkeypatch.setattr(unseen_models, "_MOST_WEIGHTS", 20)
    model = unseen_model(create_model())
    assert isinstance(model, BuiltModel)
    assert not isinstance(model, UnseenModel)


def test_what_was_kept_for_an_unseen_model_is_not_for_the_model():
    model = create_model()
    unseen, kept = unseen_model(model), KeptGraphs()
    assert unseen.built is None
    assert unseen.build() is model
    assert unseen.build() is model
    assert unseen.built is model
    assert kept.get(unseen, ("any", 8)) is None
