"""How probable it is that a model is better, worse or practically equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from skkeras.report.statistics.correlated import corrected_standard_error


@dataclass(frozen=True)
class Posterior:
    """Where a difference lies, given the folds.

    Parameters
    ----------
    worse, equivalent, better : float
        Probabilities that it is below, in and above the region of practical
        equivalence; they sum to 1.

    Examples
    --------
    >>> from skkeras.report.statistics import correlated_bayesian_t_test
    >>> found = correlated_bayesian_t_test([0.02, 0.01, 0.03], 1 / 2, rope=0.01)
    >>> round(found.worse + found.equivalent + found.better, 6)
    1.0
    """

    worse: float
    equivalent: float
    better: float


def correlated_bayesian_t_test(
    differences: ArrayLike,
    test_train_ratio: float,
    *,
    rope: float,
) -> Posterior:
    r"""Weigh a difference against what is too small to matter.

    The posterior of the mean difference, under the uninformative prior, is Student's t
    with J - 1 degrees of freedom, the mean of the differences as location, and

    .. math:: \left(\frac{1}{J} + \frac{\rho}{1 - \rho}\right) s^2,
              \qquad \rho = \frac{n_{test}}{n_{test} + n_{train}}

    as squared scale, so that the second term is the ratio of test to training rows.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        One model's advantage over the other, a fold each.
    test_train_ratio : float
        Test rows for each training row.
    rope : float
        Half the width of the region of practical equivalence, in the metric's unit.

    Returns
    -------
    Posterior
        NaN for a single difference.

    References
    ----------
    A. Benavoli, G. Corani, J. Demšar, M. Zaffalon, "Time for a Change: a Tutorial for
    Comparing Multiple Classifiers Through Bayesian Analysis", JMLR 18, 2017.
    G. Corani, A. Benavoli, "A Bayesian approach for comparing
    cross-validated algorithms on multiple data sets", Machine Learning 100, 2015.

    Examples
    --------
    >>> found = correlated_bayesian_t_test([0.1, 0.2, 0.3], 1 / 2, rope=0.01)
    >>> round(found.better, 2), round(found.equivalent, 2)
    (0.91, 0.01)
    """
    if rope < 0:
        raise ValueError(f"rope must be 0 or more, got {rope!r}")
    scale = corrected_standard_error(differences, test_train_ratio)
    folds: Any = differences
    mean = float(np.mean(folds))
    if scale == 0:
        return Posterior(
            float(mean < -rope), float(abs(mean) <= rope), float(mean > rope)
        )
    posterior = stats.t(len(folds) - 1, loc=mean, scale=scale)
    worse, better = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    return Posterior(worse, 1 - worse - better, better)
