"""The same seed gives the same fit, and no generator notices that one happened."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.model_selection import GridSearchCV, cross_val_score
from tensorflow.python.framework import config

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier


def global_states():
    return (
        random.getstate(),
        repr(np.random.get_state()),  # noqa: NPY002
        config.is_op_determinism_enabled(),
        tf.config.experimental.get_synchronous_execution(),
        torch_state(),
    )


def torch_state():
    if keras.backend.backend() != "torch":
        return None
    import torch

    return torch.get_rng_state().tolist()


def draws_of_the_backend():
    """Draw from the backend's own global generator, which JAX does not have."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return [float(tf.random.uniform(()))]
    if backend == "torch":
        import torch

        return [float(torch.rand(()))]
    return []


def dropout_net(seed):
    return KerasMLPClassifier(
        (8,), dropout=0.3, epochs=3, early_stopping=True, random_state=seed
    )


def weights(estimator):
    return np.concatenate([w.ravel() for w in estimator.model_.get_weights()])


def test_same_seed_same_model(binary):
    first = weights(dropout_net(3).fit(*binary))
    np.testing.assert_array_equal(weights(dropout_net(3).fit(*binary)), first)
    assert (weights(dropout_net(4).fit(*binary)) != first).any()


def test_refit_is_a_fresh_fit(binary):
    estimator = dropout_net(3).fit(*binary)
    first = weights(estimator)
    np.testing.assert_array_equal(weights(estimator.fit(*binary)), first)


def test_a_random_state_instance_moves_on_as_in_scikit_learn(binary):
    state = np.random.RandomState(0)
    first = weights(dropout_net(state).fit(*binary))
    second = weights(dropout_net(state).fit(*binary))
    assert (first != second).any()
    again = weights(dropout_net(np.random.RandomState(0)).fit(*binary))
    np.testing.assert_array_equal(again, first)


@pytest.mark.parametrize("seed", [None, 0])
def test_global_generators_stay_as_they_were(binary, seed):
    before = global_states()
    dropout_net(seed).fit(*binary).predict(binary[0])
    assert global_states() == before


@pytest.mark.tensorflow
class NamesAnInitializer(keras.layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 3))

    def call(self, inputs):
        return inputs @ self.kernel


class MakesLayers(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.layers.Dense(3, activation="tanh")

    def call(self, inputs):
        return self.inner(inputs)


class DrawsByNumPy(keras.layers.Layer):
    def build(self, input_shape):
        start = np.random.normal(size=(input_shape[-1], 3))  # noqa: NPY002
        self.kernel = self.add_weight(shape=start.shape, initializer="zeros")
        self.kernel.assign(start)

    def call(self, inputs):
        return inputs @ self.kernel


class DrawsByTensorFlow(keras.layers.Layer):
    def build(self, input_shape):
        start = tf.random.normal((input_shape[-1], 3))
        self.kernel = self.add_weight(shape=start.shape, initializer="zeros")
        self.kernel.assign(start)

    def call(self, inputs):
        return inputs @ self.kernel


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "kind", [NamesAnInitializer, MakesLayers, DrawsByNumPy, DrawsByTensorFlow]
)
def test_layers_that_draw_as_they_are_made_move_no_generator(binary, kind):
    X, y = binary

    def create_model():
        layers = [kind(), keras.layers.Dense(1, "sigmoid")]
        return keras.Sequential([keras.Input((4,)), *layers])

    given = {"loss": "binary_crossentropy", "verbose": 0, "random_state": 0}
    estimator = KerasClassifier(create_model, **given)

    def draw(fits_between):
        tf.random.set_seed(11)
        tf.random.uniform(())
        if fits_between:
            estimator.fit(X, y).predict(X)
            with skkeras.fused():
                cross_val_score(estimator, X, y, cv=2)
        return float(tf.random.uniform(()))

    before = global_states()
    try:
        assert draw(fits_between=True) == draw(fits_between=False)
    finally:
        tf.random.set_seed(None)
    assert global_states() == before


def test_tensorflows_stream_goes_on_where_it_was(binary):
    def draw(fit_between):
        tf.random.set_seed(11)
        tf.random.uniform(())
        if fit_between:
            dropout_net(0).fit(*binary)
        return float(tf.random.uniform(()))

    try:
        assert draw(fit_between=True) == draw(fit_between=False)
    finally:
        tf.random.set_seed(None)


@pytest.mark.tensorflow
def test_unseeded_random_ops_still_work_after_a_seeded_fit(binary):
    dropout_net(0).fit(*binary)
    tf.random.uniform((2,))
    tf.random.experimental.stateless_fold_in([1, 2], 3)


def test_the_factory_draws_from_the_seed(binary):
    def create_model(meta):
        draws = [random.random(), np.random.random(), *draws_of_the_backend()]  # noqa: NPY002
        draws.append(float(keras.random.uniform(())))
        model = keras.Sequential(
            [
                keras.Input((meta["n_features_in_"],)),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(loss="binary_crossentropy")
        model.draws = draws
        return model

    draws = [
        KerasClassifier(create_model, verbose=0, random_state=seed)
        .fit(*binary)
        .model_.draws
        for seed in (1, 1, 2)
    ]
    assert draws[0] == draws[1]
    assert not set(draws[0]) & set(draws[2])


def test_fits_in_two_threads_do_not_disturb_each_other(binary):
    alone = {seed: weights(dropout_net(seed).fit(*binary)) for seed in range(4)}
    with ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda seed: dropout_net(seed).fit(*binary), range(4))
    for seed, estimator in enumerate(together):
        np.testing.assert_allclose(weights(estimator), alone[seed], atol=1e-6)


def test_nothing_is_built_after_a_fused_call_that_raised(binary):
    builds = []

    def create_model(fails):
        builds.append(fails)
        if fails:
            raise ValueError("cannot be built")
        draw = np.random.rand()  # noqa: NPY002
        time.sleep(0.1)
        head = keras.layers.Dense(1, activation="sigmoid", name=f"n{int(1e9 * draw)}")
        return keras.Sequential([keras.Input((4,)), head])

    estimator = KerasClassifier(
        create_model, loss="binary_crossentropy", fails=False, verbose=0
    )
    values = {"fails": [False, True, *[False] * 6]}
    grid = GridSearchCV(estimator, values, cv=2, error_score="raise")
    before = global_states()
    with skkeras.fused(), pytest.raises(ValueError, match="cannot be built"):
        grid.fit(*binary)
    after, count = global_states(), len(builds)
    time.sleep(0.5)
    assert after == before
    assert len(builds) == count


def test_bad_random_state_is_named(binary):
    with pytest.raises(ValueError, match="'random_state' parameter of KerasMLP"):
        KerasMLPClassifier(random_state="seven").fit(*binary)
