"""Every pair of models, tested on the folds they share."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skkeras.report.grading import Evidence
from skkeras.report.statistics import (
    confidence_interval,
    corrected_resampled_t_test,
    correlated_bayesian_t_test,
    holm,
)

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison
    from skkeras.report.metrics import Metric

SMALLEST_RELEVANT_SHARE = 0.01


def default_rope(metric: Metric, means: pd.Series) -> float:
    """Choose the largest difference that is too small to matter.

    Parameters
    ----------
    metric : Metric
        What is compared.
    means : Series
        Its mean for each model.

    Returns
    -------
    float
        0.01 for shares, as in Benavoli et al. 2017: where 1 is perfect, or all means
        lie between 0 and 1. For all others, which have a unit, a hundredth of the mean
        that is nearest to 0, among errors, or of the largest one.
    """
    if metric.greater_is_better and (
        metric.bounds[1] == 1 or means.between(0, 1).all()
    ):
        return SMALLEST_RELEVANT_SHARE
    sizes = means.abs()
    is_error = not metric.greater_is_better or (means <= 0).all()
    return SMALLEST_RELEVANT_SHARE * float(sizes.min() if is_error else sizes.max())


def pairwise_table(
    values: pd.DataFrame,
    metric: Metric,
    test_train_ratio: float,
    *,
    rope: float,
    confidence: float,
) -> pd.DataFrame:
    """Compare every pair of models.

    Parameters
    ----------
    values : DataFrame of shape (n_folds, n_models)
        Scores on the same folds, best model first.
    metric : Metric
        What they are.
    test_train_ratio : float
        Test rows for each training row.
    rope : float
        Half the width of the region of practical equivalence.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        One row a pair; see `Comparison.pairwise`.
    """
    rows = [
        _pair(a, b, values, metric, test_train_ratio, rope, confidence)
        for a, b in combinations(values.columns, 2)
    ]
    columns = ["model", "other", "advantage", "low", "high", "p_value", "p_holm"]
    columns += ["p_worse", "p_equivalent", "p_better"]
    table = pd.DataFrame(rows, columns=[c for c in columns if c != "p_holm"])
    table.insert(columns.index("p_holm"), "p_holm", holm(table["p_value"]))
    return table


def _pair(a, b, values, metric, ratio, rope, confidence):
    gains = metric.advantage(values[a], values[b]).to_numpy()
    found = evidence_from(gains, ratio, rope=rope, confidence=confidence)
    return {"model": a, "other": b} | dict(zip(Evidence._fields, found, strict=True))


def evidence_from(
    gains: np.ndarray,
    test_train_ratio: float,
    *,
    rope: float,
    confidence: float = 0.95,
) -> Evidence:
    """Test and describe differences in the same folds.

    Parameters
    ----------
    gains : ndarray of shape (n_folds,)
        By how much the first is better, a fold each.
    test_train_ratio : float
        Test rows for each training row.
    rope : float
        Half the width of the region of practical equivalence.
    confidence : float, default=0.95
        Of the interval.

    Returns
    -------
    Evidence
        With the p-value of the corrected resampled t-test, not adjusted.
    """
    low, high = confidence_interval(gains, test_train_ratio, confidence=confidence)
    posterior = correlated_bayesian_t_test(gains, test_train_ratio, rope=rope)
    return Evidence(
        advantage=gains.mean(),
        low=low,
        high=high,
        p_value=corrected_resampled_t_test(gains, test_train_ratio).p_value,
        p_worse=posterior.worse,
        p_equivalent=posterior.equivalent,
        p_better=posterior.better,
    )


@np.errstate(over="ignore", invalid="ignore")  # NaN says so where a score is infinite
def evidence_between(comparison: Comparison, model: str, other: str) -> Evidence:
    """Compare one model with another by the primary metric.

    Parameters
    ----------
    comparison : Comparison
        With both.
    model, other : str
        Their names.

    Returns
    -------
    Evidence
        Of the first against the second; its p-value is that of this pair alone.
    """
    metric, values = comparison.primary, comparison.values()
    return evidence_from(
        metric.advantage(values[model], values[other]).to_numpy(),
        comparison.test_train_ratio,
        rope=default_rope(metric, values.mean()),
    )


def no_test(advantage: float) -> str:
    """Return why a pair has no p-value.

    Parameters
    ----------
    advantage : float
        Of its first model.

    Returns
    -------
    str
    """
    why = "a single fold" if np.isfinite(advantage) else "a score that is not finite"
    return f"{why} allows no test."
