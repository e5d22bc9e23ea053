"""The result of a comparison in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.matchup import matchups
from skkeras.report.pairwise import no_test, verdict
from skkeras.report.text import equals, mean_and_std, number, plural

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison


def short_answer(comparison: Comparison) -> str:
    """Summarize which model is best, and whether Keras models differ from classic ones.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    str
    """
    return " ".join(answer_sentences(comparison))


def answer_sentences(comparison: Comparison) -> list[str]:
    """Return the sentences of `short_answer` one by one.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    list of str
    """
    order = list(comparison.values().columns)
    sentences = [_best_sentence(comparison, order[0])]
    if order[0] == DUMMY and len(order) > 1:
        sentences.append(
            "By this metric no model does better than the dummy, which ignores the "
            "columns."
        )
    found = [m.sentence() for m in matchups(comparison)]
    if not found and len(order) > 1:
        found = [_runner_up_sentence(comparison, *order[:2])]
    return sentences + found


def _best_sentence(comparison, best):
    metric = comparison.primary
    summary = comparison.summary()[metric.name].loc[best]
    figures = mean_and_std(summary["mean"], summary["std"])
    superlative = "highest" if metric.greater_is_better else "lowest"
    return (
        f"{best} has the {superlative} mean {metric.label}: {figures} (mean ± standard "
        f"deviation over {plural(len(comparison.values()), 'test fold')})."
    )


def _runner_up_sentence(comparison, best, second):
    pairs = comparison.pairwise()
    pair = pairs[(pairs["model"] == best) & (pairs["other"] == second)].iloc[0]
    if pair["p_value"] != pair["p_value"]:
        return f"Against {second}, {no_test(pair['advantage'])}"
    says = verdict(pair)
    words = says if says.startswith("no") else f"it is {says}"
    return (
        f"Against the next, {second}: {words} (gain {number(pair['advantage'])}, 95% "
        f"interval {number(pair['low'])} to {number(pair['high'])}; p "
        f"{equals(pair['p_holm'])} after adjustment for all pairs)."
    )
