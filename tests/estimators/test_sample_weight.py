"""Weights of rows and of classes."""

import keras
import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from skkeras import KerasClassifier, KerasMLPClassifier, KerasRegressor

pytestmark = pytest.mark.in_turn


@pytest.fixture(scope="module")
def weighted():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 4)).astype("float32")
    return X, (X[:, 0] > 0).astype(int), rng.integers(0, 4, 60)


def full_batch(uncompiled, wrapper, loss, **params):
    return wrapper(
        uncompiled,
        loss=loss(reduction="mean_with_sample_weight"),
        optimizer="adam",
        optimizer__learning_rate=0.01,
        batch_size=-1,
        epochs=20,
        verbose=0,
        random_state=0,
        **params,
    )


def assert_same_weights(first, second):
    for a, b in zip(
        first.model_.get_weights(), second.model_.get_weights(), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-4)


@pytest.mark.parametrize(
    ("wrapper", "loss", "activation"),
    [
        (KerasClassifier, keras.losses.BinaryCrossentropy, "sigmoid"),
        (KerasRegressor, keras.losses.MeanSquaredError, None),
    ],
)
def test_full_batch_weights_equal_repeated_rows(
    uncompiled, weighted, wrapper, loss, activation
):
    X, y, weight = weighted
    estimator = full_batch(uncompiled, wrapper, loss, activation=activation)
    by_weight = estimator.fit(X, y, sample_weight=weight)
    repeated = np.repeat(np.arange(len(y)), weight)
    by_row = full_batch(uncompiled, wrapper, loss, activation=activation)
    by_row.fit(X[repeated], y[repeated])
    assert_same_weights(by_weight, by_row)
    assert by_weight.history_["loss"][-1] == pytest.approx(
        by_row.history_["loss"][-1], abs=1e-5
    )


def test_class_weight_is_a_weight_of_each_row(uncompiled, weighted):
    X, y, weight = weighted
    weight = weight + 1.0
    loss = keras.losses.BinaryCrossentropy
    of_classes = compute_class_weight("balanced", classes=np.array([0, 1]), y=y)
    params = {"activation": "sigmoid"}
    balanced = full_batch(
        uncompiled, KerasClassifier, loss, class_weight="balanced", **params
    ).fit(X, y, sample_weight=weight)
    by_hand = full_batch(uncompiled, KerasClassifier, loss, **params)
    assert_same_weights(
        balanced, by_hand.fit(X, y, sample_weight=weight * of_classes[y])
    )
    by_dict = full_batch(
        uncompiled,
        KerasClassifier,
        loss,
        class_weight=dict(enumerate(of_classes)),
        **params,
    )
    assert_same_weights(balanced, by_dict.fit(X, y, sample_weight=weight))


def test_class_weight_goes_by_label(binary):
    X, y = binary
    labels = np.array(["no", "yes"])[y]
    classifier = KerasMLPClassifier(
        (8,),
        learning_rate=0.05,
        class_weight={"no": 1e-6, "yes": 1},
        l2=0.01,
        epochs=30,
    )
    assert (classifier.fit(X, labels).predict(X) == "yes").all()


def test_rows_of_weight_zero_have_no_part(weighted, uncompiled):
    X, y, _ = weighted
    weight = (np.arange(len(y)) < 40).astype(float)
    loss = keras.losses.BinaryCrossentropy
    estimator = full_batch(uncompiled, KerasClassifier, loss, activation="sigmoid")
    poisoned = np.where(weight[:, None] == 0, 1e6, X)
    by_weight = estimator.fit(poisoned, y, sample_weight=weight)
    alone = full_batch(uncompiled, KerasClassifier, loss, activation="sigmoid")
    assert_same_weights(by_weight, alone.fit(X[:40], y[:40], sample_weight=np.ones(40)))


def test_weights_reach_score_and_evaluate(binary):
    X, y = binary
    classifier = KerasMLPClassifier((4,), l2=0.01, epochs=1, random_state=0).fit(X, y)
    right = classifier.predict(X) == y
    assert 0 < right.sum() < len(y)
    assert classifier.score(X, y, sample_weight=right.astype(float)) == 1
    heavy = np.where(right, 1.0, 5.0)
    losses = [classifier.evaluate(X, y, w)["loss"] for w in (None, heavy)]
    assert losses[1] > losses[0]
