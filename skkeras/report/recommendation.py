"""Which model to use, by a stated rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.pairwise import evidence_between
from skkeras.report.text import number, times

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

MOST_RISK = 0.5  # of being worse by more than what matters
_ABOUT = 1.25  # costs within this ratio are alike


@dataclass(frozen=True)
class Recommendation:
    """A model to use, and why.

    Parameters
    ----------
    model : str
        Its name.
    best : str
        The model with the best mean, which may be the same.
    as_good : tuple of str
        Models that are as good as the best by the rule, the cheapest first.
    reason : str
        A sentence for who decides.

    Examples
    --------
    >>> from skkeras.report.recommendation import Recommendation
    >>> Recommendation("ridge", "forest", ("ridge", "forest"), "Use ridge.").model
    'ridge'
    """

    model: str
    best: str
    as_good: tuple[str, ...]
    reason: str


def recommend(comparison: Comparison) -> Recommendation:
    """Choose the cheapest of the models that are as good as the best.

    A model is as good as the one with the best mean where the probability that it is
    worse by more than the region of practical equivalence is at most one half (Bayesian
    correlated t-test). Of these the one whose fit and prediction take least is chosen;
    of those that take about as long, the one with the fewest learned numbers. The dummy
    is chosen only where it is best itself.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    Recommendation
    """
    values = comparison.values()
    best, names = values.columns[0], list(values.columns)
    as_good = [best]
    for name in names[1:]:
        is_as_good = evidence_between(comparison, name, best).p_worse <= MOST_RISK
        if is_as_good and name != DUMMY:
            as_good.append(name)
    seconds, parameters = _costs(comparison)
    as_good.sort(key=seconds.__getitem__)
    alike = [n for n in as_good if seconds[n] <= _ABOUT * seconds[as_good[0]]]
    chosen = min(alike, key=parameters.__getitem__)
    reason = _reason(comparison, chosen, best, seconds[best] / seconds[chosen])
    return Recommendation(chosen, best, tuple(as_good), reason)


def _costs(comparison):
    summary = comparison.summary()
    predicting = summary["predict_seconds", "mean"].fillna(0)
    parameters = summary["n_parameters", "mean"].fillna(float("inf"))
    return summary["fit_seconds", "mean"] + predicting, parameters


def _reason(comparison, chosen, best, ratio):
    means = comparison.values().mean()
    label = comparison.primary.label
    if chosen == DUMMY:
        return "Use none of these: no model does better than the dummy."
    if len(means) == 1:
        return f"Only {chosen} was tried: {label} {number(means[chosen])}."
    if chosen == best:
        return (
            f"Use {chosen}: it has the best {label}, {number(means[chosen])}, and no "
            "model that costs less is as good."
        )
    return (
        f"Use {chosen}: its {label}, {number(means[chosen])}, is as good as the best, "
        f"{number(means[best])} of {best}, which takes {times(ratio)} to fit and "
        "predict."
    )
