"""Small nets are computed by NumPy, and give what TensorFlow gives."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skkeras import KerasMLPClassifier
from skkeras.training import KeptGraphs, predict
from skkeras.training.engines import numpy_program

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("fresh_programs"),
    # Of one unit.
    pytest.mark.filterwarnings(r"ignore:[\s\S]*using a softmax over axis"),
]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5)).astype("float32")
ACTIVATIONS = [
    *("relu", "tanh", "sigmoid", "softmax", "elu", "linear", "silu", "gelu", "selu"),
    # Not "exponential": of another one, rounding is all there is.
    *("softplus", "softsign", "leaky_relu", "hard_sigmoid", "relu6"),
]
TRANSLATED = ("relu", "tanh", "sigmoid", "softmax", "elu", "linear", "silu")
OTHERS = [
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    lambda: keras.layers.Dropout(0.4),
    lambda: keras.layers.Rescaling(0.5, 1.0),
    lambda: keras.layers.GaussianNoise(0.1),
    lambda: keras.layers.Normalization(mean=0.5, variance=2.0),
]
# What makes a layer, since Keras draws seeds as it makes one.
dense_layers = st.builds(
    partial,
    st.just(keras.layers.Dense),
    st.integers(1, 90),
    st.sampled_from(ACTIVATIONS),
    use_bias=st.booleans(),
)
nets = st.lists(dense_layers | st.sampled_from(OTHERS), min_size=1, max_size=5)


def net(*layers):
    return keras.Sequential([keras.Input((5,)), *layers])


def dense(activation="tanh", units=6):
    return net(keras.layers.Dense(units, activation), keras.layers.Dense(2))


def move_weights(model):
    """Give weights of zero, as biases are at first, another value too."""
    drawn = [w + RNG.uniform(0.1, 0.4, w.shape) for w in model.get_weights()]
    model.set_weights(drawn)


def asked_often(model):
    kept = KeptGraphs()
    for rows in (X, X[:1], X[:1], X, X[:1]):
        predict(model, rows, None, kept)
    return kept


def assert_as_keras_predicts(model, kept):
    for rows in (X, X[:1], X[5:11]):
        expected = model.predict(rows, verbose=0)
        unit = 1e-5 * np.abs(expected).max()
        found = predict(model, rows, None, kept)
        assert_allclose(found, expected, rtol=1e-5, atol=unit)
        assert found.dtype == expected.dtype


@given(nets)
@settings(max_examples=20)
def test_predictions_are_those_of_keras(makers):
    model = net(*(make() for make in makers))
    kept = asked_often(model)
    assert_as_keras_predicts(model, kept)
    move_weights(model)
    assert_as_keras_predicts(model, kept)


@pytest.mark.parametrize("rows", [1, 8, 300])
@pytest.mark.parametrize("activation", TRANSLATED)
def test_a_small_net_needs_no_graph(activation, rows, run_by_tensorflow):
    model = dense(activation)
    kept = asked_often(model)
    run_by_tensorflow.clear()
    predict(model, X[:rows], None, kept)
    assert run_by_tensorflow == []


def test_weights_that_are_in_no_variable_need_no_tensorflow(monkeypatch):
    """As of every model after the first of its kind, until it is looked at."""
    y = (X[:, 0] > 0).astype(int)
    params = {"epochs": 2, "l2": 0.01, "random_state": 0}
    first, fitted = (KerasMLPClassifier(**params).fit(X, y) for _ in range(2))
    expected = [fitted.predict_proba(X[:1]) for _ in range(3)][-1]
    ran = []
    monkeypatch.setattr(tf.raw_ops, "StatefulPartitionedCall", ran.append)
    assert_array_equal(fitted.predict_proba(X[:1]), expected)
    assert ran == []
    monkeypatch.undo()
    assert_allclose(fitted.model_.predict(X[:1])[0], expected[0, 1:], rtol=1e-5)
    assert_allclose(first.predict_proba(X[:1]), expected, rtol=1e-5)


def as_if(operation, function, monkeypatch):
    functions = numpy_program._FUNCTIONS | {operation: function}
    monkeypatch.setattr(numpy_program, "_FUNCTIONS", functions)


@pytest.mark.parametrize("operation", ["MatMul", "Tanh", "BiasAdd"])
def test_what_computes_otherwise_is_not_used(operation, monkeypatch, run_by_tensorflow):
    """Nor what drops a bias, of which each is zero as yet."""
    wrong = {"BiasAdd": lambda x, bias: x, "Tanh": np.sin}
    as_if(operation, wrong.get(operation, lambda x, w: 1.01 * (x @ w)), monkeypatch)
    model = dense()
    kept = asked_often(model)
    run_by_tensorflow.clear()
    move_weights(model)
    assert_as_keras_predicts(model, kept)
    assert run_by_tensorflow


def test_a_large_net_is_left_to_tensorflow(run_by_tensorflow):
    model = net(keras.layers.Dense(300), keras.layers.Dense(300))
    kept = asked_often(model)
    run_by_tensorflow.clear()
    assert_as_keras_predicts(model, kept)
    assert run_by_tensorflow


def test_halves_of_floats_are_left_to_tensorflow(run_by_tensorflow):
    model = net(keras.layers.Dense(4, dtype="mixed_float16"))
    kept = asked_often(model)
    run_by_tensorflow.clear()
    predict(model, X[:1], None, kept)
    assert run_by_tensorflow


def test_numbers_made_for_a_whole_batch():
    entry = keras.Input((5,))
    hidden = keras.layers.Dense(80, "relu")(entry) + keras.ops.ones_like(entry[:, :1])
    model = keras.Model(entry, keras.layers.Dense(70)(hidden))
    assert_as_keras_predicts(model, asked_often(model))


@pytest.mark.parametrize("units", [1, 7, 30, 64, 100])
@pytest.mark.parametrize("activation", ["relu", "tanh", "softmax"])
def test_a_row_gives_the_same_bits_alone_and_among_many(units, activation):
    model = dense(activation, units)
    kept = asked_often(model)
    among_many = predict(model, X, None, kept)
    for n in range(0, 300, 23):
        assert_array_equal(predict(model, X[n : n + 1], None, kept)[0], among_many[n])


@pytest.mark.parametrize("activation", ["exponential", "sigmoid", "softmax", "tanh"])
@pytest.mark.parametrize("size", [1e3, 1e30])
def test_numbers_too_large_give_what_tensorflow_gives(activation, size):
    model = net(keras.layers.Dense(3, activation))
    kept = asked_often(model)
    for rows in (size * X, -size * X[:1]):
        found = predict(model, rows, None, kept)
        assert_allclose(found, model.predict(rows, verbose=0), rtol=1e-5, atol=1e-6)


def test_threads_predict_side_by_side():
    model = dense(units=30)
    kept = asked_often(model)
    expected = predict(model, X, None, kept)
    with ThreadPoolExecutor(8) as pool:
        rows = [X[n : n + 1] for n in range(len(X))] * 3
        found = pool.map(lambda row: predict(model, row, None, kept), rows)
        assert_array_equal(np.concatenate(list(found)), np.tile(expected, (3, 1)))


def test_nothing_of_the_model_can_be_written_to():
    """Where it gives its rows back as they are."""
    entry = keras.Input((5,))
    model = keras.Model(entry, {"same": entry, "b": keras.layers.Dense(2)(entry)})
    rows = X[:8].copy()
    kept = asked_often(model)
    for _ in range(3):
        predict(model, rows, None, kept)["same"][:] = 0
    assert_array_equal(rows, X[:8])
