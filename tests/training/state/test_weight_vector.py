"""The optimizer's step on one vector: when it is taken, and how state is laid out."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.training import BuiltModel, Job, train
from skkeras.training.state.weight_vector import (
    VectorParts,
    can_join,
    slots_of,
    vector_for,
)

pytestmark = pytest.mark.tensorflow

ELEMENTWISE = {
    "SGD": {"momentum": 0.9},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adagrad": {},
    "Adadelta": {},
    "Adam": {"amsgrad": True},
    "AdamW": {},
    "Adamax": {},
    "Nadam": {},
    "Ftrl": {},
    "Lion": {},
}


def weights():
    kernel = keras.Variable(np.arange(6.0).reshape(2, 3), name="kernel")
    return [kernel, keras.Variable(np.arange(3.0), name="bias")]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_each_slot_holds_the_state_of_kernel_and_bias_in_turn(name):
    kind, options = getattr(keras.optimizers, name), ELEMENTWISE[name]
    optimizer, of_vector = kind(**options), kind(**options)
    variables = weights()
    optimizer.build(variables)
    of_vector.build([vector_for(variables)])
    for number, variable in enumerate(optimizer.variables):
        variable.assign(np.full(variable.shape, number))
    names = [v.name.removeprefix("kernel_") for v in optimizer.variables]
    state = slots_of(optimizer, of_vector)
    scalars = [part for part in state if not isinstance(part, list)]
    expected = [v for v in optimizer.variables if v.shape == ()]
    assert list(map(id, scalars)) == list(map(id, expected))
    for part, variable in zip(state, of_vector.variables, strict=True):
        if isinstance(part, list):
            slot = variable.name.removeprefix("weight_vector_")
            numbers = [names.index(slot)] * 6 + [names.index(f"bias_{slot}")] * 3
            assert_array_equal(VectorParts(part).numpy(), numbers)


def test_what_is_assigned_to_a_vector_reaches_its_variables():
    kernel, bias = weights()
    VectorParts([kernel, bias]).assign(np.arange(9.0) * 10)
    assert_array_equal(kernel.numpy(), [[0, 10, 20], [30, 40, 50]])
    assert_array_equal(bias.numpy(), [60, 70, 80])


def mixed_types():
    return [*weights(), keras.Variable(np.zeros(2), dtype="float16")]


def constrained():
    kernel, bias = weights()
    kernel.constraint = keras.constraints.MaxNorm(1.0)
    return [kernel, bias]


class _Own(keras.optimizers.Adam):
    """May do anything with whole kernels."""


@pytest.mark.parametrize(
    ("optimizer", "variables", "joins"),
    [
        (keras.optimizers.Adam(), weights, True),
        (keras.optimizers.Adam(global_clipnorm=1.0), weights, True),
        (keras.optimizers.Adam(clipnorm=1.0), weights, False),
        (keras.optimizers.Lamb(), weights, False),
        (keras.optimizers.Adafactor(), weights, False),
        (keras.optimizers.Muon(), weights, False),
        (_Own(), weights, False),
        (keras.optimizers.Adam(), mixed_types, False),
        (keras.optimizers.Adam(), constrained, False),
        (
            keras.optimizers.Adam(),
            lambda: [keras.Variable(np.zeros((400, 400)))],
            False,
        ),
    ],
)
def test_only_elementwise_updates_of_small_models_are_joined(
    optimizer, variables, joins
):
    variables = variables()
    gradients = [tf.zeros(v.shape, v.dtype) for v in variables]
    assert can_join(optimizer, variables, gradients) is joins
    assert not can_join(optimizer, variables, [None, *gradients[1:]])


class _WithSpare(keras.layers.Layer):
    """Has a weight that its output does not depend on."""

    def build(self, shape):
        self.spare = self.add_weight(shape=(3,), initializer="ones")
        self.used = self.add_weight(shape=(shape[-1], 1), initializer="ones")

    def call(self, x):
        return keras.ops.matmul(x, self.used)


@pytest.mark.filterwarnings("ignore:Gradients do not exist for variables:UserWarning")
def test_a_weight_without_gradient_does_not_decay():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 4)).astype("float32")
    fitted = []
    for engine in ("auto", "keras"):
        model = keras.Sequential([keras.Input((4,)), _WithSpare()])
        model.compile(loss="mse", optimizer=keras.optimizers.AdamW(0.1))
        job = Job(
            BuiltModel(model),
            x,
            x[:, :1],
            epochs=2,
            batch_size=8,
            seed=0,
            engine=engine,
        )
        (result,) = train([job])
        fitted.append((result.training.engine, model.get_weights()))
    (engine, mine), (_, reference) = fitted
    assert engine == "compiled"
    assert_array_equal(mine[0], [1, 1, 1])
    for part, same in zip(mine, reference, strict=True):
        assert_allclose(part, same, rtol=1e-5, atol=1e-6)
