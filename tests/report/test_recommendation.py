"""Which model is recommended, on constructed scores and costs."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from skkeras.report import Comparison, Evaluation, recommendation
from skkeras.report.metrics import ACCURACY
from skkeras.report.splits import Split

GOOD = np.array([0.90, 0.92, 0.91, 0.93, 0.90])
SAME = GOOD + np.array([0.001, -0.001, 0.0, 0.001, -0.002])
POOR = GOOD - np.array([0.2, 0.21, 0.19, 0.2, 0.2])
BEST, NONE_CHEAPER = "it has the best accuracy", "no model that costs less"


def compared(**models):
    """Compare models given as (scores, seconds of a fit)."""
    rows = np.arange(50)
    splits = tuple(
        Split(0, k, rows[rows % 5 != k], rows[rows % 5 == k]) for k in range(5)
    )
    evaluations = []
    for name, (scores, seconds) in models.items():
        columns = {"model": name, "metric": "accuracy", "repeat": 0}
        costs = {"fit_seconds": seconds, "score_seconds": 0.0}
        frame = pd.DataFrame(columns | {"fold": range(5), "value": scores} | costs)
        evaluations.append(Evaluation(name, DummyClassifier(), frame))
    return Comparison((ACCURACY,), tuple(evaluations), splits)


@pytest.mark.parametrize(
    ("models", "chosen", "words"),
    [
        (
            {"slow": (GOOD, 6.0), "quick": (SAME, 0.5)},
            "quick",
            "as good as the best, 0.912 of slow, which takes 12 times as long to fit "
            "and predict",
        ),
        (
            {"slow": (GOOD, 6.0), "poor": (POOR, 0.5)},
            "slow",
            "it has the best accuracy",
        ),
        (
            {"best": (GOOD, 0.5), "slow": (SAME, 6.0)},
            "best",
            "no model that costs less",
        ),
        ({"dummy": (GOOD, 0.1), "tree": (POOR, 0.1)}, "dummy", "Use none of these"),
        # The dummy costs nothing, and is no answer where another model is best.
        (
            {"tree": (GOOD, 6.0), "dummy": (SAME, 0.1)},
            "tree",
            "it has the best accuracy",
        ),
        ({"alone": (GOOD, 1.0)}, "alone", "Only alone was tried"),
    ],
)
def test_the_cheapest_of_those_that_are_as_good(models, chosen, words):
    found = compared(**models).recommend()
    assert found.model == chosen
    assert words in found.reason
    assert found.model in found.as_good


def test_of_those_that_cost_as_much_the_simplest(monkeypatch):
    found = compared(first=(GOOD, 1.0), second=(SAME, 1.1), third=(SAME, 5.0))
    counts = pd.Series({"first": 5000, "second": 10, "third": 1})
    seconds, _ = recommendation._costs(found)
    monkeypatch.setattr(recommendation, "_costs", lambda _: (seconds, counts))
    assert found.recommend().model == "second"
    assert found.recommend().as_good == ("first", "second", "third")


def test_with_one_fold_the_best_is_recommended():
    found = compared(slow=(GOOD, 6.0), quick=(SAME, 0.5))
    each = found.evaluations
    first = tuple(Evaluation(e.name, e.model, e.scores.head(1)) for e in each)
    one = Comparison(found.metrics, first, found.splits[:1]).recommend()
    assert one.model == one.best
