"""Models of users' own through the estimators: as Model.fit trains them, to the end.

`tests/training` has many more. Here they go the way of a user: folds, grids, fused,
the model looked at afterwards and trained on.
"""

from contextlib import nullcontext

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_validate

import skkeras
from skkeras import KerasRegressor

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

L = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(2, 3, size=(42, 4)).astype("float32")
y = (X[:, 0] - 0.2 * X[:, 1] ** 2).astype("float32")
CODES = RNG.integers(1, 6, size=(42, 2))


def compiled(*layers, inputs=((4,),), loss="mse", **options):
    model = keras.Sequential([keras.Input(*inputs, **options), *layers])
    optimizer = keras.optimizers.SGD(0.02, momentum=0.5, global_clipnorm=1.0)
    model.compile(optimizer, loss, metrics=["mae"])
    return model


class Projection(L.Layer):
    """Projects to directions that its seed decides, and has weights of its own."""

    def __init__(self, seed, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, shape):
        rng = np.random.default_rng(self.seed)
        self.directions = rng.normal(size=(shape[-1], 3)).astype("float32")
        self.scale = self.add_weight(shape=(3,), initializer="ones")

    def call(self, x):
        return keras.ops.matmul(x, self.directions) * self.scale

    def get_config(self):
        return super().get_config() | {"seed": self.seed}


def adapted():
    scaling = L.Normalization()
    scaling.adapt(X[:20])
    return compiled(scaling, L.Dense(5, "relu"), L.Dense(1))


def looked_up():
    lookup = L.IntegerLookup(output_mode="multi_hot")
    lookup.adapt([5, 3, 3, 1])
    return compiled(lookup, L.Dense(1), inputs=((2,),), dtype="int64")


def frozen_bias():
    model = compiled(L.Dense(5, "tanh"), L.Dense(1))
    model.layers[0].bias.trainable = False
    model.layers[0].bias.assign(np.arange(5.0))
    return model


def projected(seed=3):
    return compiled(Projection(seed), L.Dense(1))


def robust(delta=1.0):
    loss = keras.losses.Huber(delta=delta)
    return compiled(L.Dense(5, "tanh"), L.Dense(1), loss=loss)


def mixing():
    def of_the_batch(x):
        return x - keras.ops.mean(x, axis=0, keepdims=True)

    return compiled(L.Dense(5, of_the_batch), L.Dense(1))


FACTORIES = [adapted, looked_up, frozen_bias, projected, robust, mixing]


def estimator(factory, **options):
    options = {"epochs": 3, "batch_size": 8, "random_state": 0} | options
    return KerasRegressor(factory, verbose=0, **options)


def data_of(factory):
    return CODES if factory is looked_up else X


def folds(model, data, fused):
    with skkeras.fused() if fused else nullcontext():
        found = cross_validate(model, data, y, cv=3, return_estimator=True)
    return found["estimator"]


def state_of(model):
    return [*model.variables, *model.optimizer.variables]


def assert_same_state(mine, its):
    for one, other in zip(state_of(mine), state_of(its), strict=True):
        assert_allclose(
            np.asarray(one), np.asarray(other), rtol=1e-4, atol=1e-5, err_msg=one.path
        )


@pytest.fixture(scope="module")
def reference():
    """Train folds by Model.fit, once for each factory."""
    known = {}

    def folds_of(factory):
        if factory not in known:
            model = estimator(factory, engine="keras")
            found = cross_validate(
                model, data_of(factory), y, cv=3, return_estimator=True
            )
            known[factory] = found["estimator"]
        return known[factory]

    return folds_of


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("factory", FACTORIES)
def test_folds_are_those_of_model_fit(factory, fused, reference):
    data = data_of(factory)
    for mine, its in zip(
        folds(estimator(factory), data, fused), reference(factory), strict=True
    ):
        assert mine.history_.keys() == its.history_.keys()
        for name, values in its.history_.items():
            assert_allclose(mine.history_[name], values, rtol=1e-4, err_msg=name)
        predicted = mine.predict(data)
        assert_allclose(predicted, its.predict(data), rtol=1e-4, atol=1e-5)
        by_the_model = mine.model_.predict(data, verbose=0).ravel()
        assert_allclose(predicted, by_the_model, rtol=1e-4, atol=1e-5)
        assert_same_state(mine.model_, its.model_)


@pytest.mark.parametrize("factory", FACTORIES)
def test_training_goes_on_as_with_model_fit(factory):
    data, ends = data_of(factory), []
    for engine in ("auto", "keras"):
        with skkeras.fused():
            model = clone(estimator(factory, engine=engine)).fit(data, y)
        model.partial_fit(data, y)
        ends.append(model.model_)
    assert_same_state(*ends)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize(
    ("factory", "grid"),
    [(robust, {"model__delta": [0.1, 1.0, 3.0]}), (projected, {"model__seed": [1, 2]})],
)
def test_a_grid_over_what_no_configuration_tells(factory, grid, fused):
    scores = []
    for engine in ("auto", "keras"):
        search = GridSearchCV(
            estimator(factory, engine=engine, epochs=8), grid, cv=3, refit=False
        )
        if fused and engine == "auto":
            with skkeras.fused():
                search.fit(X, y)
        else:
            search.fit(X, y)
        scores.append(search.cv_results_["mean_test_score"])
    assert_allclose(*scores, rtol=1e-4)
    (values,) = grid.values()
    assert len(set(np.round(scores[0], 6))) == len(values)
