"""A graph that is kept is used for the model that it was found for, as it was then."""

import copy
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose, assert_array_equal

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor, load
from skkeras.training import KeptGraphs, predict
from skkeras.training.engines import compiled_prediction
from skkeras.training.engines.tensorflow import TensorFlowEngine

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("fresh_programs"),
    pytest.mark.in_turn,
]
X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")


def net(activation="tanh"):
    layers = [keras.layers.Dense(4, activation), keras.layers.Dropout(0.3)]
    return keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(2)])


def asked_before(model, rounds=2):
    """Return what is kept of a model that was asked for many rows, and for few.

    After two rounds its weights are read by one operation, after one round one by one.
    """
    kept = KeptGraphs()
    for rows in (X, X[:1], X[:1], X) * rounds:
        predict(model, rows, None, kept)
    return kept


@pytest.fixture
def keys(monkeypatch):
    """Count how often the whole model is read."""
    read = []

    def graph(*arguments):
        read.append(1)
        return by_itself(*arguments)

    by_itself = compiled_prediction._graph
    monkeypatch.setattr(compiled_prediction, "_graph", graph)
    return read


def new_weights(model):
    model.set_weights([w + 0.5 for w in model.get_weights()])


def new_activation(model):
    model.layers[0].activation = keras.activations.relu


def other_layer(model):
    model.pop()
    model.add(keras.layers.Dense(2, "sigmoid"))


def other_call(model):
    def call(inputs, training=None):
        return 2 * by_itself(inputs)

    by_itself = model.layers[-1].call
    model.layers[-1].call = call


@pytest.mark.parametrize("rounds", [1, 2])
@pytest.mark.parametrize("rows", [1, 8, 20])
@pytest.mark.parametrize(
    "change", [new_weights, new_activation, other_layer, other_call]
)
def test_a_change_of_the_model_is_seen(change, rows, rounds):
    model = net()
    kept = asked_before(model, rounds)
    before = predict(model, X[:rows], None, kept)
    change(model)
    expected = np.asarray(model(X[:rows], training=False))
    found = predict(model, X[:rows], None, kept)
    assert_allclose(found, expected, atol=1e-6)
    assert not np.allclose(found, before, atol=1e-3)


@pytest.mark.parametrize("rows", [1, 8, 20])
def test_a_model_of_keras_is_not_read_again(keys, rows):
    model = net()
    kept = asked_before(model)
    keys.clear()
    predict(model, X[:rows], None, kept)
    assert not keys


def test_weights_are_read_by_one_operation(monkeypatch):
    read_one, reads = tf.raw_ops.ReadVariableOp, []

    def counted(**arguments):
        reads.append(1)
        return read_one(**arguments)

    monkeypatch.setattr(tf.raw_ops, "ReadVariableOp", counted)
    model = net()
    kept = asked_before(model)
    assert reads
    reads.clear()
    new_weights(model)
    kernel, bias, *last = model.get_weights()
    expected = np.tanh(X[:1] @ kernel + bias) @ last[0] + last[1]
    assert_allclose(predict(model, X[:1], None, kept), expected, atol=1e-6)
    assert not reads


def test_models_of_other_widths_are_read_as_they_are():
    """As many weights, of other shapes: in turn, until one operation reads each."""
    nets = []
    for width in (2, 4, 5, 7):
        layers = [keras.layers.Dense(width, "tanh"), keras.layers.Dense(2)]
        nets.append((keras.Sequential([keras.Input((3,)), *layers]), KeptGraphs()))
    for rows in (X, X[:1]) * 5:
        for model, kept in nets:
            a, b, c, d = model.get_weights()
            found = predict(model, rows, None, kept)
            assert_allclose(found, np.tanh(rows @ a + b) @ c + d, atol=1e-6)


def test_variables_that_lie_in_several_places_are_read():
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        model = net()
    kept = KeptGraphs()
    for _ in range(5):
        expected = np.asarray(model(X[:2], training=False))
        assert_allclose(predict(model, X[:2], None, kept), expected, atol=1e-6)
        new_weights(model)


def test_predictions_may_be_written_to():
    model = net()
    kept = asked_before(model)
    for rows in (X, X[:1]):
        predict(model, rows, None, kept)[:] = 0


def test_code_of_the_users_is_always_read(keys):
    scale = [1.0]
    model = net(lambda x: scale[0] * x)
    kept = asked_before(model)
    keys.clear()
    first = predict(model, X[:1], None, kept)
    assert keys
    scale[0] = 3.0
    expected = np.asarray(model(X[:1], training=False))
    assert not np.allclose(expected, first)
    assert_allclose(predict(model, X[:1], None, kept), expected, atol=1e-6)


