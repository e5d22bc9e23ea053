"""Ranks of models over several data sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True, eq=False)
class RankTest:
    """What Friedman's test and Nemenyi's comparisons found.

    Parameters
    ----------
    ranks : Series
        Mean rank of each model, the best first; 1 is best.
    statistic : float
        Friedman's chi-squared, corrected for ties.
    p_value : float
        How probable such ranks are where all models are equal.
    nemenyi : DataFrame of shape (n_models, n_models)
        p-value of each pair, adjusted for their number.
    critical_difference : float
        Mean ranks that are further apart differ at the level `alpha`.
    alpha : float
        The level.
    n_datasets : int
        How many data sets were ranked.

    Examples
    --------
    >>> import pandas as pd
    >>> from skkeras.report.statistics import friedman_nemenyi
    >>> scores = pd.DataFrame({"a": [0.9, 0.8, 0.7], "b": [0.8, 0.7, 0.6], "c": 0.5})
    >>> friedman_nemenyi(scores).n_datasets
    3
    """

    ranks: pd.Series
    statistic: float
    p_value: float
    nemenyi: pd.DataFrame
    critical_difference: float
    alpha: float
    n_datasets: int


def average_ranks(scores: pd.DataFrame, *, greater_is_better: bool = True) -> pd.Series:
    """Rank the models on each data set and average the ranks.

    Parameters
    ----------
    scores : DataFrame of shape (n_datasets, n_models)
        Mean score of each model on each data set.
    greater_is_better : bool, default=True
        Whether the highest score has rank 1.

    Returns
    -------
    Series
        One mean rank a model; ties share the mean of their places.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"net": [0.9, 0.8], "tree": [0.7, 0.8]})
    >>> average_ranks(scores).to_dict()
    {'net': 1.25, 'tree': 1.75}
    """
    return scores.rank(axis=1, ascending=not greater_is_better).mean()


def critical_difference(
    n_models: int, n_datasets: int, *, alpha: float = 0.05
) -> float:
    r"""Compute how far apart mean ranks must be to differ.

    .. math:: CD = q_\alpha \sqrt{\frac{k (k + 1)}{6 N}}

    with k models, N data sets, and q the quantile of the studentized range for k
    groups and infinite degrees of freedom, divided by the square root of 2.

    Parameters
    ----------
    n_models, n_datasets : int
        How many there are.
    alpha : float, default=0.05
        The chance of any false alarm.

    Returns
    -------
    float

    References
    ----------
    J. Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR
    7, 2006.

    Examples
    --------
    >>> round(critical_difference(4, 14), 2)
    1.25
    """
    quantile = stats.studentized_range.ppf(1 - alpha, n_models, np.inf) / np.sqrt(2)
    return float(quantile * _rank_error(n_models, n_datasets))


def friedman_nemenyi(
    scores: pd.DataFrame, *, greater_is_better: bool = True, alpha: float = 0.05
) -> RankTest:
    r"""Test whether models differ over data sets, and which pairs do.

    Friedman's test first (`scipy.stats.friedmanchisquare`, with its correction for
    ties), then Nemenyi's comparison of every pair, whose p-value is the upper tail of
    the studentized range at

    .. math:: \sqrt{2}\,|R_i - R_j| \Big/ \sqrt{\frac{k (k + 1)}{6 N}}

    Parameters
    ----------
    scores : DataFrame of shape (n_datasets, n_models)
        Mean score of each model on each data set, without gaps; at least three of
        each.
    greater_is_better : bool, default=True
        Whether the highest score has rank 1.
    alpha : float, default=0.05
        The level of the critical difference.

    Returns
    -------
    RankTest

    Raises
    ------
    ValueError
        If there are fewer than three models or data sets, or a score is missing.

    References
    ----------
    M. Friedman, "The Use of Ranks to Avoid the Assumption of Normality Implicit in
    the Analysis of Variance", JASA 32, 1937. P. Nemenyi, "Distribution-free Multiple
    Comparisons", Princeton, 1963. J. Demšar, JMLR 7, 2006.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"a": [0.9, 0.8, 0.7], "b": [0.8, 0.7, 0.6], "c": 0.5})
    >>> found = friedman_nemenyi(scores)
    >>> found.ranks.to_dict()
    {'a': 1.0, 'b': 2.0, 'c': 3.0}
    >>> round(found.p_value, 3)
    0.05
    """
    n_datasets, n_models = scores.shape
    if min(n_datasets, n_models) < 3:
        raise ValueError(
            f"ranks need three data sets and three models, got {n_datasets} and "
            f"{n_models}"
        )
    if scores.isna().any(axis=None):
        raise ValueError("ranks need the score of every model on every data set")
    ranks = average_ranks(scores, greater_is_better=greater_is_better).sort_values(
        kind="stable"
    )
    statistic, p_value = _friedman(scores)
    distances = np.abs(np.subtract.outer(ranks.to_numpy(), ranks.to_numpy()))
    studentized = np.sqrt(2) * distances / _rank_error(n_models, n_datasets)
    nemenyi = pd.DataFrame(
        stats.studentized_range.sf(studentized, n_models, np.inf),
        index=ranks.index,
        columns=ranks.index,
    )
    return RankTest(
        ranks,
        statistic,
        p_value,
        nemenyi,
        critical_difference(n_models, n_datasets, alpha=alpha),
        alpha,
        n_datasets,
    )


def _friedman(scores):
    values = scores.to_numpy()
    if (values == values[:, :1]).all():  # all tied: SciPy would divide by zero
        return 0.0, 1.0
    statistic, p_value = stats.friedmanchisquare(*values.T)
    return float(statistic), float(p_value)


def _rank_error(n_models, n_datasets):
    return np.sqrt(n_models * (n_models + 1) / (6 * n_datasets))
