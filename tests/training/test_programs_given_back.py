"""Programs that nobody can use any more leave nothing behind."""

import gc
import importlib
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from skkeras.training import Job, predict, train
from skkeras.training.keras_internals import executable, gradient_registry
from skkeras.training.rows import concatenated

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

train_module = importlib.import_module("skkeras.training.train")
X = np.random.default_rng(0).normal(size=(30, 3)).astype("float32")


def made(units, activation="relu"):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(units, activation=activation),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize("members", [1, 3])
def test_a_program_goes_with_its_family(monkeypatch, members):
    alive = []

    class Watched(executable.InSession):
        def __init__(self, function):
            super().__init__(function)
            alive.extend(map(weakref.ref, (self, function, function.graph)))

    monkeypatch.setattr("skkeras.training.program.program.executable", Watched)
    y = (X[:, :1] > 0).astype("float32")
    # An odd activation, so that no other test has such a program.
    jobs = [Job(made(5, "celu"), X, y, epochs=2, seed=k) for k in range(members)]
    results = train(jobs)
    assert {result.training.engine for result in results} <= {"fused", "compiled"}
    predict(jobs[0].model, X)
    assert alive
    del jobs, results
    train_module._families.clear()
    gc.collect()
    assert [reference() for reference in alive] == [None] * len(alive)


def test_own_gradients_are_not_registered_for_ever():
    def own_entries():
        entries = gradient_registry._entries.items()
        return {k for k, e in entries if gradient_registry._is_own(e["type"])}

    y = (X[:, :1] > 0).astype("float32")
    train([Job(made(4, "silu"), X, y, epochs=1, seed=0)])
    assert not own_entries()
    assert gradient_registry._entries  # under the name that TensorFlow has for it


def test_both_ways_to_call_a_program_are_the_same():
    """The one that GPUs take is tried where there is none, too."""

    def function(a, b, none=None):
        return tf.matmul(a, b["first"]) + constant, [b["second"] * 2]

    constant = tf.constant(np.arange(150.0, dtype="float32"))  # more than is copied
    traced = tf.function(function, jit_compile=True, autograph=False)
    arrays = [X, {"first": np.ones((3, 150), "float32"), "second": np.int32(4)}]
    specs = tf.nest.map_structure(lambda a: tf.TensorSpec(a.shape, a.dtype), arrays)
    results = [
        kind(traced.get_concrete_function(*specs))(*arrays)
        for kind in (executable.OnDevice, executable.InSession)
    ]
    expected = X @ arrays[1]["first"] + np.arange(150.0)
    for product, (doubled,) in results:
        np.testing.assert_allclose(product, expected, rtol=1e-5)
        assert doubled == 8


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "bool", "int64"])
def test_rows_are_read_where_they_lie_and_left_as_they_are(dtype):
    """XLA could write a result over an argument that it takes without a copy."""
    rows = concatenated._aligned_zeros((7, 3), dtype)
    assert (rows.shape, rows.dtype, rows.ctypes.data % 64) == ((7, 3), dtype, 0)
    rows[:] = 1
    change = tf.logical_not if dtype == "bool" else tf.square
    if dtype == "uint8":  # which has no square
        change = tf.bitwise.invert
    traced = tf.function(change, jit_compile=True)
    call = executable.InSession(
        traced.get_concrete_function(tf.TensorSpec(rows.shape, rows.dtype))
    )
    first, second = call(rows), call(rows)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(rows, np.ones((7, 3), dtype))
