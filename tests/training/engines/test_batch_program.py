"""NumPy computes few rows of an ensemble, and gives what Keras gives."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.layers import (
    MeanOfNets,
    PeriodicEmbedding,
    PiecewiseLinearEncoding,
    TableFeatures,
)
from skkeras.training import UnchangedModel, predict
from skkeras.training.engines import batch_program as batch_programs
from skkeras.training.engines import numpy_operations
from skkeras.training.engines.batch_program import BatchProgram
from skkeras.training.engines.numpy_operations import Unknown, product

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("fresh_programs")]
RNG = np.random.default_rng(0)


def table(n_rows, n_numbers, n_flags, cardinalities):
    codes = [RNG.integers(0, n, n_rows) for n in cardinalities]
    numbers = RNG.normal(size=(n_rows, n_numbers))
    flags = RNG.integers(0, 2, (n_rows, n_flags))
    return np.column_stack([numbers, flags, *codes]).astype("float32")


def net_of(columns, encoding, sizes):
    n_numbers, n_flags, cardinalities = columns
    edges = [np.sort(RNG.normal(size=2 + i % 3)) for i in range(n_numbers)]
    encodings = {
        "piecewise": lambda: PiecewiseLinearEncoding(edges),
        "periodic": PeriodicEmbedding,
    }
    made = encodings[encoding]() if n_numbers and encoding in encodings else None
    return keras.Sequential(
        [
            keras.Input((n_numbers + n_flags + len(cardinalities),)),
            TableFeatures(n_numbers, n_flags, list(cardinalities), made),
            *(keras.layers.Dense(n, "relu") for n in sizes),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(2, "softmax"),
        ]
    )


def ensemble(columns, kinds=("plain", "piecewise", "periodic"), n=3, sizes=(8, 8)):
    """Return a model as the estimators for tables join it."""
    width = columns[0] + columns[1] + len(columns[2])
    entry, parts = keras.Input((width,)), []
    for kind in kinds:
        nets = [net_of(columns, kind, sizes) for _ in range(n)]
        layer = MeanOfNets(nets[0], [1 / (n * len(kinds))] * n)
        parts.append(layer(entry))
        layer.set_nets(nets)
    outputs = keras.layers.Add()(parts) if len(parts) > 1 else parts[0]
    return keras.Model(entry, outputs)


COLUMNS = (3, 2, (5, 20))


def by_keras(model, rows):
    return model.predict(rows, verbose=0)


@settings(max_examples=12)
@given(
    st.integers(0, 4),
    st.integers(1, 3),
    st.lists(st.integers(2, 30), max_size=2),
    st.lists(
        st.sampled_from(["plain", "piecewise", "periodic"]),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    st.integers(1, 3),
)
def test_ensembles_predict_as_by_keras(n_numbers, n_flags, codes, kinds, n):
    model = ensemble((n_numbers, n_flags, tuple(codes)), kinds, n)
    unchanged = UnchangedModel(model)
    for n_rows in (1, 8, 3):
        rows = table(n_rows, n_numbers, n_flags, codes)
        for _ in range(2):
            found = predict(unchanged, rows)
            assert_allclose(found, by_keras(model, rows), rtol=1e-4, atol=1e-6)
            assert found.dtype == np.float32


@pytest.mark.parametrize("kind", ["plain", "piecewise", "periodic"])
def test_few_rows_of_an_ensemble_need_no_graph(kind, run_by_tensorflow):
    model = UnchangedModel(ensemble(COLUMNS, [kind]))
    rows = table(8, *COLUMNS)
    predict(model, rows)
    predict(model, rows[:1])
    run_by_tensorflow.clear()
    for n in range(1, 9):
        predict(model, rows[:n])
    assert run_by_tensorflow == []
    predict(model, table(9, *COLUMNS))
    assert run_by_tensorflow


def test_rows_give_the_same_bits_beside_up_to_six_others():
    model, rows = UnchangedModel(ensemble(COLUMNS)), table(8, *COLUMNS)
    together = predict(model, rows)
    for n in range(7):
        pair = predict(model, rows[n : n + 2])
        assert_array_equal(pair, together[n : n + 2])
        assert_allclose(predict(model, rows[n : n + 1]), pair[:1], rtol=1e-5)


def last_bias(model):
    return model.trainable_variables[-1]


def new_weights(model):
    model.set_weights([0.5 * w for w in model.get_weights()])


def assigned(model):
    last_bias(model).assign(last_bias(model).numpy() + np.array([0, 2]))


def added_in_place(model):
    last_bias(model).assign_add(np.full(last_bias(model).shape, [0, 2.0]))


def scattered(model):
    last_bias(model).value.scatter_nd_add([[0, 1]], [0.5])


def one_step(model):
    optimizer = keras.optimizers.SGD(0.5)
    ramps = [keras.ops.cast(np.arange(v.shape[-1]), v.dtype) for v in model.variables]
    pairs = zip(ramps, model.variables, strict=True)
    gradients = [keras.ops.zeros_like(v) + ramp for ramp, v in pairs]
    optimizer.apply(gradients, model.trainable_variables)


def trained(model):
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.fit(table(64, 2, 1, ()), np.tile([0.0, 1.0], (64, 1)), epochs=3, verbose=0)


def loaded(model, path="weights.weights.h5"):
    other = ensemble((2, 1, ()), ["plain"])
    other.save_weights(path)
    model.load_weights(path)


@pytest.mark.in_turn
@pytest.mark.parametrize("before", [1, 4])
@pytest.mark.parametrize(
    "change",
    [new_weights, assigned, added_in_place, scattered, one_step, trained, loaded],
)
def test_changes_of_weights_are_seen_at_once(
    change, before, run_by_tensorflow, tmp_path, monkeypatch
):
    """Before and after variables are read by one operation."""
    monkeypatch.chdir(tmp_path)
    model = ensemble((2, 1, ()), ["plain"])
    unchanged, rows = UnchangedModel(model), table(4, 2, 1, ())
    old = [predict(unchanged, rows) for _ in range(before)][-1]
    run_by_tensorflow.clear()
    for _ in range(3):
        change(model)
        found = predict(unchanged, rows)
        assert run_by_tensorflow == []
        assert_allclose(found, by_keras(model, rows), rtol=1e-4, atol=1e-6)
        assert not np.allclose(found, old, atol=1e-4)
        old = found


def test_a_code_that_no_embedding_has_gives_the_error_of_tensorflow():
    model, rows = UnchangedModel(ensemble(COLUMNS, ["plain"])), table(2, *COLUMNS)
    predict(model, rows)
    rows[0, -1] = 20
    with pytest.raises(tf.errors.InvalidArgumentError):
        predict(model, rows)


@pytest.mark.parametrize("operation", ["BatchMatMulV2", "MatMul", "Maximum"])
def test_what_computes_otherwise_is_not_used(operation, monkeypatch, run_by_tensorflow):
    right = numpy_operations._FUNCTIONS[operation]
    wrong = {operation: lambda *arrays: 1.01 * right(*arrays)}
    functions = numpy_operations._FUNCTIONS | wrong
    monkeypatch.setattr(numpy_operations, "_FUNCTIONS", functions)
    model = ensemble(COLUMNS, ["piecewise"])
    unchanged, rows = UnchangedModel(model), table(3, *COLUMNS)
    for _ in range(2):
        run_by_tensorflow.clear()
        found = predict(unchanged, rows)
        assert run_by_tensorflow
        assert_allclose(found, by_keras(model, rows), rtol=1e-4, atol=1e-6)


def test_wide_nets_are_multiplied_in_parts(monkeypatch, run_by_tensorflow):
    monkeypatch.setattr(numpy_operations, "SMALL_PRODUCT", 300)
    model = ensemble((6, 2, ()), sizes=(40, 30))
    unchanged, rows = UnchangedModel(model), table(5, 6, 2, ())
    predict(unchanged, rows)
    run_by_tensorflow.clear()
    found = predict(unchanged, rows)
    assert run_by_tensorflow == []
    assert_allclose(found, by_keras(model, rows), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("columns", [1, 3, 4, 7, 50])
def test_a_product_is_the_same_in_parts(columns, monkeypatch):
    rows, matrix = RNG.normal(size=(8, 6)), RNG.normal(size=(6, columns))
    monkeypatch.setattr(numpy_operations, "SMALL_PRODUCT", 8 * 6 * 3)
    assert_allclose(product(rows, matrix), rows @ matrix, rtol=1e-12)


def test_many_weights_are_left_to_tensorflow(monkeypatch, run_by_tensorflow):
    monkeypatch.setattr(batch_programs, "_MOST_WEIGHTS", 50)
    unchanged = UnchangedModel(ensemble((2, 1, ()), ["plain"]))
    rows = table(1, 2, 1, ())
    predict(unchanged, rows)
    run_by_tensorflow.clear()
    predict(unchanged, rows)
    assert run_by_tensorflow


def test_threads_predict_side_by_side():
    unchanged, rows = UnchangedModel(ensemble(COLUMNS)), table(8, *COLUMNS)
    expected = np.concatenate([predict(unchanged, row[None]) for row in rows])
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda n: predict(unchanged, rows[n : n + 1]), [*range(8)] * 9)
        assert_array_equal(np.concatenate(list(found)), np.tile(expected, (9, 1)))


def program_of(function, *rows):
    """Return a function's program, and what TensorFlow makes of the rows."""
    traced = tf.function(function, autograph=False).get_concrete_function(
        *(tf.TensorSpec(leaf.shape, leaf.dtype) for leaf in rows)
    )
    expected = traced(*map(tf.constant, rows))
    return BatchProgram(traced, []), np.asarray(expected)


