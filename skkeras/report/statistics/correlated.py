"""Intervals and tests for scores of folds, which share training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class TTest:
    """A two-sided t-test.

    Parameters
    ----------
    mean : float
        The mean of what was tested against 0.
    standard_error : float
        Its corrected standard error.
    statistic : float
        Mean divided by standard error; 0 where both are 0.
    dof : int
        Degrees of freedom.
    p_value : float
        How probable a statistic so far from 0 is where the true mean is 0.

    Examples
    --------
    >>> from skkeras.report.statistics import corrected_resampled_t_test
    >>> corrected_resampled_t_test([0.02, 0.01, 0.03], 1 / 2).dof
    2
    """

    mean: float
    standard_error: float
    statistic: float
    dof: int
    p_value: float


def corrected_standard_error(values: ArrayLike, test_train_ratio: float) -> float:
    r"""Estimate the standard error of a mean over resampled folds.

    .. math:: \sqrt{\left(\frac{1}{J} + \frac{n_{test}}{n_{train}}\right) s^2}

    where s² is the variance of the J values with J - 1 in the denominator. Without the
    second term the error is far too small, since folds share training rows.

    Parameters
    ----------
    values : array-like of shape (n_folds,)
        One value a fold, all repeats together.
    test_train_ratio : float
        Test rows for each training row, 1 / (k - 1) for k folds.

    Returns
    -------
    float
        NaN for a single value, and where one is not finite.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning
    52, 2003.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2 or not np.isfinite(values).all():
        return float("nan")
    # Values that agree but for rounding have no variance worth dividing by.
    spread = np.ptp(values)
    if spread <= 1e-12 * max(1.0, np.abs(values).max()):
        return 0.0
    with np.errstate(over="ignore"):  # the error is infinite where squares are
        variance = np.var(values, ddof=1)
    return float(np.sqrt((1 / len(values) + test_train_ratio) * variance))


def confidence_interval(
    values: ArrayLike,
    test_train_ratio: float,
    *,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Bracket the mean that many such cross-validations would have.

    Mean plus and minus a quantile of Student's t with J - 1 degrees of freedom times
    the corrected standard error of `corrected_standard_error`.

    Parameters
    ----------
    values : array-like of shape (n_folds,)
        One value a fold.
    test_train_ratio : float
        Test rows for each training row.
    confidence : float, default=0.95
        Share of such intervals that hold the true mean.

    Returns
    -------
    low, high : float
        NaN for a single value, and where one is not finite.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning
    52, 2003.

    Examples
    --------
    >>> low, high = confidence_interval([0.7, 0.8, 0.9], 1 / 2)
    >>> round(low, 3), round(high, 3)
    (0.407, 1.193)
    """
    error = corrected_standard_error(values, test_train_ratio)
    folds: Any = values
    mean = float(np.mean(folds))
    half = float(stats.t.ppf((1 + confidence) / 2, len(folds) - 1)) * error
    return mean - half, mean + half


def corrected_resampled_t_test(
    differences: ArrayLike, test_train_ratio: float
) -> TTest:
    """Test whether two models differ, from their differences on the same folds.

    The mean difference over the corrected standard error of
    `corrected_standard_error` follows Student's t with J - 1 degrees of freedom.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        One model's score minus the other's, a fold each.
    test_train_ratio : float
        Test rows for each training row.

    Returns
    -------
    TTest
        With a p-value of 1 where all differences are 0, of 0 where all are the same
        other number, and NaN for a single difference.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning
    52, 2003. R. Bouckaert, E. Frank, "Evaluating the Replicability of Significance
    Tests for Comparing Learning Algorithms", PAKDD 2004, for repeated K-fold.

    Examples
    --------
    >>> test = corrected_resampled_t_test([0.1, 0.2, 0.3], 1 / 2)
    >>> round(test.statistic, 3), test.dof, round(test.p_value, 3)
    (2.191, 2, 0.16)
    """
    error = corrected_standard_error(differences, test_train_ratio)
    folds: Any = differences
    mean, dof = float(np.mean(folds)), len(folds) - 1
    if error == 0:
        statistic = 0.0 if abs(mean) <= 1e-12 else float(np.copysign(np.inf, mean))
    else:
        statistic = mean / error
    p_value = float(2 * stats.t.sf(abs(statistic), dof))
    return TTest(mean, error, statistic, dof, p_value)
