from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from skkeras.training import BuiltModel, Job, train
from skkeras.training.program import small_products
from skkeras.training.program.small_products import (
    can_use_small_products,
    use_small_products,
)

pytestmark = pytest.mark.tensorflow

RNG = np.random.default_rng(0)


def outputs_and_gradients(layer, X, upstream):
    X = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(X)
        outputs = layer(X)
        loss = tf.reduce_sum(outputs * upstream)
    weights = [w.value for w in layer.trainable_weights]
    return [outputs, *tape.gradient(loss, [X, *weights])]


@settings(max_examples=25)
@given(
    rows=st.integers(1, 36),
    n_in=st.integers(1, 36),
    units=st.integers(1, 50),
    use_bias=st.booleans(),
    activation=st.sampled_from([None, "relu", "tanh"]),
)
def test_products_and_gradients_are_those_of_dot(
    rows, n_in, units, use_bias, activation
):
    layer = keras.layers.Dense(
        units,
        activation,
        use_bias=use_bias,
        kernel_initializer="ones",
    )
    layer.build((None, n_in))
    layer.kernel.assign(RNG.normal(size=(n_in, units)))
    X = RNG.normal(size=(rows, n_in)).astype("float32")
    upstream = RNG.normal(size=(rows, units)).astype("float32")
    expected = outputs_and_gradients(layer, X, upstream)
    use_small_products(layer)
    own = small_products._product
    with mock.patch.object(small_products, "_product", wraps=own) as product:
        found = outputs_and_gradients(layer, X, upstream)
    assert product.called
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def traced_products(monkeypatch, units, batch_size):
    """Return the shapes that a program multiplies by multiply and reduce.

    Returns
    -------
    forward, gradients : set of tuple of int
    """
    shapes, multiply = set(), small_products._multiply_and_reduce
    monkeypatch.setattr(
        small_products,
        "_multiply_and_reduce",
        lambda a, b: shapes.add((*a.shape, b.shape[1])) or multiply(a, b),
    )
    layers = [keras.layers.Dense(n) for n in units[1:]]
    model = keras.Sequential([keras.Input((units[0],)), *layers])
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.01))
    X = RNG.normal(size=(2 * batch_size, units[0])).astype("float32")
    y = RNG.normal(size=(2 * batch_size, units[-1])).astype("float32")
    (result,) = train([Job(BuiltModel(model), X, y, epochs=1, batch_size=batch_size)])
    assert result.training.engine == "compiled"
    return tuple({s for s in shapes if s[place] == batch_size} for place in (0, 1))


def test_programs_use_them_where_they_are_very_small(monkeypatch):
    forward, gradients = traced_products(monkeypatch, (7, 11, 53, 3), batch_size=9)
    assert forward == {(9, 7, 11)}
    assert gradients == {(7, 9, 11), (11, 9, 53), (53, 9, 3)}


def test_gradients_of_many_rows_are_left_to_dot(monkeypatch):
    forward, gradients = traced_products(monkeypatch, (7, 11, 53, 3), batch_size=20)
    assert forward == {(20, 7, 11)}
    assert gradients == {(7, 20, 11), (53, 20, 3)}


def test_long_sums_are_left_to_dot(monkeypatch):
    assert traced_products(monkeypatch, (7, 3), batch_size=33) == (set(), set())
    assert traced_products(monkeypatch, (33, 3), batch_size=5)[0] == set()


@pytest.mark.parametrize(
    ("dtype", "inputs"), [("float32", "int32"), ("mixed_bfloat16", "float32")]
)
def test_other_types_are_left_to_dot(monkeypatch, dtype, inputs):
    def refuse(*factors):
        raise AssertionError(factors)

    monkeypatch.setattr(small_products, "_product", refuse)
    layer = keras.layers.Dense(3, dtype=dtype)
    layer.build((None, 4))
    X = RNG.integers(0, 9, (5, 4)).astype(inputs)
    expected = layer(X)
    use_small_products(layer)
    np.testing.assert_array_equal(layer(X), expected)


@pytest.mark.parametrize("change", ["lora", "quantize", "subclass"])
def test_layers_that_do_more_are_left_alone(change):
    kind = keras.layers.Dense
    if change == "subclass":
        kind = type("MyDense", (keras.layers.Dense,), {})
    layer = kind(4)
    layer.build((None, 8))
    assert can_use_small_products(layer) is (change != "subclass")
    if change == "lora":
        layer.enable_lora(2)
    elif change == "quantize":
        layer.quantize("int8")
    assert not can_use_small_products(layer)
