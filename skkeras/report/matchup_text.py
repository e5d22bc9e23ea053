"""Keras models against classic ones, as a small table of words and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skkeras.report.matchup import matchups
from skkeras.report.pairwise import no_test
from skkeras.report.text import equals, interval, number, times

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison
    from skkeras.report.matchup import Matchup


def matchup_table(comparison: Comparison) -> pd.DataFrame:
    """Tabulate what each Keras model comes to against the classic ones.

    Parameters
    ----------
    comparison : Comparison
        With or without Keras models.

    Returns
    -------
    DataFrame of str
        One row a Keras model, untuned ones first; columns model, against, which names
        the best classic model with the same chance to be tuned, verdict, gain,
        95% interval, p and "one fit takes". Without rows where there is nothing to
        compare.
    """
    label = comparison.primary.label
    return pd.DataFrame([_row(m, label) for m in matchups(comparison)])


def _row(matchup: Matchup, label: str) -> dict[str, str]:
    evidence = matchup.evidence
    is_tested = evidence.p_value == evidence.p_value
    return {
        "model": f"{matchup.keras}, {label} {number(matchup.keras_mean)}",
        "against": f"{matchup.classic}, {number(matchup.classic_mean)}",
        "verdict": matchup.words if is_tested else no_test(evidence.advantage),
        "gain": number(evidence.advantage),
        "95% interval": interval(evidence.low, evidence.high) if is_tested else "-",
        "p": equals(evidence.p_value).removeprefix("= ") if is_tested else "-",
        "one fit takes": times(matchup.time_ratio),
    }
