"""The temperature at which held-out probabilities have the lowest log loss."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_LOWEST, _HIGHEST = 0.5, 3.0
SMALLEST = 1e-7  # the least probability that a logarithm is taken of


def best_temperature(
    probabilities: np.ndarray, codes: np.ndarray, sample_weight: np.ndarray | None
) -> float:
    """Find the temperature of `skkeras.layers.TemperatureScaling`.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Of rows that were not trained on.
    codes : ndarray of int, shape (n_samples,)
        Class of each row.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the rows.

    Returns
    -------
    float
        Between 0.5 and 3.

    Examples
    --------
    >>> sure = np.array([[0.99, 0.01]] * 4)
    >>> round(best_temperature(sure, np.array([0, 0, 0, 1]), None), 1)  # 3 of 4 right
    3.0
    """
    logarithms = np.log(np.maximum(probabilities, SMALLEST))
    rows = np.arange(len(codes))

    def log_loss(log_temperature):
        scaled = log_softmax(logarithms / np.exp(log_temperature), axis=1)
        return -np.average(scaled[rows, codes], weights=sample_weight)

    bounds = np.log([_LOWEST, _HIGHEST])
    found = minimize_scalar(log_loss, bounds=bounds, method="bounded")
    return float(np.exp(found.x)) if found.fun < log_loss(0.0) else 1.0
