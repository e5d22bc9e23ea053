"""The models over all data sets: Keras against classic ones, and ratings of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skkeras.report.baselines import DUMMY
from skkeras.report.grading import Evidence, grade
from skkeras.report.keras_use import keras_names
from skkeras.report.matchup import questions
from skkeras.report.relative_error import RELEVANT_SHARE, relative_gains
from skkeras.report.statistics import (
    average_ranks,
    elo_interval,
    games,
    hierarchical_test,
    holm,
    signed_rank_test,
    win_rates,
)

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

FEWEST = 3  # data sets
ANCHOR = "random forest"  # has 1000 points, as in TabArena
DRAWN_GAMES = 1.0  # between any two models, so that few wins make no legend


@dataclass(frozen=True)
class Rival:
    """A classic model beside a Keras model, over the data sets.

    Parameters
    ----------
    name : str
        Of the classic model.
    won, tied, lost : int
        On how many data sets the Keras model has the better mean, the same, the worse.
    evidence : Evidence
        Of the Keras model against it, as shares of errors that are saved; the p-value
        is adjusted for all rivals.
    """

    name: str
    won: int
    tied: int
    lost: int
    evidence: Evidence

    @property
    def verdict(self) -> str:
        """The grade of the Keras model, see `skkeras.report.grading.grade`."""
        return grade(self.evidence)


@dataclass(frozen=True)
class Question:
    """A Keras model against the classic models with the same chance to be tuned.

    Parameters
    ----------
    keras : str
        Name of the Keras model.
    tuned : bool
        Whether they were searched for.
    rivals : tuple of Rival
        The classic models, the best first.
    n_datasets : int
        On how many data sets they are compared.
    """

    keras: str
    tuned: bool
    rivals: tuple[Rival, ...]
    n_datasets: int


@dataclass(frozen=True, eq=False)
class OverDatasets:
    """What several data sets say together.

    Parameters
    ----------
    n_datasets : int
        How many there are.
    standings : DataFrame
        One row a model but the dummy, the highest rating first; columns rank, won
        (share of games), elo, low and high.
    of_keras : tuple of str
        Which of them are Keras models.
    questions : tuple of Question
        One a Keras model; none where fewer than three data sets are measured by a
        metric of which the best value is known.
    left_out : tuple of str
        Models that were not finished on every data set.
    """

    n_datasets: int
    standings: pd.DataFrame
    of_keras: tuple[str, ...]
    questions: tuple[Question, ...]
    left_out: tuple[str, ...]


def over_datasets(comparisons: Sequence[Comparison]) -> OverDatasets | None:
    """Compare the models that were finished on every data set.

    Parameters
    ----------
    comparisons : sequence of Comparison
        One a data set, each with at least one model.

    Returns
    -------
    OverDatasets or None
        None with fewer than three data sets, or fewer than two models beside the dummy.
    """
    values = [c.values().rename(columns=_role) for c in comparisons]
    means = pd.DataFrame(
        [_as_gains(c, v.mean()) for c, v in zip(comparisons, values, strict=True)]
    ).drop(columns=DUMMY, errors="ignore")
    complete = means.dropna(axis=1)
    if len(complete) < FEWEST or complete.shape[1] < 2:
        return None
    standings = _standings(complete)
    known = [
        (c, v)
        for c, v in zip(comparisons, values, strict=True)
        if np.isfinite(c.primary.best)
    ]
    asked = _asked(comparisons[0], standings.index) if len(known) >= FEWEST else []
    return OverDatasets(
        len(complete),
        standings,
        tuple(_role(name) for name in keras_names(comparisons[0].evaluations)),
        tuple(_answer(question, known) for question in asked),
        tuple(name for name in means if name not in complete),
    )


def _role(name):
    """Return the name to compare a model by, one for linear models of both tasks."""
    for linear in ("logistic regression", "ridge regression"):
        name = name.replace(linear, "linear model")
    return name


def _as_gains(comparison, means):
    """Turn means so that higher is better; rounding makes no winner."""
    better = means if comparison.primary.greater_is_better else -means
    return better.map(lambda value: float(f"{value:.12g}"))


def _standings(gains):
    wins = games(-gains.to_numpy().T[..., None])
    anchor = list(gains.columns).index(ANCHOR) if ANCHOR in gains else None
    # Samples of nothing but wins would all be the same: one data set more is a tie.
    tie = (1 - np.eye(len(wins[0]))) / 2
    points = elo_interval([*wins, tie], anchor, drawn_games=DRAWN_GAMES)
    table = pd.DataFrame(points, columns=["elo", "low", "high"], index=gains.columns)
    table.insert(0, "rank", average_ranks(gains))
    table.insert(1, "won", win_rates(wins))
    return table.sort_values(["elo", "rank"], ascending=[False, True], kind="stable")


def _asked(comparison, order):
    """List the questions about models that are in the order, and bring them into it."""
    for keras, classic, tuned in questions(comparison):
        rivals = {_role(name) for name in classic}
        finished = [name for name in order if name in rivals]
        if keras in order and finished:
            yield keras, finished, tuned


def _answer(question, known):
    keras, classic, tuned = question
    found = [_rival(keras, name, known) for name in classic]
    adjusted = holm([rival.evidence.p_value for rival in found])
    rivals = tuple(
        Rival(r.name, r.won, r.tied, r.lost, r.evidence._replace(p_value=float(p)))
        for r, p in zip(found, adjusted, strict=True)
    )
    return Question(keras, tuned, rivals, len(known))


@np.errstate(over="ignore", invalid="ignore")  # NaN says so where a score is infinite
def _rival(keras, name, known):
    gains = [
        relative_gains(comparison.primary, values[keras], values[name])
        for comparison, values in known
    ]
    ratios = [comparison.test_train_ratio for comparison, _ in known]
    pair = pd.DataFrame([_as_gains(c, v.mean())[[keras, name]] for c, v in known])
    won, lost = pair[keras] > pair[name], pair[keras] < pair[name]
    test = signed_rank_test([each.mean() for each in gains])
    posterior = hierarchical_test(gains, ratios, rope=RELEVANT_SHARE)
    evidence = Evidence(
        advantage=test.estimate,
        low=max(test.low, -1.0),
        high=min(test.high, 1.0),
        p_value=test.p_value,
        p_worse=posterior.worse,
        p_equivalent=posterior.equivalent,
        p_better=posterior.better,
    )
    tied = len(known) - won.sum() - lost.sum()
    return Rival(name, int(won.sum()), int(tied), int(lost.sum()), evidence)
