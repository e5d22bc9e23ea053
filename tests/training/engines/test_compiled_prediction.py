"""A graph of predictions is used where it gives what the model itself does."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from skkeras.training import predict
from skkeras.training.engines import compiled_prediction

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("fresh_programs"),
]
X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")


def net(outputs=1):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, "tanh")(inputs)
    heads = [keras.layers.Dense(2 + k)(hidden) for k in range(outputs)]
    model = keras.Model(inputs, heads if outputs > 1 else heads[0])
    model.compile("sgd", "mse")
    return model


def in_a_graph(change):
    """Return a call of a model that gives something else in a graph."""
    by_itself = compiled_prediction._call

    def call(model, batch):
        outputs = by_itself(model, batch)
        if tf.executing_eagerly():
            return outputs
        *others, last = outputs if isinstance(outputs, list) else [outputs]
        return [*others, change(last)] if others else change(last)

    return call


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize(
    "change",
    [
        lambda values: 1.001 * values,
        lambda values: values + 1e-3,
        lambda values: tf.reverse(values, [0]),
        lambda values: tf.where(values == tf.reduce_max(values), np.nan, values),
    ],
    ids=["scaled", "shifted", "reversed", "one not a number"],
)
def test_wrong_outputs_are_not_used(monkeypatch, change, outputs):
    model = net(outputs)
    expected = model.predict(X, verbose=0)
    monkeypatch.setattr(compiled_prediction, "_call", in_a_graph(change))
    for _ in range(2):
        found = predict(model, X)
        for mine, its in zip(
            keras.tree.flatten(found), keras.tree.flatten(expected), strict=True
        ):
            assert_allclose(mine, its, atol=1e-6)
    assert not compiled_prediction.FUNCTIONS.keys()


def test_right_outputs_are(monkeypatch):
    call = in_a_graph(lambda values: values * (1 + 1e-7))
    monkeypatch.setattr(compiled_prediction, "_call", call)
    model = net()
    assert_allclose(predict(model, X), model.predict(X, verbose=0), atol=1e-6)
    assert compiled_prediction.FUNCTIONS.keys()
