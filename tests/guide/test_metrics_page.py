"""The page of metrics has every one; what it says of some of them holds."""

from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score, mean_poisson_deviance

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "metrics.md"
TEXT = PAGE.read_text(encoding="utf-8")
METRICS = [name for name in dir(keras.metrics) if not name.startswith("_")]


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_named(name):
    assert f"`{name}`" in TEXT or f"`{name}(" in TEXT


@pytest.fixture(scope="module")
def binary_outputs():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (200, 1)).astype("float32")
    return y, np.clip(0.3 * y + rng.uniform(0, 0.7, (200, 1)), 0, 1).astype("float32")


def result(metric, y, p):
    metric.update_state(y, p)
    return float(np.squeeze(metric.result()))


def test_f1_of_one_sigmoid_needs_a_threshold(binary_outputs):
    y, p = binary_outputs
    with_threshold = result(keras.metrics.F1Score(threshold=0.5), y, p)
    assert with_threshold == pytest.approx(f1_score(y, p > 0.5))
    all_positive = result(keras.metrics.F1Score(), y, p)
    assert all_positive == pytest.approx(f1_score(y, np.ones_like(y)))


def test_accuracy_compares_outputs_themselves(binary_outputs):
    assert result(keras.metrics.Accuracy(), *binary_outputs) < 0.01


def test_the_cosine_has_the_other_sign_than_the_loss(binary_outputs):
    _, p = binary_outputs
    rows = p.reshape(-1, 4) - 0.2
    metric = result(keras.metrics.CosineSimilarity(), rows, rows[::-1])
    loss = keras.losses.CosineSimilarity()(rows, rows[::-1])
    assert metric == pytest.approx(-float(loss))


def test_concordance_and_correlation_of_a_straight_line():
    y = np.linspace(0, 1, 50)[:, None]
    correlation = result(keras.metrics.PearsonCorrelation(axis=0), y, 2 * y + 3)
    concordance = result(keras.metrics.ConcordanceCorrelation(axis=0), y, 2 * y + 3)
    assert correlation == pytest.approx(1, abs=1e-5)
    assert concordance < 0.5


def test_poisson_and_deviance_differ_by_a_constant_and_a_factor():
    rng = np.random.default_rng(0)
    y = rng.poisson(3, (60, 1)).astype("float32")
    p, q = rng.uniform(1, 5, (2, 60, 1)).astype("float32")
    keras_difference = result(keras.metrics.Poisson(), y, p) - result(
        keras.metrics.Poisson(), y, q
    )
    deviance = mean_poisson_deviance(y, p) - mean_poisson_deviance(y, q)
    assert deviance == pytest.approx(2 * keras_difference, rel=1e-4)
