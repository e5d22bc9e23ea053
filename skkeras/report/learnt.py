"""Whether anything was learnt: each model against the dummy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.grading import explained, grade
from skkeras.report.pairwise import evidence_between
from skkeras.report.statistics import holm

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison


def learnt_sentences(comparison: Comparison) -> list[str]:
    """Say which models are clearly better than the dummy, and which are not.

    A question of its own: p-values are adjusted for the number of models, by Holm.

    Parameters
    ----------
    comparison : Comparison
        With or without a dummy.

    Returns
    -------
    list of str
        Empty where there is no dummy, or nothing beside it.
    """
    names = [name for name in comparison.values().columns if name != DUMMY]
    if len(names) == len(comparison.evaluations) or not names:
        return []
    alone = [evidence_between(comparison, name, DUMMY) for name in names]
    adjusted = holm([evidence.p_value for evidence in alone])
    found = {
        name: evidence._replace(p_value=p)
        for name, evidence, p in zip(names, alone, adjusted, strict=True)
    }
    others = {n: e for n, e in found.items() if grade(e) != "clearly better"}
    listed = "; ".join(f"{n}: {explained(e, len(names))}" for n, e in others.items())
    n_clear = len(names) - len(others)
    if not n_clear:
        return [f"Against the dummy, {listed}."]
    clear = f"{_counted(n_clear, len(names))} clearly better than the dummy."
    return [f"{clear} Not so {listed}." if others else clear]


def _counted(n_clear, n_models):
    if n_models == 1:
        return "It is"
    if n_clear == n_models:
        return f"All {n_models} models are"
    return f"{n_clear} of {n_models} models {'is' if n_clear == 1 else 'are'}"
