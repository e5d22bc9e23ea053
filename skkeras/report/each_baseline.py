"""A Keras model against each classic model by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skkeras.report.grading import Evidence, grade
from skkeras.report.matchup import questions
from skkeras.report.pairwise import evidence_between
from skkeras.report.statistics import holm
from skkeras.report.text import interval, number, probability

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

HEADINGS = (
    *("verdict", "gain", "95% interval", "p (Holm)"),
    *("better", "practically equal", "worse"),
)


def against_each(comparison: Comparison, model: str) -> dict[str, Evidence]:
    """Compare a Keras model with each classic model that had the same chance.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Its name.

    Returns
    -------
    dict of str to Evidence
        By the name of the classic model, the best first; p-values are adjusted for
        their number, by Holm. Empty where there is none, or the model is not Keras's.
    """
    rivals = next((r for name, r, _ in questions(comparison) if name == model), [])
    found = {rival: evidence_between(comparison, model, rival) for rival in rivals}
    adjusted = holm([evidence.p_value for evidence in found.values()])
    return {
        rival: evidence._replace(p_value=float(p))
        for (rival, evidence), p in zip(found.items(), adjusted, strict=True)
    }


def baseline_rows(comparison: Comparison, model: str) -> list[dict[str, Any]]:
    """Format a Keras model's comparisons with classic models.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Its name.

    Returns
    -------
    list of dict
        Name of the classic model, cells under `HEADINGS`, and ``ours``, False.
    """
    return [
        {"name": rival, "cells": _cells(evidence), "ours": False}
        for rival, evidence in against_each(comparison, model).items()
    ]


def _cells(evidence):
    return [
        grade(evidence),
        number(evidence.advantage),
        interval(evidence.low, evidence.high),
        probability(evidence.p_value),
        probability(evidence.p_better),
        probability(evidence.p_equivalent),
        probability(evidence.p_worse),
    ]
