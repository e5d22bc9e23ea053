"""The temperature of held-out probabilities."""

import numpy as np
import pytest
from scipy.optimize import brute
from scipy.special import softmax
from sklearn.metrics import log_loss

from skkeras.estimators.tabular.temperature import best_temperature
from skkeras.layers import TemperatureScaling


def drawn(temperature, n_classes, n_rows=4000):
    """Draw probabilities that are right at a temperature, and classes."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(n_rows, n_classes))
    codes = [rng.choice(n_classes, p=p) for p in softmax(logits, axis=1)]
    return softmax(logits * temperature, axis=1), np.array(codes)


@pytest.mark.parametrize("n_classes", [2, 3, 7])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.0])
def test_what_made_probabilities_too_sure_is_found_again(temperature, n_classes):
    probabilities, codes = drawn(temperature, n_classes)
    found = best_temperature(probabilities, codes, None)
    np.testing.assert_allclose(found, temperature, rtol=0.1)


def test_it_is_the_lowest_log_loss_of_scikit_learn_on_the_layers_outputs():
    probabilities, codes = drawn(1.6, 3, n_rows=300)
    weights = np.random.default_rng(1).uniform(size=300)

    def loss(temperature):
        layer = TemperatureScaling(temperature.item())
        scaled = np.asarray(layer(probabilities), float)
        scaled /= scaled.sum(axis=1, keepdims=True)  # to more digits than float32
        return log_loss(codes, scaled, sample_weight=weights)

    grid = (slice(0.5, 3.0, 0.02),)
    lowest = brute(loss, grid, finish=None)
    found = best_temperature(probabilities, codes, weights)
    np.testing.assert_allclose(found, lowest, atol=0.02)


def test_one_column_is_scaled_as_two():
    both, _ = drawn(1.0, 2, n_rows=50)
    layer = TemperatureScaling(1.7)
    one = np.asarray(layer(both[:, 1:].astype("float32")))
    two = np.asarray(layer(both.astype("float32")))
    np.testing.assert_allclose(one, two[:, 1:], atol=1e-6)


def test_certainty_stays_finite():
    layer = TemperatureScaling(0.5)
    for sure in ([[1.0, 0.0]], [[1.0]], [[0.0]]):
        assert np.isfinite(np.asarray(layer(np.array(sure, "float32")))).all()


def test_a_temperature_is_positive():
    with pytest.raises(ValueError, match="temperature must be above 0, got 0"):
        TemperatureScaling(0)
