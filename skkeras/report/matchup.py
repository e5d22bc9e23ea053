"""Keras models against all classic ones: untuned ones apart from tuned ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skkeras.report.baselines import DUMMY
from skkeras.report.grading import Evidence, explained, grade
from skkeras.report.keras_use import is_network, keras_names
from skkeras.report.pairwise import evidence_between
from skkeras.report.sklearn_internals import BaseSearchCV  # pyright: ignore[reportAttributeAccessIssue]
from skkeras.report.statistics import against_all

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison


@dataclass(frozen=True)
class Matchup:
    """A Keras model against the classic models with the same chance to be tuned.

    Parameters
    ----------
    keras, classic : str
        Names of the model, and of the classic one with the best mean.
    tuned : bool
        Whether they were searched for.
    keras_mean, classic_mean : float
        Of the primary metric.
    evidence : Evidence
        Of the two, but with the p-value of the test against all classic models.
    n_rivals : int
        How many classic models there are.
    time_ratio : float
        Fit time of the Keras model over the classic one's.
    """

    keras: str
    classic: str
    tuned: bool
    keras_mean: float
    classic_mean: float
    evidence: Evidence
    n_rivals: int
    time_ratio: float

    @property
    def verdict(self) -> str:
        """The grade of the Keras model, see `skkeras.report.grading.grade`."""
        return grade(self.evidence)

    @property
    def words(self) -> str:
        """The grade, and what explains it."""
        return explained(self.evidence, self.n_rivals)


def matchups(comparison: Comparison) -> list[Matchup]:
    """Hold each Keras model against the classic ones.

    Parameters
    ----------
    comparison : Comparison
        With or without Keras models.

    Returns
    -------
    list of Matchup
        Untuned before tuned; empty where one side is missing.
    """
    return [_matchup(comparison, *asked) for asked in questions(comparison)]


def questions(comparison: Comparison) -> list[tuple[str, list[str], bool]]:
    """List the Keras models, and the classic ones with the same chance to be tuned.

    Parameters
    ----------
    comparison : Comparison
        With or without Keras models.

    Returns
    -------
    list of (str, list of str, bool)
        A Keras model, the classic ones with the best first, and whether they are tuned.
        Untuned before tuned; empty where one side is missing.
    """
    models = {e.name: e.model for e in comparison.evaluations}
    of_keras = keras_names(comparison.evaluations)
    order = list(comparison.values().columns)
    found = []
    for tuned in (False, True):
        alike = [n for n in order if isinstance(models[n], BaseSearchCV) == tuned]
        ours = [n for n in alike if n in of_keras]
        classic = [n for n in alike if n != DUMMY and not is_network(models[n])]
        found += [(keras, classic, tuned) for keras in ours if classic]
    return found


def evidence_against_all(
    comparison: Comparison, model: str, rivals: list[str]
) -> Evidence:
    """Compare a model with several others at once.

    Parameters
    ----------
    comparison : Comparison
        With all of them.
    model : str
        Name of the model.
    rivals : list of str
        Names of the others, the best first.

    Returns
    -------
    Evidence
        Of the model against the best of them, but with the p-value of
        `skkeras.report.statistics.against_all`.
    """
    each = [evidence_between(comparison, model, rival) for rival in rivals]
    together = against_all([e.advantage for e in each], [e.p_value for e in each])
    return each[0]._replace(p_value=together.p_value)


def _matchup(comparison, keras, classic, tuned):
    summary = comparison.summary()
    means, seconds = (
        summary[comparison.primary.name, "mean"],
        summary["fit_seconds", "mean"],
    )
    return Matchup(
        keras=keras,
        classic=classic[0],
        tuned=tuned,
        keras_mean=means[keras],
        classic_mean=means[classic[0]],
        evidence=evidence_against_all(comparison, keras, classic),
        n_rivals=len(classic),
        time_ratio=seconds[keras] / seconds[classic[0]],
    )
