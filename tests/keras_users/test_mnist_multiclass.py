"""The MNIST tutorial: class labels in, one-hot rows only inside."""

import keras
import numpy as np
import pytest

from skkeras import KerasClassifier


@pytest.fixture(scope="module")
def pixels():
    """Ten kinds of 784 pixels, each kind bright in its own place."""
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(10), 40)
    X = rng.random((400, 784)) * 0.3
    for kind in range(10):
        X[y == kind, 78 * kind : 78 * (kind + 1)] += 0.6
    return X.astype("float32"), y


def create_model(meta):
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


@pytest.fixture(scope="module")
def fitted(pixels):
    classifier = KerasClassifier(
        create_model,
        optimizer=keras.optimizers.RMSprop(learning_rate=0.001, rho=0.9, epsilon=1e-8),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        epochs=2,
        batch_size=32,
        verbose=0,
        random_state=0,
    )
    return classifier.fit(*pixels)


def test_the_estimator_makes_the_one_hot_rows(fitted, pixels):
    X, y = pixels
    np.testing.assert_array_equal(
        fitted.target_encoder_.transform(y), keras.utils.to_categorical(y)
    )
    np.testing.assert_array_equal(np.unique(fitted.predict(X)), np.arange(10))


def test_the_optimizer_is_the_one_given(fitted):
    config = fitted.model_.optimizer.get_config()
    assert config["rho"] == 0.9
    assert config["epsilon"] == 1e-8
    assert config["learning_rate"] == pytest.approx(0.001)
    assert int(fitted.model_.optimizer.iterations.numpy()) == 2 * 13


def test_evaluate_gives_the_loss_and_the_accuracy(fitted, pixels):
    X, y = pixels
    measured = fitted.evaluate(X, y)
    proba = fitted.predict_proba(X)
    log_loss = -np.log(proba[np.arange(len(y)), y]).mean()
    assert measured.keys() == {"loss", "accuracy"}
    assert measured["loss"] == pytest.approx(log_loss, rel=1e-4)
    assert measured["accuracy"] == pytest.approx(fitted.score(X, y))
    assert measured["accuracy"] > 0.8


def test_the_history_has_a_value_an_epoch(fitted):
    assert {name: len(values) for name, values in fitted.history_.items()} == {
        "loss": 2,
        "accuracy": 2,
    }
