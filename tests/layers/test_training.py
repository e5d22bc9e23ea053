"""Nets that begin with our layers: compiled and fused they are what Keras makes."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.layers import (
    FeatureScale,
    PeriodicEmbedding,
    PiecewiseLinearEncoding,
    TableFeatures,
)
from skkeras.training import BuiltModel, Job, train
from skkeras.training.planning.signature import signature
from skkeras.training.population import population

pytestmark = [pytest.mark.in_turn, pytest.mark.tensorflow]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 2)).astype("float32")
Y = np.sin(3 * X[:, :1]).astype("float32")


def piecewise(member):
    rows = np.random.default_rng(member).permutation(50)[:40]
    return PiecewiseLinearEncoding(
        [np.quantile(X[rows, i], np.linspace(0, 1, 5)) for i in range(2)]
    )


def periodic(member):
    return PeriodicEmbedding(4, 3)


def scale(member):
    penalty = keras.regularizers.L2(0.1 / (1 + member))
    return FeatureScale(keras.initializers.Constant(1 + member), penalty)


def sequential(layer):
    return keras.Sequential([keras.Input((2,)), layer, *head()])


def functional(layer):
    outputs = inputs = keras.Input((2,))
    for each in (layer, *head()):
        outputs = each(outputs)
    return keras.Model(inputs, outputs)


def head():
    return keras.layers.Dense(6, activation="tanh"), keras.layers.Dense(1)


def job(model, n_rows, seed, **params):
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse")
    return Job(
        BuiltModel(model),
        X[:n_rows],
        Y[:n_rows],
        epochs=3,
        batch_size=16,
        seed=seed,
        **params,
    )


@pytest.mark.parametrize("make", [piecewise, periodic, scale])
@pytest.mark.parametrize("members", [1, 3])
def test_is_trained_as_by_keras(make, members, monkeypatch):
    monkeypatch.setattr(population, "check_measured_cost", lambda *measured: None)
    models = [sequential(make(k)) for k in range(members)]
    others = [keras.models.clone_model(model) for model in models]
    for model, other in zip(models, others, strict=True):
        other.set_weights(model.get_weights())
    sizes = [50, 41, 45]
    found = train([job(m, sizes[k], k) for k, m in enumerate(models)])
    expected = train(
        [job(m, sizes[k], k, engine="keras") for k, m in enumerate(others)]
    )
    assert found[0].training.engine == ("fused" if members > 1 else "compiled")
    for a, b, model, other in zip(found, expected, models, others, strict=True):
        assert_allclose(a.history["loss"], b.history["loss"], rtol=1e-5)
        for own, reference in zip(
            model.get_weights(), other.get_weights(), strict=True
        ):
            assert_allclose(own, reference, atol=5e-6)


@pytest.mark.parametrize("build", [sequential, functional])
def test_other_edges_share_a_program(build):
    keys = {signature(job(build(piecewise(k)), 50, 0)) for k in range(3)}
    assert len(keys) == 1
    fewer = PiecewiseLinearEncoding([[0, 1, 2, 3]] * 2)
    assert signature(job(build(fewer), 50, 0)) not in keys


def vectors(member):
    penalty = keras.regularizers.L2(0.1 / (1 + member))
    return TableFeatures(1, 0, [4], embeddings_regularizer=penalty)


@pytest.mark.parametrize("make", [scale, vectors])
def test_other_factors_of_a_penalty_share_a_program(make):
    assert len({signature(job(sequential(make(k)), 50, 0)) for k in range(3)}) == 1
