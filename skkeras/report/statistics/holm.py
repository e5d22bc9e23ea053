"""Many tests at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def holm(p_values: ArrayLike) -> np.ndarray:
    """Adjust p-values so that the chance of any false alarm stays at the level.

    The i-th smallest of m p-values is multiplied by m - i + 1, made no smaller than
    the adjusted ones before it, and cut at 1.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        NaN, for tests that could not be made, stays NaN and does not count.

    Returns
    -------
    ndarray of shape (n_tests,)
        In the order given.

    References
    ----------
    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian
    Journal of Statistics 6, 1979.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, dtype=float)
    adjusted = p_values.copy()
    made = np.flatnonzero(~np.isnan(p_values))
    order = made[np.argsort(p_values[made], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return adjusted
