"""Programs that nobody can use any more leave nothing behind."""

import gc
import weakref

import keras
import numpy as np
import pytest
import tensorflow as tf

from skkeras.training import BuiltModel, Job, predict, train
from skkeras.training.engines import engine_of_backend
from skkeras.training.keras_internals import executable, gradient_registry
from skkeras.training.rows import shared_rows

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

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


@pytest.mark.usefixtures("fresh_programs")
@pytest.mark.parametrize("members", [1, 3])
def test_a_program_goes_with_its_family(monkeypatch, members):
    alive = []

    class Watched(executable.InSession):
        def __init__(self, function):
            super().__init__(function)
            alive.extend(map(weakref.ref, (self, function, function.graph)))

    monkeypatch.setattr("skkeras.training.program.program.executable", Watched)
    y = (X[:, :1] > 0).astype("float32")
    jobs = [Job(BuiltModel(made(5)), X, y, epochs=2, seed=k) for k in range(members)]
    results = train(jobs)
    assert {result.training.engine for result in results} <= {"fused", "compiled"}
    predict(jobs[0].model, X)
    assert alive
    del jobs, results
    engine_of_backend().forget_programs()
    gc.collect()
    assert [reference() for reference in alive] == [None] * len(alive)


def tripled(x):
    def of_tensor(x):
        return 3 * x, lambda *args, upstream=None: 3 * (args[0] if args else upstream)

    return keras.ops.custom_gradient(of_tensor)(x)


@pytest.mark.usefixtures("fresh_programs")
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("activation", ["relu", "silu", tripled])
def test_gradients_are_not_registered_for_ever(activation, members):
    """Neither this package's own, nor TensorFlow's, nor a user's."""
    y = (X[:, :1] > 0).astype("float32")
    jobs = [Job(BuiltModel(made(4, activation)), X, y, seed=k) for k in range(members)]
    before = set(gradient_registry._entries)
    assert before  # under the name that TensorFlow has for it
    for result in train(jobs):
        assert result.training.engine != "keras", result.training.reason
    assert set(gradient_registry._entries) == before
    predict(jobs[0].model, X)
    engine_of_backend().forget_programs()
    gc.collect()
    assert set(gradient_registry._entries) == before


@pytest.mark.usefixtures("fresh_programs")
def test_functions_that_were_first_traced_in_a_program_are_used_elsewhere():
    @tf.function
    def silu(x):
        return tf.nn.silu(x)

    y, model = (X[:, :1] > 0).astype("float32"), made(4, silu)
    (result,) = train([Job(BuiltModel(model), X, y, epochs=1, seed=0, batch_size=8)])
    assert result.training.engine in ("compiled", "keras"), result.training.reason
    predict(model, X)
    for rows in (8, 6, 30, 256):
        with tf.GradientTape() as tape:
            x = tf.ones([rows, 4])
            tape.watch(x)
            y = silu(x)
        assert np.isfinite(tape.gradient(y, x)).all()


@pytest.mark.usefixtures("fresh_programs")
def test_predictions_under_a_tape_are_the_same():
    model = made(4, "silu")
    expected = predict(model, X)
    with tf.GradientTape():
        np.testing.assert_allclose(predict(model, X), expected, rtol=1e-5)


def test_gradients_of_other_graphs_stay_registered():
    @tf.custom_gradient
    def doubled(x):
        return 2 * x, lambda upstream: 2 * upstream

    def traced():
        signature = tf.TensorSpec([3])
        return tf.function(lambda x: doubled(x) + 1).get_concrete_function(signature)

    before = set(gradient_registry._entries)
    first, second = traced(), traced()
    assert len(set(gradient_registry._entries) - before) == 2
    gradient_registry.forget_gradients_of([first.graph])
    assert len(set(gradient_registry._entries) - before) == 1
    with tf.GradientTape() as tape:
        x = tf.ones([3])
        tape.watch(x)
        y = second(x)
    np.testing.assert_array_equal(tape.gradient(y, x), [2, 2, 2])
    gradient_registry.forget_gradients_of([second.graph])
    assert set(gradient_registry._entries) == before


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
    memory = shared_rows._memory_of((7, 3), dtype)
    rows = shared_rows._aligned(memory, (7, 3), dtype)
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
