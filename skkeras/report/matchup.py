"""Keras models against the best classic one: untuned ones apart from tuned ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.keras_use import keras_names
from skkeras.report.pairwise import no_test, verdict
from skkeras.report.sklearn_internals import BaseSearchCV  # pyright: ignore[reportAttributeAccessIssue]
from skkeras.report.text import equals, number, times

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

WORDS = {
    "better": "it is better",
    "worse": "it is worse",
    "no evidence of a difference": "no evidence of a difference",
}


@dataclass(frozen=True)
class Matchup:
    """A Keras model against the best classic model with the same chance to be tuned.

    Parameters
    ----------
    keras, classic : str
        Names of the models.
    tuned : bool
        Whether both were searched for.
    keras_mean, classic_mean : float
        Of the primary metric.
    advantage, low, high : float
        By how much the Keras model is better, with the 95% interval.
    p_value, p_holm : float
        Of the corrected test, before and after the adjustment for all pairs.
    p_worse, p_equivalent, p_better : float
        Probabilities that the Keras model is so.
    verdict : str
        ``"better"``, ``"worse"`` or ``"no evidence of a difference"``.
    time_ratio : float
        Fit time of the Keras model over the classic one's.
    """

    keras: str
    classic: str
    tuned: bool
    keras_mean: float
    classic_mean: float
    advantage: float
    low: float
    high: float
    p_value: float
    p_holm: float
    p_worse: float
    p_equivalent: float
    p_better: float
    verdict: str
    time_ratio: float

    def sentence(self) -> str:
        """Describe the result in a sentence."""
        kind = "Tuned" if self.tuned else "Untuned"
        rival = "tuned classic" if self.tuned else "classic"
        found = (
            f"{kind}: {self.keras} has {number(self.keras_mean)}, the best {rival} "
            f"model, {self.classic}, {number(self.classic_mean)}: "
        )
        if self.p_value != self.p_value:
            return found + no_test(self.advantage)
        return found + (
            f"{WORDS[self.verdict]} (gain {number(self.advantage)}, 95% interval "
            f"{number(self.low)} to {number(self.high)}; p {equals(self.p_value)}, "
            f"{self.p_holm:.3f} after adjustment for all pairs). Probability that it "
            f"is better {self.p_better:.2f}, practically equal "
            f"{self.p_equivalent:.2f}, worse {self.p_worse:.2f}. "
            f"One fit takes {times(self.time_ratio)}."
        )


def matchups(comparison: Comparison) -> list[Matchup]:
    """Pair each Keras model with its best classic rival.

    Parameters
    ----------
    comparison : Comparison
        With or without Keras models.

    Returns
    -------
    list of Matchup
        Untuned before tuned; empty where one side is missing.
    """
    models = {e.name: e.model for e in comparison.evaluations}
    of_keras = keras_names(comparison.evaluations)
    order = list(comparison.values().columns)
    pairs = comparison.pairwise()
    found = []
    for tuned in (False, True):
        alike = [n for n in order if isinstance(models[n], BaseSearchCV) == tuned]
        ours = [n for n in alike if n in of_keras]
        classic = [n for n in alike if n not in ours and n != DUMMY]
        found += [
            _matchup(comparison, pairs, k, classic[0], tuned) for k in ours if classic
        ]
    return found


def _matchup(comparison, pairs, keras, classic, tuned):
    row = pairs[
        pairs["model"].isin([keras, classic]) & pairs["other"].isin([keras, classic])
    ].iloc[0]
    is_first = row["model"] == keras
    sign = 1 if is_first else -1
    low, high = sorted([sign * row["low"], sign * row["high"]])
    says = verdict(row)
    opposite = {"better": "worse", "worse": "better"}
    summary = comparison.summary()
    means, seconds = (
        summary[comparison.primary.name, "mean"],
        summary["fit_seconds", "mean"],
    )
    return Matchup(
        keras=keras,
        classic=classic,
        tuned=tuned,
        keras_mean=means[keras],
        classic_mean=means[classic],
        advantage=sign * row["advantage"],
        low=low,
        high=high,
        p_value=row["p_value"],
        p_holm=row["p_holm"],
        p_worse=row["p_worse" if is_first else "p_better"],
        p_equivalent=row["p_equivalent"],
        p_better=row["p_better" if is_first else "p_worse"],
        verdict=says if is_first else opposite.get(says, says),
        time_ratio=seconds[keras] / seconds[classic],
    )
