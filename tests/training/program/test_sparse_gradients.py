"""Optimizers take the gradient of a lookup as Keras's do, parts of one row apart."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from engine_cases import optimizers
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job
from skkeras.training.hyperparameters.base import Covers
from skkeras.training.keras_internals.sparse_gradients import dense, without_branches
from skkeras.training.program.step import Batch, initial_metrics, train_step
from skkeras.training.program.template import make_template

pytestmark = pytest.mark.tensorflow

RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 4, (9, 3))  # many of them twice; row 4 is never looked up
Y = RNG.normal(size=(9, 1)).astype("float32")
OPTIMIZERS = {name: case.make().optimizer for name, case in optimizers().items()}


def net(optimizer, dtype="float64", **embedding):
    """Return a net in float64: RMSprop makes much of a small gradient's rounding."""
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            keras.layers.Embedding(5, 2, dtype=dtype, **embedding),
            keras.layers.Flatten(dtype=dtype),
            keras.layers.Dense(1, dtype=dtype),
        ]
    )
    model.compile(type(optimizer).from_config(optimizer.get_config()), "mse")
    return model


def assert_steps_are_those_of_keras(model, steps=3):
    job = Job(BuiltModel(model), CODES, Y, batch_size=9)
    template = make_template(job, (CODES, Y, None), Covers())
    model.optimizer.build(model.trainable_variables)
    state = [tf.constant(slot.numpy()) for slot in template.state_of(job.fit_model)]
    batch = Batch(tf.constant(CODES), tf.constant(Y), None, None)
    for _ in range(steps):
        state, _, gradients = train_step(
            template, state, initial_metrics(template), batch
        )
        model.train_step((batch.x, batch.y))
    for value, variable in zip(state, model.trainable_variables, strict=False):
        atol = 1e-12 if value.dtype == tf.float64 else 2e-6
        assert_allclose(value, variable, rtol=1e-7, atol=atol, err_msg=variable.path)
    return gradients


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name):
    dtype = "float32" if name == "Muon" else "float64"  # Keras's refuses float64
    gradients = assert_steps_are_those_of_keras(net(OPTIMIZERS[name], dtype))
    assert isinstance(gradients[0], tf.IndexedSlices)


def test_a_penalty_beside_the_lookups():
    assert_steps_are_those_of_keras(
        # Keras does not add up a loss and penalties of float64.
        net(keras.optimizers.Adam(0.01), "float32", embeddings_regularizer="l2")
    )


def test_a_constraint():
    assert_steps_are_those_of_keras(
        net(keras.optimizers.RMSprop(0.1), embeddings_constraint="unit_norm")
    )


def test_parts_of_one_row_are_added_up():
    parts = tf.IndexedSlices(
        tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        tf.constant([2, 0, 2]),
        tf.constant([4, 2]),
    )
    assert dense(parts).numpy().tolist() == [[3, 4], [0, 0], [6, 8], [0, 0]]
    assert dense(None) is None


def test_an_update_of_a_users_own_stays_as_it_is():
    class Own(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            pass

    assert without_branches(Own.update_step) is Own.update_step


@pytest.mark.parametrize("kind", ["RMSprop", "Adagrad", "Adadelta", "Adafactor"])
def test_keras_calls_its_operations_by_the_name_that_is_replaced(kind):
    update = getattr(keras.optimizers, kind).update_step
    assert without_branches(update).__globals__["ops"] is not update.__globals__["ops"]
