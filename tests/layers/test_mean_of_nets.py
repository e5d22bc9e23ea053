"""Nets stacked into one layer give what they give themselves."""

import random

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.layers import (
    MeanOfNets,
    PeriodicEmbedding,
    PiecewiseLinearEncoding,
    TableFeatures,
)

RNG = np.random.default_rng(0)
X = np.column_stack(
    [RNG.normal(size=(21, 3)), RNG.integers(0, 2, 21), RNG.integers(0, 9, (21, 2))]
).astype("float32")
EDGES = [[-1.0, 0.0, 0.5, 1.0]] * 3
ENCODINGS = {
    "plain": lambda: None,
    "piecewise": lambda: PiecewiseLinearEncoding(EDGES),
    "periodic": lambda: PeriodicEmbedding(4, 3),
}


def net(encoding, name="net"):
    return keras.Sequential(
        [
            keras.Input((6,)),
            TableFeatures(3, 1, [9, 9], ENCODINGS[encoding](), 2),
            keras.layers.Dense(7, "relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2, "softmax"),
        ],
        name=name,
    )


@pytest.fixture(params=ENCODINGS)
def nets(request):
    made = [net(request.param, f"net_{i}") for i in range(3)]
    for one in made:
        for variable in one.variables:
            if "seed" not in variable.path and "edges" not in variable.path:
                variable.assign(np.abs(RNG.normal(size=variable.shape)) / 3)
    return made


def layer_of(nets, shares):
    layer = MeanOfNets(nets[0], shares)
    layer.build(X.shape)
    layer.set_nets(nets)
    return layer


def test_it_is_the_weighted_sum(nets):
    shares = [0.5, 0.3, 0.2]
    expected = sum(
        s * n.predict(X, verbose=0) for s, n in zip(shares, nets, strict=True)
    )
    assert_allclose(np.asarray(layer_of(nets, shares)(X)), expected, atol=1e-6)


def test_each_net_comes_out_again(nets):
    layer = layer_of(nets, [0.5, 0.3, 0.2])
    for number, one in enumerate(nets):
        again = layer.net(number).predict(X, verbose=0)
        assert_allclose(again, one.predict(X, verbose=0), atol=1e-6)


def test_taking_a_net_out_draws_nothing(nets):
    layer = layer_of(nets, [0.5, 0.3, 0.2])
    before = random.getstate()
    layer.net(1)
    assert random.getstate() == before


def test_it_is_saved_with_its_weights_and_no_others(nets, tmp_path):
    entry = keras.Input((6,))
    layer = layer_of(nets, [0.5, 0.3, 0.2])
    model = keras.Model(entry, layer(entry))
    assert len(model.variables) == len(nets[0].variables)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_allclose(again.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-6)
