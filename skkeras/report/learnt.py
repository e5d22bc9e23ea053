"""Whether anything was learnt: each model against the dummy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.grading import excludes_zero, grade
from skkeras.report.pairwise import evidence_between
from skkeras.report.statistics import holm

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison


BY_CHANCE = (
    "Of {} intervals some exclude zero by chance: where p is not below 0.05 after "
    "adjustment, a model is not called clearly better."
)


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
    by_grade: dict[str, list[str]] = {}
    for name, evidence in found.items():
        by_grade.setdefault(grade(evidence), []).append(name)
    clear = by_grade.pop("clearly better", [])
    sentences = [f"{_counted(len(clear), len(names))} clearly better than the dummy."]
    sentences += [f"{g.capitalize()}: {', '.join(n)}." for g, n in by_grade.items()]
    if any(excludes_zero(found[n]) for g in by_grade for n in by_grade[g]):
        sentences.append(BY_CHANCE.format(len(names)))
    return sentences


def _counted(n_clear, n_models):
    if n_models == 1:
        return "It is" if n_clear else "It is not"
    if not n_clear:
        return f"None of {n_models} models is"
    if n_clear == n_models:
        return f"All {n_models} models are"
    return f"{n_clear} of {n_models} models {'is' if n_clear == 1 else 'are'}"