def test_another_model_is_not_mistaken_for_it():
    model, other = net(), net("relu")
    kept = asked_before(model)
    expected = np.asarray(other(X, training=False))
    assert_allclose(predict(other, X, None, kept), expected, atol=1e-6)
    assert_allclose(predict(other, X[:1], None, kept), expected[:1], atol=1e-6)


def test_few_rows_give_the_bits_that_they_give_among_many():
    model = net()
    kept = asked_before(model)
    outputs = predict(model, X, None, kept)
    for rows in ([3], [9, 3], list(range(7)), list(range(19, -1, -1))):
        assert_array_equal(predict(model, X[rows], None, kept), outputs[rows])


def test_graphs_that_were_given_back_are_not_kept(keys):
    model = net()
    kept = asked_before(model)
    TensorFlowEngine().forget_programs()
    keys.clear()
    assert_allclose(predict(model, X, None, kept), model(X), atol=1e-6)
    assert keys


def test_a_batch_of_a_fixed_size_stays_one():
    entry = keras.Input((3,), batch_size=256)
    model = keras.Model(entry, keras.layers.Dense(2)(entry))
    kept = asked_before(model)
    kernel, bias = model.get_weights()
    assert_allclose(predict(model, X[:2], None, kept), X[:2] @ kernel + bias, atol=1e-6)


def test_several_outputs_keep_their_nest():
    entry = keras.Input((3,))
    heads = {"a": keras.layers.Dense(1)(entry), "b": keras.layers.Dense(2)(entry)}
    model = keras.Model(entry, heads)
    kept = asked_before(model)
    for rows in (X, X[:3]):
        found, expected = predict(model, rows, None, kept), model(rows)
        assert found.keys() == expected.keys()
        for name, values in expected.items():
            assert_allclose(found[name], values, atol=1e-6)


def test_double_precision_stays_double():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        model = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
        )
        kept = KeptGraphs()
        x = X.astype("float64")
        for _ in range(3):
            found = predict(model, x[:1], None, kept)
        (a, b, c, d) = model.get_weights()
        assert found.dtype == np.float64
        assert_allclose(found, np.tanh(x[:1] @ a + b) @ c + d, rtol=1e-13)
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def factory():
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(5, "relu"),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize(
    "estimator",
    [
        KerasClassifier(factory, verbose=0, random_state=0),
        KerasMLPClassifier(epochs=2, l2=0.0, random_state=0),
        KerasMLPRegressor(epochs=2, l2=0.0, random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_an_estimator_sees_its_model_change(estimator):
    y = (X[:, 0] > 0).astype(int)
    fitted = copy.deepcopy(estimator).fit(X, y)
    ask = getattr(fitted, "predict_proba", fitted.predict)
    before = [ask(X[:1]) for _ in range(3)][-1]
    for changed in (
        lambda: fitted.fit(X[::-1], 1 - y),
        lambda: new_weights(fitted.model_),
    ):
        changed()
        after = [ask(X[:1]) for _ in range(3)]
        assert not np.allclose(after[0], before, atol=1e-4)
        output = np.asarray(fitted.model_(X[:1])).ravel()[0]
        assert_allclose([np.ravel(a)[-1] for a in after], output, rtol=1e-5)
        before = after[-1]


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_a_copy_predicts_by_its_own_weights(copied):
    y = (X[:, 0] > 0).astype(int)
    fitted = KerasMLPClassifier(epochs=2, l2=0.0, random_state=0).fit(X, y)
    before = [fitted.predict_proba(X[:1]) for _ in range(3)][-1]
    other = copied(fitted)
    assert_allclose(other.predict_proba(X[:1]), before, rtol=1e-6)
    new_weights(other.model_)
    assert not np.allclose(other.predict_proba(X[:1]), before, atol=1e-4)
    assert_array_equal(fitted.predict_proba(X[:1]), before)


def loaded(estimator, tmp_path):
    estimator.save(tmp_path / "net")
    return load(tmp_path / "net")


@pytest.mark.parametrize(
    "returned",
    [
        lambda estimator, _: pickle.loads(pickle.dumps(estimator)),
        lambda estimator, _: copy.deepcopy(estimator),
        loaded,
    ],
    ids=["unpickled", "copied", "loaded"],
)
def test_what_was_saved_is_as_fast_again(returned, keys, tmp_path):
    """Its model is read for the first predictions, and not for those that follow."""
    y = (X[:, 0] > 0).astype(int)
    fitted = KerasMLPClassifier(epochs=2, l2=0.0, random_state=0).fit(X, y)
    other = returned(fitted, tmp_path)
    expected = [other.predict_proba(X[:1]) for _ in range(3)][-1]
    keys.clear()
    assert_array_equal(other.predict_proba(X[:1]), expected)
    assert keys == []
