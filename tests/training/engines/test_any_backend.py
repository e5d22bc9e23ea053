"""What JAX and PyTorch use gives what TensorFlow's own paths give."""

import logging
import subprocess
import sys

import keras
import numpy as np
import pytest

from skkeras import KerasMLPClassifier
from skkeras.training.model_fit.feed import SeededRows as TensorFlowRows
from skkeras.training.model_fit.seeded_batches import SeededRows
from skkeras.training.rows.epoch_order import epoch_order


def linear():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return rng.random((21, 3)), rng.random((21, 1)), rng.random(21)


def test_batches_follow_the_order_of_the_epoch(rows):
    x, y, weight = rows
    feed = SeededRows(x, y, weight, batch_size=8, seed=5)
    assert len(feed) == 3
    for epoch in (0, 3):
        feed.begin_epoch(epoch)
        batches = [feed[i] for i in range(len(feed))]
        order = epoch_order(5, epoch, 21)
        for array, column in zip(rows, zip(*batches, strict=True), strict=True):
            np.testing.assert_array_equal(
                np.concatenate(column), array[order].astype("float32")
            )


@pytest.mark.tensorflow
def test_both_feeds_train_alike(rows):
    weights = []
    for feed_class in (SeededRows, TensorFlowRows):
        feed = feed_class(*rows, batch_size=8, seed=5)
        model = linear()
        for epoch in range(3):
            feed.begin_epoch(epoch)
            model.fit(
                feed,
                initial_epoch=epoch,
                epochs=epoch + 1,
                shuffle=False,
                verbose=0,
            )
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_class_weights_become_weights_of_rows(rows):
    x, _, _ = rows
    y = np.arange(21) % 2
    feed = SeededRows(x, y, None, batch_size=21, seed=0, class_weight={0: 1.0, 1: 3.0})
    _, labels, weight = feed[0]
    np.testing.assert_array_equal(weight, np.where(labels == 1, 3.0, 1.0))


def perceptron(**params):
    return KerasMLPClassifier((4,), l2=0.01, epochs=2, random_state=0, **params)


class SeesBatches(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        assert np.isfinite(logs["loss"])


def test_the_reason_for_model_fit_is_kept_and_logged_once(rows, caplog):
    x, labels = rows[0], np.arange(21) % 2
    with caplog.at_level(logging.INFO, "skkeras"):
        fitted = perceptron(callbacks=[SeesBatches()]).fit(x, labels)
    backend = keras.backend.backend()
    reason = {"torch": "no compiled engine for the torch backend"}.get(
        backend, "callback SeesBatches acts on each batch (on_train_batch_end)"
    )
    assert fitted.training_.engine == "keras"
    assert fitted.training_.reason == reason
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("INFO", f"Model.fit trains this model: {reason}")
    ]


def test_model_fit_that_was_asked_for_is_not_logged(rows, caplog):
    with caplog.at_level(logging.INFO, "skkeras"):
        fitted = perceptron(engine="keras").fit(rows[0], np.arange(21) % 2)
    assert fitted.training_.reason == "engine='keras'"
    assert not caplog.records


@pytest.mark.slow
@pytest.mark.parametrize(
    # Keras imports it where a model is described, which JAX's engine needs.
    ("backend", "engine"),
    [("jax", "keras"), ("torch", "auto")],
)
def test_another_backend_does_not_import_tensorflow(backend, engine):
    pytest.importorskip(backend)
    code = (
        "import sys, numpy as np, skkeras; X = np.eye(8);"
        f"mlp = skkeras.KerasMLPClassifier((4,), l2=0.01, epochs=2, engine={engine!r});"
        "mlp.fit(X, [0, 1] * 4).predict(X);"
        "sys.exit('tensorflow' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"KERAS_BACKEND": backend, "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