X = RNG.normal(size=(3, 4, 5)).astype("float32")
FACTORS = RNG.normal(size=(4, 5, 6)).astype("float32")
PLACES = np.array([[0, 2], [3, 1], [1, 1]])
OPERATIONS = {
    "gather": lambda x: tf.gather(x, [[1, 0], [2, 2]], axis=1),
    "gather last": lambda x: tf.gather(x, [3, 0], axis=-1),
    "gather by row": lambda x: tf.gather(x, PLACES, axis=1, batch_dims=1),
    "gather by row, last": lambda x: tf.gather(x, PLACES, axis=-1, batch_dims=1),
    "codes": lambda x: tf.gather(
        tf.reshape(tf.range(40.0), (10, 4)), tf.cast(tf.square(x), tf.int32)
    ),
    "einsum of stacks": lambda x: tf.einsum("abc,bcd->abd", x, FACTORS),
    "einsum in another order": lambda x: tf.einsum("abc,bcd->dba", x, FACTORS),
    "einsum of sums": lambda x: tf.einsum("abc,abc->c", x, x),
    "einsum of one": lambda x: tf.einsum("abc->ca", x),
    "slices": lambda x: x[1:, ::2, 4:0:-1],
    "one of an axis": lambda x: x[:, -1, 1:],
    "concatenation": lambda x: tf.concat([x, 2 * x, x[:, :, :1]], axis=-1),
    "stack": lambda x: tf.stack([x, -x], axis=1),
    "tiles": lambda x: tf.tile(x, [2, 1, 3]),
    "tiles of one": lambda x: tf.tile(x[:, :1], [1, 4, 1]),
    "expanded": lambda x: tf.expand_dims(tf.expand_dims(x, -1), 1),
    "reshaped": lambda x: tf.reshape(tf.transpose(x, (2, 0, 1)), (-1, 6)),
    "filled": lambda x: x + tf.fill((4, 5), 3.0) * tf.cast(tf.range(5), tf.float32),
    "sums": lambda x: tf.reduce_sum(x, axis=(0, 2), keepdims=True),
    "sums of whole numbers": lambda x: tf.reduce_sum(tf.cast(9 * x, tf.int32), axis=0),
    "mean": lambda x: tf.reduce_mean(x, axis=-1),
    "where": lambda x: tf.where(x > 0, x, tf.exp(x)),
    "comparisons": lambda x: tf.cast([x < 0, x >= 1, x <= -1, x > 2], tf.float32),
    "rounding": lambda x: tf.round(4 * x) + tf.round([0.5, 1.5, 2.5, -0.5, -1.5]),
    "waves": lambda x: tf.sin(x) * tf.cos(x),
    "logarithm": lambda x: tf.math.log(tf.square(x) + 1),
    "extremes": lambda x: tf.maximum(tf.minimum(x, 0.5), -0.5),
    "products": lambda x: tf.matmul(x, tf.transpose(x, (0, 2, 1))),
    "products with one matrix": lambda x: tf.matmul(x, FACTORS[:1, :5]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_what_tensorflow_gives(name):
    program, expected = program_of(OPERATIONS[name], X)
    (found,) = program([X])
    assert found.dtype == expected.dtype
    assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


UNTRANSLATED = {
    "more batch dimensions": lambda x: tf.gather(
        x, tf.zeros((3, 4, 2), tf.int32), axis=2, batch_dims=2
    ),
    "a new axis": lambda x: x[:, tf.newaxis],
    "an ellipsis": lambda x: x[..., 1],
    "transposed factors": lambda x: tf.matmul(x, x, transpose_b=True),
    "the mean of whole numbers": lambda x: tf.reduce_mean(tf.cast(9 * x, tf.int32), 0),
    "rows selected": lambda x: tf.raw_ops.Select(condition=tf.range(3) > 1, x=x, y=-x),
    "halves": lambda x: tf.cast(x, tf.float16) + 1,
    "random numbers": lambda x: x + tf.random.uniform(x.shape),
}


@pytest.mark.parametrize("name", UNTRANSLATED)
def test_what_is_not_translated_is_refused(name):
    with pytest.raises(Unknown):
        program_of(UNTRANSLATED[name], X)
