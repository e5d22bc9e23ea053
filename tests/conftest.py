"""Data and model factories that several tests use."""

import numpy as np
import pytest


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
