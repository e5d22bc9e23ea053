"""Programs that nobody can use any more leave nothing behind."""

import gc
import importlib
import weakref

import keras
import numpy as np
import pytest

from skkeras.training import Job, executable, gradient_registry, predict, train

pytestmark = pytest.mark.tensorflow

train_module = importlib.import_module("skkeras.training.train")
X = np.random.default_rng(0).normal(size=(30, 3)).astype("float32")


def made(units, activation="relu"):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(units, activation=activation),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize("members", [1, 3])
def test_a_program_goes_with_its_family(monkeypatch, members):
    alive = []

    class Watched(executable.Executable):
        def __init__(self, function):
            super().__init__(function)
            alive.extend(map(weakref.ref, (self, function, function.graph)))

    monkeypatch.setattr("skkeras.training.program.Executable", Watched)
    y = (X[:, :1] > 0).astype("float32")
    # An odd activation, so that no other test has such a program.
    jobs = [Job(made(5, "celu"), X, y, epochs=2, seed=k) for k in range(members)]
    results = train(jobs)
    assert {result.training.engine for result in results} <= {"fused", "compiled"}
    predict(jobs[0].model, X)
    assert alive
    del jobs, results
    train_module._families.clear()
    gc.collect()
    assert [reference() for reference in alive] == [None] * len(alive)


def test_own_gradients_are_not_registered_for_ever():
    def own_entries():
        entries = gradient_registry._entries.items()
        return {k for k, e in entries if gradient_registry._is_own(e["type"])}

    y = (X[:, :1] > 0).astype("float32")
    train([Job(made(4, "silu"), X, y, epochs=1, seed=0)])
    assert not own_entries()
    assert gradient_registry._entries  # under the name that TensorFlow has for it
