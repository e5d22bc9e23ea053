import os
import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skkeras.datasets import load_boston, load_iris
from skkeras.report import compare

IRIS = load_iris(return_X_y=True)
SCORING = ["accuracy", "f1_micro", "log_loss"]
COLUMNS = ["model", "metric", "repeat", "fold", "value", "fit_seconds", "score_seconds"]


@pytest.fixture(scope="module")
def comparison():
    models = {
        "dummy": DummyClassifier(),
        "tree": DecisionTreeClassifier(random_state=0),
    }
    return compare(models, *IRIS, cv=5, random_state=0)


def test_scores_are_tidy(comparison):
    scores = comparison.scores
    assert list(scores.columns) == COLUMNS
    assert len(scores) == 2 * 4 * 5
    assert not scores.duplicated(["model", "metric", "repeat", "fold"]).any()
    assert scores.notna().all(axis=None)


def test_scores_are_those_of_scikit_learn():
    cv = StratifiedKFold(4, shuffle=True, random_state=3)
    model = DecisionTreeClassifier(max_depth=2, random_state=0)
    scores = compare({"tree": model}, *IRIS, cv=cv, scoring="accuracy").scores
    expected = cross_val_score(model, *IRIS, cv=cv, scoring="accuracy")
    np.testing.assert_array_equal(scores["value"], expected)


def test_tables_are_the_users_own_to_change(comparison):
    for give in (comparison.values, comparison.summary):
        expected = give()
        changed = give()
        changed.iloc[:] = 0
        pd.testing.assert_frame_equal(give(), expected)


def test_a_metric_the_other_way_round_is_tabulated_anew(comparison):
    first = comparison.values()
    error = replace(comparison.primary, greater_is_better=False)
    assert list(comparison.values(error)) == list(first)[::-1]
    pd.testing.assert_frame_equal(comparison.values(), first)
    wide, narrow = (comparison.summary(confidence=c) for c in (0.99, 0.5))
    low = comparison.primary.name, "low"
    assert (wide[low] <= narrow[low]).all()
    assert wide.loc["tree", low] < narrow.loc["tree", low]


def test_summary_is_mean_and_standard_deviation_best_first(comparison):
    summary = comparison.summary()
    assert list(summary.index) == ["tree", "dummy"]
    assert comparison.primary.name == "accuracy"
    values = comparison.scores.query("model == 'tree' and metric == 'log_loss'")[
        "value"
    ]
    assert summary.loc["tree", ("log_loss", "mean")] == pytest.approx(np.mean(values))
    assert summary.loc["tree", ("log_loss", "std")] == pytest.approx(
        np.std(values, ddof=1)
    )
    assert list(summary.columns)[-1] == ("fit_seconds", "mean")
    assert summary.notna().all(axis=None)


def test_intervals_end_where_a_metric_does():
    flower = np.arange(150).reshape(3, 50)
    # One error in three folds: the t interval alone would pass 1.
    test = [flower[:, i : i + 10].ravel() for i in (0, 10, 40)]
    splits = [(np.setdiff1d(np.arange(150), rows), rows) for rows in test]
    model = LogisticRegression(max_iter=1000)

    def own(estimator, X, y):
        return estimator.score(X, y)

    scoring = [*SCORING, "neg_log_loss", own]
    comparison = compare({"linear": model}, *IRIS, cv=splits, scoring=scoring)
    names = [*SCORING, "neg_log_loss", "own"]
    accuracy, f1, loss, negative, unknown = (
        comparison.summary().loc["linear", name] for name in names
    )
    assert accuracy["high"] == f1["high"] == 1 > accuracy["mean"] > accuracy["low"]
    assert unknown["high"] > 1, "nothing is known of the bounds of a function"
    assert unknown["low"] == f1["low"] == accuracy["low"]
    assert loss["low"] >= 0 >= negative["high"]


def test_log_loss_is_positive_and_right(comparison):
    value = comparison.summary().loc["dummy", ("log_loss", "mean")]
    assert value == pytest.approx(log_loss(IRIS[1], np.full((150, 3), 1 / 3)))


