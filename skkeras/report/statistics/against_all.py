"""One model against several at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skkeras.report.statistics.holm import holm


class AgainstAll(NamedTuple):
    """Two tests of one model against several.

    Parameters
    ----------
    p_better : float
        One-sided p-value of "it is better than every one of them".
    p_worse : float
        One-sided p-value of "at least one of them is better".

    Examples
    --------
    >>> from skkeras.report.statistics import AgainstAll
    >>> AgainstAll(p_better=0.01, p_worse=1.0).p_value
    0.02
    """

    p_better: float
    p_worse: float

    @property
    def p_value(self) -> float:
        """Two-sided p-value: twice the smaller of the two, at most 1."""
        return float(np.minimum(1.0, 2 * np.minimum(self.p_better, self.p_worse)))


def against_all(advantages: ArrayLike, p_values: ArrayLike) -> AgainstAll:
    """Test a model against the best of several without choosing which that is.

    The best of several on the same folds is a maximum, so a test against it alone is no
    test. "Better than the best" means better than every one: an intersection-union
    test, whose p-value is the largest of the one-sided ones and needs no adjustment
    (Berger 1982). "Worse than the best" means worse than at least one: the smallest
    one-sided p-value after Holm's adjustment.

    Parameters
    ----------
    advantages : array-like of shape (n_rivals,)
        By how much the model is better than each of the others.
    p_values : array-like of shape (n_rivals,)
        Two-sided p-values of these differences.

    Returns
    -------
    AgainstAll
        NaN where a difference could not be tested.

    References
    ----------
    R. L. Berger, "Multiparameter Hypothesis Testing and Acceptance Sampling",
    Technometrics 24, 1982.

    Examples
    --------
    >>> found = against_all([0.2, 0.1], [0.001, 0.04])
    >>> found.p_better, round(found.p_worse, 4)
    (0.02, 1.0)
    """
    advantages = np.asarray(advantages, dtype=float)
    p_values = np.asarray(p_values, dtype=float)
    better = np.where(advantages > 0, p_values / 2, 1 - p_values / 2)
    if np.isnan(better).any():
        return AgainstAll(np.nan, np.nan)
    return AgainstAll(float(better.max()), float(holm(1 - better).min()))
