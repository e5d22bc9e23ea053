"""Nets whose penalties differ in their factors alone share a program."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job, train
from skkeras.training.planning.signature import signature

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

L1, L2, L1L2 = keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2


@keras.saving.register_keras_serializable("test_penalties")
class Cubes(keras.regularizers.Regularizer):
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * keras.ops.sum(keras.ops.abs(x) ** 3)

    def get_config(self):
        return {"factor": self.factor}


@keras.saving.register_keras_serializable("test_penalties")
class AddsItself(keras.layers.Dense):
    """A layer that uses its regularizer in a way of its own."""

    def call(self, x):
        self.add_loss(2 * self.bias_regularizer(self.kernel))
        return super().call(x)


def net(penalty, *, bias=None, layer=keras.layers.Dense, **options):
    hidden = layer(
        5,
        "tanh",
        kernel_regularizer=penalty,
        bias_regularizer=bias,
        kernel_initializer=keras.initializers.GlorotUniform(1),
        **options,
    )
    normalization = keras.layers.BatchNormalization(gamma_regularizer=bias)
    head = keras.layers.Dense(1, kernel_initializer=keras.initializers.HeNormal(2))
    model = keras.Sequential([keras.Input((4,)), hidden, normalization, head])
    model.compile(keras.optimizers.Adam(0.02), loss="mse")
    return model


def job(model, **options):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(33, 4)), rng.normal(size=(33, 1))
    held_out = rng.normal(size=(7, 4)), rng.normal(size=(7, 1))
    return Job(
        BuiltModel(model),
        x,
        y,
        epochs=3,
        batch_size=8,
        seed=1,
        validation_data=held_out,
        **options,
    )


def assert_as_keras(models, references, members):
    results = train([job(model) for model in models])
    expected = train([job(model, engine="keras") for model in references])
    for model, reference, mine, its in zip(
        models, references, results, expected, strict=True
    ):
        assert mine.training.members == members
        for name in ("loss", "val_loss"):
            assert_allclose(mine.history[name], its.history[name], rtol=1e-5)
        for part, same in zip(
            model.get_weights(), reference.get_weights(), strict=True
        ):
            assert_allclose(part, same, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [L1, L2])
def test_each_net_has_its_own_factor(kind):
    factors = (0.0, 1e-3, 0.1, 3.0)
    assert_as_keras(*([net(kind(f)) for f in factors] for _ in range(2)), members=4)


def test_each_weight_has_its_own_factors():
    pairs = ((0.1, 0.0), (0.02, 0.3), (0.0, 0.05))

    def nets():
        return [net(L1L2(*pair), bias=L2(sum(pair))) for pair in pairs]

    assert_as_keras(nets(), nets(), members=3)


def test_a_program_that_is_there_takes_other_factors():
    before = train([job(net(L2(0.07)))])
    after = train([job(net(L2(0.7)))])
    (first,), (second,) = before, after
    assert second.training.compile_seconds == 0
    assert first.history["loss"][0] < second.history["loss"][0]
    assert_as_keras([net(L2(0.7))], [net(L2(0.7))], members=1)


@pytest.mark.parametrize(
    "nets",
    [
        lambda: [net(Cubes(0.1)), net(Cubes(0.4))],
        lambda: [net(L2(0.1), bias=L2(f), layer=AddsItself) for f in (0.1, 0.4)],
        lambda: [net(L2(0.1), activity_regularizer=L2(f)) for f in (0.1, 0.4)],
        lambda: [net(L2(0.1)), net(L1(0.1))],
    ],
    ids=["own regularizer", "own layer", "activity", "kind"],
)
def test_what_is_part_of_the_program_is_not_shared(nets):
    one, other = (signature(job(model)) for model in nets())
    assert one != other
    assert_as_keras(nets(), nets(), members=1)
