"""What the scores of folds and data sets allow to be said."""

from skkeras.report.statistics.against_all import AgainstAll, against_all
from skkeras.report.statistics.correlated import (
    TTest,
    confidence_interval,
    corrected_resampled_t_test,
)
from skkeras.report.statistics.equivalence import (
    Posterior,
    correlated_bayesian_t_test,
)
from skkeras.report.statistics.holm import holm
from skkeras.report.statistics.ranks import (
    RankTest,
    average_ranks,
    critical_difference,
    friedman_nemenyi,
)

__all__ = [
    "AgainstAll",
    "Posterior",
    "RankTest",
    "TTest",
    "against_all",
    "average_ranks",
    "confidence_interval",
    "corrected_resampled_t_test",
    "correlated_bayesian_t_test",
    "critical_difference",
    "friedman_nemenyi",
    "holm",
]
