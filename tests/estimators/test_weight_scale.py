"""Only the ratios of weights matter, and rows of weight 0 do not."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import AdaBoostClassifier
from sklearn.neural_network import MLPClassifier

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)

pytestmark = pytest.mark.in_turn


def penalised(meta, n_outputs=1):
    """Build a model whose penalty outweighs a loss of small weights."""
    output = "sigmoid" if "n_classes_" in meta else None
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(8, activation="relu", kernel_regularizer="l2"),
            keras.layers.Dense(n_outputs, activation=output),
        ]
    )
    loss = "binary_crossentropy" if "n_classes_" in meta else "mse"
    model.compile(keras.optimizers.SGD(0.1), loss)
    return model


COMMON = {"epochs": 15, "verbose": 0, "random_state": 0}
KINDS = [
    (KerasMLPClassifier((8,), l2=0.01, **COMMON), "binary"),
    (KerasMLPRegressor((8,), l2=0.01, **COMMON), "regression"),
    (KerasMLPRegressor((8,), loss="huber", l2=0.01, **COMMON), "regression"),
    (KerasClassifier(penalised, **COMMON), "binary"),
    (KerasRegressor(penalised, **COMMON), "regression"),
]


class Batches(keras.utils.PyDataset):
    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 4

    def __getitem__(self, index):
        size = len(self.arrays[0]) // 4
        return tuple(a[index * size : (index + 1) * size] for a in self.arrays)


def outputs(estimator, X):
    return estimator._predict_raw(X, {})


def assert_alike(first, second, X):
    a, b = outputs(first, X), outputs(second, X)
    np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("scale", [1 / 400, 1e4, 1e-30])
@pytest.mark.parametrize(("estimator", "data"), KINDS)
def test_equal_weights_are_none(request, estimator, data, scale):
    X, y = request.getfixturevalue(data)
    weighted = clone(estimator).fit(X, y, sample_weight=np.full(len(y), scale))
    assert_alike(weighted, clone(estimator).fit(X, y), X)


@pytest.mark.parametrize(("estimator", "data"), KINDS)
def test_unequal_weights_have_no_scale(request, estimator, data):
    X, y = request.getfixturevalue(data)
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y))
    first, second = (
        clone(estimator).fit(X, y, sample_weight=c * weight) for c in (1, 1e-3)
    )
    assert_alike(first, second, X)
    losses = [first.evaluate(X, y, c * weight)["loss"] for c in (1, 1e-3)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_dataset_has_no_scale_either(binary):
    X, y = binary
    weight = np.random.default_rng(0).uniform(0.1, 3, len(y))
    first, second, arrays = (
        KerasClassifier(penalised, **COMMON, shuffle=False) for _ in range(3)
    )
    # The batches of the dataset are those that the arrays are cut into.
    size = len(y) // 4
    first.set_params(batch_size=size).fit(Batches(X, y, weight))
    second.set_params(batch_size=size).fit(Batches(X, y, weight / 1e3))
    arrays.set_params(batch_size=size).fit(X, y, sample_weight=weight)
    assert_alike(first, second, X)
    assert_alike(first, arrays, X)


def test_weights_of_held_out_rows_have_no_scale(binary):
    X, y = binary
    weight = np.linspace(0, 2, len(y))
    losses = [
        KerasClassifier(penalised, **COMMON)
        .fit(X, y, validation_data=(X, y, c * weight))
        .history_["val_loss"]
        for c in (1, 100)
    ]
    np.testing.assert_allclose(*losses, rtol=1e-5)


@pytest.mark.parametrize(("estimator", "data"), KINDS)
def test_a_weight_is_a_number_of_copies(request, estimator, data):
    """In full batches, where no copy falls into another update."""
    X, y = request.getfixturevalue(data)
    copies = np.random.default_rng(0).integers(0, 4, len(y))
    by_weight, by_row = (clone(estimator).set_params(batch_size=-1) for _ in range(2))
    by_weight.fit(X, y, sample_weight=copies)
    rows = np.repeat(np.arange(len(y)), copies)
    assert_alike(by_weight, by_row.fit(X[rows], y[rows]), X)


@pytest.mark.parametrize("ratio", [1e-3, 1e3])
def test_class_weights_of_a_perceptron_have_no_scale(binary, ratio):
    X, y = binary
    first, second = (
        KerasMLPClassifier((8,), class_weight={0: c, 1: 3 * c}, l2=0.01, **COMMON).fit(
            X, y
        )
        for c in (1, ratio)
    )
    assert_alike(first, second, X)


def test_class_weights_of_a_factory_are_those_of_keras(binary):
    X, y = binary
    classifier = KerasClassifier(
        penalised, class_weight={0: 0.2, 1: 0.7}, shuffle=False, **COMMON
    )
    theirs = clone(classifier).initialize(X, y).model_
    theirs.fit(
        X.astype("float32"),
        y.astype("float32")[:, None],
        class_weight={0: 0.2, 1: 0.7},
        shuffle=False,
        epochs=15,
        verbose=0,
    )
    np.testing.assert_allclose(
        outputs(classifier.fit(X, y), X),
        theirs.predict(X.astype("float32"), verbose=0),
        atol=1e-4,
    )


@pytest.mark.parametrize("ours", [KINDS[0][0], KINDS[3][0]])
def test_boosting_learns(binary, ours):
    X, y = binary
    boosted = AdaBoostClassifier(clone(ours), n_estimators=3, random_state=0)
    assert boosted.fit(X, y).score(X, y) > 0.9


def test_parts_keep_the_ratios_between_them(regression):
    """The unit of the first call is that of all."""
    X, y = regression
    first, second = np.full(len(y), 0.01), np.full(len(y), 0.03)
    settings = {"optimizer": "sgd", "learning_rate": 0.01, "random_state": 0}
    by_weight, by_unit, plain = (
        KerasMLPRegressor((8,), l2=0.0, **settings) for _ in range(3)
    )
    by_weight.partial_fit(X, y, sample_weight=first)
    by_weight.partial_fit(X, y, sample_weight=second)
    by_unit.partial_fit(X, y).partial_fit(X, y, sample_weight=np.full(len(y), 3.0))
    plain.partial_fit(X, y).partial_fit(X, y)
    assert_alike(by_weight, by_unit, X)
    assert not np.allclose(outputs(by_weight, X), outputs(plain, X), atol=1e-3)


def test_weightless_rows_do_not_set_the_scale_of_the_target(regression):
    X, y = regression
    spoilt, weight = y.copy(), np.ones(len(y))
    spoilt[:3], weight[:3] = 1e9, 0
    net = KerasMLPRegressor((8,), l2=0.01, epochs=15, random_state=0)
    by_weight = clone(net).fit(X, spoilt, sample_weight=weight)
    assert_alike(by_weight, clone(net).fit(X[3:], y[3:]), X)
    np.testing.assert_allclose(
        by_weight.predict(X), clone(net).fit(X[3:], y[3:]).predict(X), rtol=1e-3
    )


def test_the_scale_of_the_target_follows_the_weights(regression):
    X, y = regression
    weight = np.arange(len(y)) % 3
    encoder = (
        KerasMLPRegressor((8,), l2=0.01, epochs=1).fit(X, y, weight).target_encoder_
    )
    repeated = np.repeat(y, weight)
    np.testing.assert_allclose(encoder.scaler_.mean_, repeated.mean())
    np.testing.assert_allclose(encoder.scaler_.scale_, repeated.std())


def test_weightless_rows_do_not_reach_an_encoder_of_ones_own(binary):
    from sklearn.preprocessing import StandardScaler

    class Scaled(KerasClassifier):
        @property
        def feature_encoder(self):
            return StandardScaler()

    X, y = binary
    weight = (np.arange(len(y)) >= 5).astype(float)
    spoilt = np.where(weight[:, None] == 0, 1e9, X)
    classifier = Scaled(penalised, **COMMON).fit(spoilt, y, sample_weight=weight)
    np.testing.assert_allclose(classifier.feature_encoder_.mean_, X[5:].mean(axis=0))


def test_a_class_of_weightless_rows_is_a_class_as_in_scikit_learn(multiclass):
    X, y = multiclass
    weight = (y != 2).astype(float)
    theirs = MLPClassifier(max_iter=500, random_state=0).fit(X, y, weight)
    ours = KerasMLPClassifier(l2=0.01, epochs=10, random_state=0).fit(X, y, weight)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    assert set(ours.predict(X[y != 2])) == {0, 1}
