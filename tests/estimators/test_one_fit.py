"""Fitting in one thread while another predicts."""

import copy
import pickle
import threading

import keras
import numpy as np
import pytest
from sklearn.base import clone

from skkeras import KerasMLPClassifier, KerasMLPRegressor

SMALL = {"hidden_layer_sizes": (4,), "l2": 0.01, "epochs": 3, "random_state": 0}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
WORDS, LETTERS = np.repeat(["left", "right"], 30), np.repeat(["a", "b", "c"], 20)


def test_no_prediction_mixes_two_fits():
    """Old predictions, new ones or one clear error: while targets change kind."""
    model = KerasMLPClassifier(**SMALL).fit(X, WORDS)
    seen, errors, is_over = [], [], threading.Event()
    right = [clone(model).fit(X, y).predict_proba(X) for y in (WORDS, LETTERS)]

    def predict():
        while not is_over.is_set():
            try:
                seen.append(model.predict_proba(X))
            except RuntimeError as error:
                errors.append(str(error))

    threads = [threading.Thread(target=predict) for _ in range(3)]
    for thread in threads:
        thread.start()
    for y in (LETTERS, WORDS) * 4:
        model.fit(X, y)
    is_over.set()
    for thread in threads:
        thread.join()
    assert errors
    assert all("is fitted by another thread" in error for error in errors)
    for found in seen:
        expected = right[found.shape[1] - 2]
        np.testing.assert_allclose(found, expected, rtol=1e-5)


READING = {
    "predict": lambda model, path: model.predict(X),
    "score": lambda model, path: model.score(X, X[:, 0]),
    "evaluate": lambda model, path: model.evaluate(X, X[:, 0]),
    "save": lambda model, path: model.save(path / "file"),
    "pickle": lambda model, path: pickle.dumps(model),
}


class Waiting(keras.callbacks.Callback):
    """Holds a fit until it may go on."""

    def __init__(self, arrived, may_go_on):
        super().__init__()
        self.arrived, self.may_go_on = arrived, may_go_on

    def on_epoch_end(self, epoch, logs=None):
        self.arrived.wait(timeout=60)
        self.may_go_on.wait(timeout=60)


@pytest.mark.parametrize("n_fits", [1, 2])
@pytest.mark.parametrize("reading", READING)
def test_what_is_read_while_another_thread_fits(reading, n_fits, tmp_path):
    """With two of them, also when one has ended."""
    model = KerasMLPRegressor(**SMALL).fit(X, X[:, 0])
    arrived, ends = threading.Barrier(n_fits + 1), []
    threads = []
    for _ in range(n_fits):
        ends.append(threading.Event())
        wait = Waiting(arrived, ends[-1])

        def fit(wait=wait):
            model.partial_fit(X, X[:, 0], callbacks=[wait])

        threads.append(threading.Thread(target=fit))
        threads[-1].start()
    arrived.wait(timeout=60)
    for thread, end in zip(threads, ends, strict=True):
        with pytest.raises(RuntimeError, match="is fitted by another thread"):
            READING[reading](model, tmp_path)
        end.set()
        thread.join()
    READING[reading](model, tmp_path)


class Predicting(keras.callbacks.Callback):
    """Predicts, and copies, in the thread that fits."""

    def __init__(self, look):
        super().__init__()
        self.look = look

    def on_epoch_end(self, epoch, logs=None):
        self.look()


def test_the_thread_that_fits_may_predict():
    model = KerasMLPRegressor(**SMALL).fit(X, X[:, 0])
    copies = []

    def look():
        model.predict(X)
        copies.append(copy.copy(model))

    model.set_params(callbacks=Predicting(look)).fit(X, X[:, 0])
    assert len(copies) == 3
    found = []
    thread = threading.Thread(target=lambda: found.append(copies[0].predict(X)))
    thread.start()
    thread.join()
    assert found[0].shape == (60,)


@pytest.mark.parametrize("fails", [False, True])
def test_after_a_fit_others_predict_again(fails):
    model = KerasMLPRegressor(**SMALL).fit(X, X[:, 0])
    if fails:
        with pytest.raises(ValueError, match="NaN"):
            model.fit(X * np.nan, X[:, 0])
    found = []
    thread = threading.Thread(target=lambda: found.append(model.predict(X)))
    thread.start()
    thread.join()
    assert found[0].shape == (60,)
