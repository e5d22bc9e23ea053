"""Data and model factories that several tests use."""

import importlib
import signal
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["turns", "seconds"]

# No test fails because a machine is slow.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_runtest_setup(item):
    """Skip what only the TensorFlow backend has where Keras runs on another."""
    if item.get_closest_marker("tensorflow"):
        import keras

        backend = keras.backend.backend()
        if backend != "tensorflow":
            pytest.skip(f"TensorFlow's own path; Keras runs on {backend}")


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_interrupts():
    """Heed SIGINT also where the shell that runs the tests has it ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def binary():
    """A target that two of four features decide, 120 rows."""
    X = np.random.default_rng(0).normal(size=(120, 4))
    return X, (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.fixture(scope="session")
def multiclass():
    """Three well separated classes, 150 rows."""
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1, 2], 50)
    return rng.normal(size=(150, 4)) + 3 * np.eye(3, 4)[y], y


@pytest.fixture(scope="session")
def regression():
    """A linear target with a little noise, 120 rows."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(120, 4))
    return X, 3 * X[:, 0] - X[:, 1] + 5 + 0.1 * rng.normal(size=120)


@pytest.fixture
def proven_programs(monkeypatch):
    """Take programs as proven: the fit that proves one has its model built for that."""
    for name in ("program.programs_by_size", "population.population"):
        module = importlib.import_module(f"skkeras.training.{name}")
        monkeypatch.setattr(module, "provers", lambda members, is_proven: [])
