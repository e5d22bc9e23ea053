"""Ranks over data sets in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.text import equals

if TYPE_CHECKING:
    from skkeras.report.statistics.ranks import RankTest


def rank_sentence(ranks: RankTest | None) -> str:
    """Describe what the ranks allow to conclude.

    Parameters
    ----------
    ranks : RankTest or None
        What `friedman_nemenyi` found.

    Returns
    -------
    str
        Empty where there are no ranks.
    """
    if ranks is None:
        return ""
    found = (
        f"Over {ranks.n_datasets} data sets Friedman's test "
        f"{'finds' if ranks.p_value < ranks.alpha else 'finds no evidence of'} "
        f"differences between the models (p {equals(ranks.p_value)}); mean ranks "
        f"differ by Nemenyi's test where they are {ranks.critical_difference:.2f} or "
        "more apart."
    )
    if ranks.n_datasets < 10:
        found += " So few data sets can show only very large differences."
    return found