def test_regression_errors_are_in_units_of_the_target():
    X, y = load_boston(return_X_y=True)
    split = [(np.arange(400), np.arange(400, 506))]
    comparison = compare({"ridge": Ridge(), "dummy": DummyRegressor()}, X, y, cv=split)
    predicted = Ridge().fit(X[:400], y[:400]).predict(X[400:])
    scores = comparison.scores.set_index(["model", "metric"])["value"]
    assert scores["ridge", "rmse"] == pytest.approx(
        root_mean_squared_error(y[400:], predicted)
    )
    assert list(scores["dummy"].index) == ["r2", "rmse", "mae"]


def test_lower_is_better_puts_the_lowest_first():
    X, y = load_boston(return_X_y=True)
    models = {"dummy": DummyRegressor(), "tree": DecisionTreeRegressor(random_state=0)}
    comparison = compare(models, X, y, cv=3, scoring="rmse", random_state=0)
    assert list(comparison.summary().index) == ["tree", "dummy"]


def test_every_model_meets_the_same_splits():
    seen = {}

    class Spy(ClassifierMixin, BaseEstimator):
        def __init__(self, name="spy"):
            self.name = name

        def fit(self, X, y):
            self.classes_ = np.unique(y)
            seen.setdefault(self.name, []).append(X[:, 0].tolist())
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    models = {"first": Spy("first"), "second": Spy("second")}
    X = np.arange(60.0).reshape(-1, 1)
    compare(models, X, np.arange(60) % 2, cv=None, scoring="accuracy")
    assert len(seen["first"]) == 10
    assert seen["first"] == seen["second"]


def test_same_seed_gives_the_same_scores():
    def values(seed):
        models = {"tree": DecisionTreeClassifier(random_state=seed)}
        return compare(models, *IRIS, cv=3, random_state=seed).scores["value"]

    pd.testing.assert_series_equal(values(5), values(5))
    assert not values(5).equals(values(6))


def test_warnings_become_notes_and_are_not_shown():
    model = MLPClassifier(max_iter=1, random_state=0)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        comparison = compare(
            {"mlp": model, "dummy": DummyClassifier()}, *IRIS, cv=3, random_state=0
        )
    assert shown == []
    assert list(comparison.notes) == ["mlp"]
    (note,) = comparison.notes["mlp"]
    assert note.startswith("ConvergenceWarning: ")
    assert note.endswith("(3 times)")


def test_margins_without_probabilities_can_be_ranked():
    X, y = IRIS[0][:100], IRIS[1][:100]
    models = {"svm": LinearSVC(random_state=0), "logistic": LogisticRegression()}
    comparison = compare(models, X, y, cv=3, scoring="roc_auc", random_state=0)
    assert (comparison.scores["value"] == 1).all()


def test_a_model_that_raises_is_not_hidden():
    X = np.array(["a", "b"] * 10).reshape(-1, 1)
    with pytest.raises(ValueError, match="could not convert"):
        compare({"tree": DecisionTreeClassifier()}, X, np.arange(20) % 2, cv=2)


def test_mixed_kinds_are_refused():
    with pytest.raises(ValueError, match="'a': 'classifier', 'b': 'regressor'"):
        compare({"a": DummyClassifier(), "b": DummyRegressor()}, *IRIS)


def test_no_models_are_refused():
    with pytest.raises(ValueError, match="models is empty"):
        compare({}, *IRIS)


class Complains(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        warnings.warn(f"not happy in {os.getpid()}", UserWarning, stacklevel=2)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def notes_of_folds(n_jobs):
    models = {"sad": Complains()}
    comparison = compare(models, *IRIS, cv=6, scoring="accuracy", n_jobs=n_jobs)
    return comparison.notes["sad"]


def test_warnings_of_folds_are_kept_wherever_they_are_fitted():
    here = f"UserWarning: not happy in {os.getpid()}"
    assert notes_of_folds(None) == (f"{here} (6 times)",)
    elsewhere = notes_of_folds(2)
    assert not any(note.startswith(here) for note in elsewhere)
    counts = [int(re.search(r"\((\d) times\)|$", n)[1] or 1) for n in elsewhere]
    assert sum(counts) == 6
