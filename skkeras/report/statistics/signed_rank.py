"""Whether one model is better than another over several data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

DECIMALS = 12  # differences that agree so far are ties


@dataclass(frozen=True)
class SignedRankTest:
    """What Wilcoxon's signed-rank test found.

    Parameters
    ----------
    estimate : float
        Hodges and Lehmann's estimate of the typical difference.
    low, high : float
        Its interval; infinite where there are too few differences for one.
    p_value : float
        Two-sided.
    n_unequal : int
        How many differences are not zero.

    Examples
    --------
    >>> from skkeras.report.statistics import signed_rank_test
    >>> signed_rank_test([0.1, 0.2, 0.3, 0.0]).n_unequal
    3
    """

    estimate: float
    low: float
    high: float
    p_value: float
    n_unequal: int


def signed_rank_test(
    differences: ArrayLike, *, confidence: float = 0.95
) -> SignedRankTest:
    """Test whether differences are as often, and as far, above zero as below.

    The absolute differences are ranked, and the ranks of the positive ones summed.
    Nothing but the two models that are compared goes into the result. Differences of
    zero are left out of the test, as Wilcoxon did, but not of the estimate: the median
    of the means of all pairs of differences, each with itself included. The interval
    holds the values that the test would not reject as the true difference.

    p is exact for up to 50 differences without ties, or 13 with ties; beyond that it is
    the normal approximation of `scipy.stats.wilcoxon`.

    Parameters
    ----------
    differences : array-like of shape (n_datasets,)
        By how much one model is better, a data set each, on a scale on which those of
        different data sets can be compared.
    confidence : float, default=0.95
        Of the interval.

    Returns
    -------
    SignedRankTest
        With a p-value of 1 where all differences are zero, and NaN throughout where
        one is not finite.

    Raises
    ------
    ValueError
        If there are no differences.

    References
    ----------
    F. Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1,
    1945. J. L. Hodges, E. L. Lehmann, "Estimates of Location Based on Rank Tests",
    Annals of Mathematical Statistics 34, 1963. A. Benavoli, G. Corani, F. Mangili,
    "Should We Really Use Post-Hoc Tests Based on Mean-Ranks?", JMLR 17, 2016.

    Examples
    --------
    >>> found = signed_rank_test([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    >>> found.p_value, round(found.estimate, 2)
    (0.03125, 0.35)
    """
    values = np.round(np.asarray(differences, dtype=float), DECIMALS)
    if values.size == 0:
        raise ValueError("differences must not be empty")
    unequal = values[values != 0]
    if not np.isfinite(values).all():
        return SignedRankTest(np.nan, np.nan, np.nan, np.nan, len(unequal))
    first, second = np.triu_indices(len(values))
    means = np.sort((values[first] + values[second]) / 2)
    outside = _outside(len(values), confidence)
    low, high = (
        (means[outside], means[-1 - outside]) if outside >= 0 else (-np.inf, np.inf)
    )
    return SignedRankTest(
        estimate=float(np.median(means)),
        low=float(low),
        high=float(high),
        p_value=float(stats.wilcoxon(unequal).pvalue) if len(unequal) else 1.0,
        n_unequal=len(unequal),
    )


def smallest_p_value(n_datasets: int) -> float:
    """Return the p-value of a model that is better on every data set.

    Parameters
    ----------
    n_datasets : int
        How many data sets there are.

    Returns
    -------
    float
        2 / 2^n, the lowest that the two-sided signed-rank test can give.

    Examples
    --------
    >>> smallest_p_value(3), smallest_p_value(8)
    (0.25, 0.0078125)
    """
    return 2.0 ** (1 - n_datasets)


def _outside(n_differences, confidence):
    """Count the means of pairs that the interval leaves out on either side, or -1.

    The sum of the ranks of positive differences is, where there is no difference, that
    of n coins of which the i-th counts i.
    """
    chances = np.ones(1)
    for rank in range(1, n_differences + 1):
        chances = np.pad(chances, (0, rank)) + np.pad(chances, (rank, 0))
        chances /= 2
    tail = np.cumsum(chances)
    return int(np.searchsorted(tail, (1 - confidence) / 2, side="right")) - 1
