"""What the scores of folds and data sets allow to be said."""

from skkeras.report.statistics.against_all import AgainstAll, against_all
from skkeras.report.statistics.correlated import (
    TTest,
    confidence_interval,
    corrected_resampled_t_test,
)
from skkeras.report.statistics.elo import elo, elo_interval
from skkeras.report.statistics.equivalence import (
    Posterior,
    correlated_bayesian_t_test,
)
from skkeras.report.statistics.games import games, win_rates
from skkeras.report.statistics.hierarchical import hierarchical_test
from skkeras.report.statistics.holm import holm
from skkeras.report.statistics.ranks import average_ranks
from skkeras.report.statistics.signed_rank import (
    SignedRankTest,
    signed_rank_test,
    smallest_p_value,
)

__all__ = [
    "AgainstAll",
    "Posterior",
    "SignedRankTest",
    "TTest",
    "against_all",
    "average_ranks",
    "confidence_interval",
    "corrected_resampled_t_test",
    "correlated_bayesian_t_test",
    "elo",
    "elo_interval",
    "games",
    "hierarchical_test",
    "holm",
    "signed_rank_test",
    "smallest_p_value",
    "win_rates",
]
