"""What several data sets say together, in words and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skkeras.report.grading import ALPHA, grade
from skkeras.report.over_datasets import ANCHOR
from skkeras.report.relative_error import RELEVANT_SHARE
from skkeras.report.statistics import smallest_p_value
from skkeras.report.text import equals, plural, probability

if TYPE_CHECKING:
    from skkeras.report.over_datasets import OverDatasets, Question

FEW = 10
# What stands between the Keras model and the classic ones; the order of the sentence.
RELATIONS = {
    "clearly better": "clearly better than",
    "probably better": "probably better than",
    "practically equal": "practically equal to",
    "undecided": "undecided against",
    "probably worse": "probably worse than",
    "clearly worse": "clearly worse than",
    "not tested": "not tested against",
}
STANDING_HEADINGS = ("mean rank", "won", "Elo", "95% interval")
RIVAL_HEADINGS = (
    *("verdict", "won, tied, lost", "errors saved", "95% interval"),
    *("p (Holm)", "better", "practically equal", "worse"),
)
READING_OVER_DATASETS = (
    "**Over the data sets** each Keras model is tested against each classic model by "
    "Wilcoxon's signed-rank test, with Holm's adjustment for the number of classic "
    "models. What a score lacks of the best that there can be is its error: 1 - "
    "accuracy, 1 - R², the log loss, the RMSE. **Errors saved** is the difference of "
    "the two models' mean errors as a share of the larger one, as Hodges and Lehmann "
    "estimate its typical value over the data sets. Nothing but the two models goes "
    "into it.",
    "**Better**, **practically equal** and **worse** over the data sets are the "
    "probabilities for another data set of the same kind, by the Bayesian hierarchical "
    "model for correlated folds (Corani et al. 2017). Practically equal means within a "
    f"share of {RELEVANT_SHARE}.",
    "**won** is the share of its comparisons with the other models, one a data set, "
    "that a model wins; ties are half. **Elo** rates what it wins by whom it beats: "
    f"400 points are odds of ten to one, and {ANCHOR} has 1000, or else the mean of "
    "all. It is the median of 2,000 samples of data sets, with the 95% interval; one "
    "more, on which all tie, is among them, since else a model that always wins would "
    "have an interval of no width. "
    "Ratings and ranks describe these models on these data sets; they depend on which "
    "models are there, and no verdict follows from them.",
)


def over_datasets_sentences(found: OverDatasets | None) -> list[str]:
    """Describe what the data sets allow to conclude.

    Parameters
    ----------
    found : OverDatasets or None
        What `skkeras.report.over_datasets.over_datasets` found.

    Returns
    -------
    list of str
        Empty where there is nothing.
    """
    if found is None:
        return []
    sentences = [_question_sentence(question) for question in found.questions]
    sentences.append(standing_sentence(found))
    if found.left_out:
        sentences.append(
            f"Left out, without a score on every data set: {_listed(found.left_out)}."
        )
    if found.questions and found.questions[0].n_datasets <= FEW:
        sentences.append(_too_few(found.questions))
    return sentences


def standing_sentence(found: OverDatasets) -> str:
    """Say which model is rated highest, and from where to where.

    Parameters
    ----------
    found : OverDatasets
        With at least two models.

    Returns
    -------
    str
    """
    first = found.standings.iloc[0]
    return (
        f"Over {found.n_datasets} data sets {found.standings.index[0]} is rated "
        f"highest: Elo {first['elo']:.0f}, 95% interval {first['low']:.0f} to "
        f"{first['high']:.0f}; it wins {first['won']:.0%} of its comparisons."
    )


def standing_rows(found: OverDatasets) -> list[dict[str, Any]]:
    """Format the standings.

    Parameters
    ----------
    found : OverDatasets
        With at least two models.

    Returns
    -------
    list of dict
        Name, cells under `STANDING_HEADINGS`, and whether Keras trains the model.
    """
    return [
        {
            "name": row.Index,
            "cells": [
                f"{row.rank:.2f}",
                f"{row.won:.0%}",
                f"{row.elo:.0f}",
                f"{row.low:.0f} to {row.high:.0f}",
            ],
            "ours": row.Index in found.of_keras,
        }
        for row in found.standings.itertuples()
    ]


def rival_rows(question: Question) -> list[dict[str, Any]]:
    """Format a Keras model's comparisons.

    Parameters
    ----------
    question : Question
        About one Keras model.

    Returns
    -------
    list of dict
        Name of the classic model, cells under `RIVAL_HEADINGS`, and ``ours``, False.
    """
    rows = []
    for rival in question.rivals:
        found = rival.evidence
        cells = [
            rival.verdict,
            f"{rival.won}, {rival.tied}, {rival.lost}",
            share(found.advantage),
            _interval(found),
            probability(found.p_value),
            probability(found.p_better),
            probability(found.p_equivalent),
            probability(found.p_worse),
        ]
        rows.append({"name": rival.name, "cells": cells, "ours": False})
    return rows


def question_title(question: Question) -> str:
    """Name a question.

    Parameters
    ----------
    question : Question
        About one Keras model.

    Returns
    -------
    str
    """
    kind = "tuned classic" if question.tuned else "untuned classic"
    return f"{question.keras} against {kind} models, over the data sets"


def share(value: float) -> str:
    """Write a share of errors with its sign.

    Parameters
    ----------
    value : float
        From -1 to 1, or NaN.

    Returns
    -------
    str

    Examples
    --------
    >>> share(0.123), share(-0.2), share(0.001), share(float("nan"))
    ('+12%', '-20%', '0%', '-')
    """
    if value != value:
        return "-"
    return f"{value:+z.0%}" if f"{value:z.0%}" != "0%" else "0%"


def _interval(evidence):
    if evidence.low != evidence.low:
        return "-"
    return f"{share(evidence.low)} to {share(evidence.high)}"


def _question_sentence(question):
    kind = "Tuned" if question.tuned else "Untuned"
    by_grade = {name: [] for name in RELATIONS}
    for rival in question.rivals:
        by_grade[grade(rival.evidence)].append(rival)
    said = [
        f"{RELATIONS[name]} {_listed([_with_share(rival) for rival in rivals])}"
        for name, rivals in by_grade.items()
        if rivals
    ]
    return (
        f"{kind}, over {question.n_datasets} data sets: {question.keras} is "
        f"{'; '.join(said)}."
    )


def _with_share(rival):
    """Name a model, with how the errors differ where the verdict is about that."""
    if rival.verdict.split()[-1] not in ("better", "worse"):
        return rival.name
    fewer = "fewer" if rival.evidence.advantage > 0 else "more"
    return f"{rival.name} ({_percent_more(rival.evidence.advantage)} {fewer} errors)"


def _percent_more(gain):
    """Return by how much the errors differ from those of the classic model."""
    size = gain if gain > 0 else -gain / (1 + gain) if gain > -1 else float("inf")
    return f"{size:.0%}"


def _too_few(questions):
    n_datasets = questions[0].n_datasets
    most = max(len(question.rivals) for question in questions)
    lowest = smallest_p_value(n_datasets)
    adjusted = min(1.0, most * lowest)
    said = (
        "So few data sets can show only large differences: even a model that is better "
        f"on all {n_datasets} has p {equals(lowest)} (2 / 2^{n_datasets})"
    )
    if most > 1:
        said += (
            f", of which Holm's adjustment for {plural(most, 'comparison')} makes "
            f"{adjusted:.3f}"
        )
    if adjusted >= ALPHA:
        said += f". That is not below {ALPHA}, so nothing can be clear"
    return f"{said}."


def _listed(names):
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
