"""The result of a comparison in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.grading import explained
from skkeras.report.learnt import learnt_sentences
from skkeras.report.matchup import evidence_against_all, questions
from skkeras.report.pairwise import no_test
from skkeras.report.rare_classes import rare_class_sentences
from skkeras.report.text import equals, mean_and_std, number, plural

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison


def short_answer(comparison: Comparison) -> str:
    """Summarize which model to use, which is best, and whether anything is learnt.

    Whether Keras models differ from classic ones stands in
    `skkeras.report.matchup_text.matchup_table`.

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
    recommended = comparison.recommend()
    sentences = [recommended.reason]
    if recommended.model != order[0]:
        sentences.append(_best_sentence(comparison, order[0]))
    if order[0] == DUMMY and len(order) > 1:
        sentences.append(
            "By this metric no model does better than the dummy, which ignores the "
            "columns."
        )
    if len(order) > 1 and not questions(comparison):
        sentences.append(_runner_up_sentence(comparison, order[0], order[1:]))
    return [
        *sentences,
        *learnt_sentences(comparison),
        *rare_class_sentences(comparison),
    ]


def _best_sentence(comparison, best):
    metric = comparison.primary
    summary = comparison.summary()[metric.name].loc[best]
    figures = mean_and_std(summary["mean"], summary["std"])
    superlative = "highest" if metric.greater_is_better else "lowest"
    return (
        f"{best} has the {superlative} mean {metric.label}: {figures} (mean ± standard "
        f"deviation over {plural(len(comparison.values()), 'test fold')})."
    )


def _runner_up_sentence(comparison, best, others):
    evidence = evidence_against_all(comparison, best, others)
    if evidence.p_value != evidence.p_value:
        return f"Against {others[0]}, {no_test(evidence.advantage)}"
    return (
        f"Against the next, {others[0]}: {explained(evidence, len(others))}. Gain "
        f"{number(evidence.advantage)}, 95% interval {number(evidence.low)} to "
        f"{number(evidence.high)}; against all others p {equals(evidence.p_value)}."
    )
