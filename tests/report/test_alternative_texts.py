"""What the pictures' alternative texts say, on figures worked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from skkeras.datasets import load_iris
from skkeras.report import alternative_texts as texts
from skkeras.report import compare
from skkeras.report.observation import Observation
from skkeras.report.predictions import Predictions
from skkeras.report.search_record import SearchRecord

TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 1])
PREDICTED = np.array([0, 0, 1, 1, 1, 1, 1, 0])
SECOND = np.array([0.1, 0.2, 0.6, 0.7, 0.8, 0.9, 0.6, 0.4])
CLASSES = Predictions(
    "net", TRUTH, PREDICTED, np.column_stack([1 - SECOND, SECOND]), np.array([0, 1])
)
NUMBERS = Predictions("net", np.array([3.0, 1, 2]), np.array([2.0, 1, 5]), None, None)
SEEN = Observation(
    *(np.arange(2), np.zeros(2), np.zeros(2), None, None),
    *(0.1, None, None),
    history={"loss": [2.0, 1.0], "val_loss": [3.0, 2.0]},
    search=SearchRecord({}, 0.9, pd.DataFrame({"score": [0.5, 0.9]}), 0.1, {"a": 0.25}),
    importance=pd.Series({"a": 0.1, "b": 0.3}),
)


@pytest.fixture(scope="module")
def compared():
    X, y = load_iris(return_X_y=True)
    models = {"linear": LogisticRegression(max_iter=1000), "dummy": DummyClassifier()}
    return compare(models, X, y, cv=5, scoring="accuracy", random_state=0)


def test_the_most_frequent_error_is_named():
    text = texts.confusion_text(CLASSES, ("no", "yes"))
    assert "right in 62.5% of the test rows" in text
    assert text.endswith("Most often no is taken for yes, 2 times.")
    right = replace(CLASSES, predicted=TRUTH)
    assert texts.confusion_text(right, ()) == "The class is right in 100.0% of the " + (
        "test rows."
    )


def test_scores_of_classes_are_told():
    # Of 16 pairs of a row of each class, 12 are in order and 1 is tied.
    assert texts.areas_text(CLASSES, ("no", "yes")) == (
        f"Area under the curve: yes {12.5 / 16:.3f}."
    )
    brier = np.mean((SECOND - TRUTH) ** 2)
    assert texts.calibration_text(CLASSES, ("no", "yes")) == (
        f"Brier score: yes {brier:.3f}."
    )
    assert texts.precisions_text(CLASSES, ("no", "yes")).startswith(
        "Average precision: yes 0.8"
    )


def test_residuals_are_told():
    assert texts.residuals_text(NUMBERS) == (
        "Truth minus prediction is -0.667 on average and -3.000 at the most."
    )
    assert texts.quantiles_text(NUMBERS).startswith("0.0% of the errors")


def test_what_folds_learnt_is_told():
    lower = replace(SEEN, history={"loss": [4.0, 1.0], "val_loss": [5.0, 3.0]})
    assert texts.learning_text([SEEN, lower]) == (
        "The mean training loss goes from 3.000 to 1.000. The mean validation loss "
        "goes from 4.000 to 2.500."
    )
    assert texts.search_text([SEEN]) == (
        "The first trial scores 0.500 on average over the folds, the best 0.900."
    )
    assert texts.search_importance_text([SEEN]) == "Shares: a 25%."
    assert texts.importance_text([SEEN, SEEN], 1) == (
        "Columns from the most to the least important: b."
    )


def test_comparisons_are_told(compared):
    means = compared.values().mean()
    assert texts.scores_text(compared) == (
        f"Mean accuracy by model: linear {means['linear']:.3f}, dummy 0.333."
    )
    assert texts.pairs_text(compared) == (
        "linear is better than 1 of 1 models with a probability above 0.95."
    )
    assert texts.gains_text(compared) == "The intervals of all others lie below linear."
    assert "faster and better than dummy (0.333 in " in texts.pareto_text(compared)


def test_models_that_could_be_as_good_are_named():
    X, y = load_iris(return_X_y=True)
    models = {
        name: LogisticRegression(C=C, max_iter=1000) for name, C in (("a", 1), ("b", 2))
    }
    near = compare(models, X, y, cv=5, scoring="accuracy", random_state=0)
    best, other = near.values().columns
    assert texts.gains_text(near) == f"Intervals that reach what {best} achieves: " + (
        f"{other}."
    )
