"""Embeddings in compiled programs: equal to Keras, and no code goes without a row."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job, train
from skkeras.training.population import population

pytestmark = [pytest.mark.in_turn, pytest.mark.tensorflow]

L, ops = keras.layers, keras.ops
RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 5, (50, 3))
TABLE = RNG.normal(size=(50, 4)).astype("float32")
TABLE[:, 3] = CODES[:, 0]
Y = RNG.normal(size=(50, 1)).astype("float32")


@pytest.fixture(autouse=True)
def whatever_the_load(monkeypatch):
    monkeypatch.setattr(population, "check_measured_cost", lambda *measured: None)


def sequential():
    inputs = keras.Input((3,), dtype="int32")
    return keras.Sequential([inputs, L.Embedding(5, 2), L.Flatten(), L.Dense(1)])


def of_a_column():
    inputs = keras.Input((4,))
    vectors = L.Embedding(5, 2)(ops.cast(inputs[:, 3], "int32"))
    return keras.Model(inputs, L.Dense(1)(L.Concatenate()([inputs[:, :3], vectors])))


def used_twice():
    inputs = keras.Input((3,), dtype="int32")
    layer = L.Embedding(5, 2, embeddings_regularizer="l2")
    vectors = [layer(inputs[:, 0]), layer(inputs[:, 1])]
    return keras.Model(inputs, L.Dense(1)(L.Multiply()(vectors)))


def compiled(make, optimizer="adam"):
    model = make()
    model.compile(optimizer, "mse")
    return model


def jobs(models, x, sizes=(50, 43, 50), **params):
    return [
        Job(
            BuiltModel(model),
            x[:n],
            Y[:n],
            validation_data=(x[:9], Y[:9]),
            epochs=3,
            batch_size=16,
            seed=k,
            **params,
        )
        for k, (model, n) in enumerate(zip(models, sizes, strict=False))
    ]


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize(
    ("make", "x", "optimizer"),
    [
        (sequential, CODES, "adam"),
        (of_a_column, TABLE, "rmsprop"),
        (used_twice, CODES, "adagrad"),
    ],
)
def test_is_trained_as_by_keras(make, x, optimizer, members):
    models = [compiled(make, optimizer) for _ in range(members)]
    others = [compiled(make, optimizer) for _ in range(members)]
    for model, other in zip(models, others, strict=True):
        other.set_weights(model.get_weights())
    found = train(jobs(models, x))
    expected = train(jobs(others, x, engine="keras"))
    engine = "fused" if members > 1 else "compiled"
    assert {result.training.engine for result in found} == {engine}
    for a, b, model, other in zip(found, expected, models, others, strict=True):
        assert a.history.keys() == b.history.keys()
        for name, values in b.history.items():
            assert_allclose(a.history[name], values, rtol=1e-5)
        pairs = zip(model.get_weights(), other.get_weights(), strict=True)
        for own, reference in pairs:
            assert_allclose(own, reference, atol=5e-6)


@pytest.mark.parametrize("row", [0, 48], ids=["tried", "later"])
@pytest.mark.parametrize("code", [5, -6])
def test_a_code_without_a_row_fails_its_own_fit_alone(row, code):
    models = [compiled(sequential) for _ in range(3)]
    own = jobs(models, CODES)
    own[1] = jobs([models[1]], _with(CODES, row, code))[0]
    results = train(own)
    assert "InvalidArgument" in type(results[1].error).__name__
    assert results[1].training.engine == "keras"
    assert [results[k].error for k in (0, 2)] == [None, None]
    assert len(results[0].history["loss"]) == 3
    again = train(jobs([compiled(sequential) for _ in range(2)], CODES))
    assert [result.training.engine for result in again] == ["fused", "fused"]


def test_a_held_out_code_without_a_row():
    job = jobs([compiled(of_a_column)], TABLE)[0]
    wrong = _with(TABLE[:9], 4, 5)
    job = Job(job.fit_model, TABLE, Y, validation_data=(wrong, Y[:9]), batch_size=16)
    (result,) = train([job])
    assert result.training.engine == "keras"
    assert "5 rows, and none for 5" in result.training.reason


def test_negative_codes_count_from_the_end():
    model, other = compiled(sequential), compiled(sequential)
    other.set_weights(model.get_weights())
    for each, x in ((model, CODES - 5), (other, CODES)):
        (result,) = train(jobs([each], x))
        assert result.training.engine == "compiled"
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        assert_allclose(a, b, atol=1e-6)


def _with(x, row, code):
    x = x.copy()
    x[row, -1] = code
    return x
