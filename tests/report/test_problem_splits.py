"""Rows of a group stay together, later rows are tested on, every class is in a fold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.distributions import FloatDistribution
from sklearn.base import BaseEstimator, ClassifierMixin

from skkeras.model_selection import OptunaSearchCV
from skkeras.report.benchmark import Observer, Settings, run
from skkeras.report.columns import Choices
from skkeras.report.errors import InputError
from skkeras.report.problem import describe, problem_from_frame
from skkeras.report.problem_splits import inner_folds, problem_splits


def table(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "patient": rng.integers(0, n // 4, n),
            "day": rng.permutation(pd.date_range("2020-01-01", periods=n)),
            "kind": rng.choice(["no", "yes"], n),
            "price": rng.normal(size=n),
        }
    )


@settings(max_examples=25)
@given(
    seed=st.integers(0, 1000),
    folds=st.integers(2, 4),
    repeats=st.integers(1, 3),
    target=st.sampled_from(["kind", "price"]),
)
def test_rows_of_a_group_are_never_trained_and_tested_on(seed, folds, repeats, target):
    choices = Choices(groups="patient")
    problem = problem_from_frame("t", table(seed=seed), target, choices=choices)
    assert "patient" not in problem.X
    splits = problem_splits(problem, folds=folds, repeats=repeats, random_state=seed)
    assert [(s.repeat, s.fold) for s in splits] == [
        (r, f) for r in range(repeats) for f in range(folds)
    ]
    for repeat in range(repeats):
        tested = [s.test for s in splits if s.repeat == repeat]
        assert sorted(np.concatenate(tested)) == list(range(len(problem.y)))
    for split in splits:
        assert not set(problem.groups[split.train]) & set(problem.groups[split.test])


def test_repeats_group_anew():
    problem = problem_from_frame(
        "t", table(), "price", choices=Choices(groups="patient")
    )
    splits = problem_splits(problem, folds=3, repeats=2, random_state=0)
    assert not np.array_equal(splits[0].test, splits[3].test)


def test_later_rows_are_tested_on():
    frame = table()
    problem = problem_from_frame(
        "t", frame.copy(), "price", choices=Choices(time="day")
    )
    assert problem.X["day"].is_monotonic_increasing
    order = np.argsort(frame["day"].to_numpy())
    assert problem.y.tolist() == frame["price"].to_numpy()[order].tolist()
    for split in problem_splits(problem, folds=4):
        days = problem.X["day"]
        assert days[split.train].max() < days[split.test].min()
    with pytest.raises(InputError, match="--repeats 2: rows in the order of --time"):
        problem_splits(problem, folds=4, repeats=2)


def test_too_few_groups():
    choices = Choices(groups="kind")
    problem = problem_from_frame("t", table(), "price", choices=choices)
    with pytest.raises(InputError, match="has 2 groups, too few for --folds 3"):
        problem_splits(problem, folds=3)


def test_a_class_that_a_fold_lacks():
    frame = table().sort_values("day")
    frame["kind"] = np.repeat(["old", "new"], 30)
    problem = problem_from_frame("t", frame, "kind", choices=Choices(time="day"))
    with pytest.raises(InputError, match="fold 1 trains on no row of class 'new'"):
        problem_splits(problem, folds=3)


def test_the_description_says_how_folds_are_made():
    grouped = problem_from_frame(
        "t", table(), "price", choices=Choices(groups="patient")
    )
    assert "values of patient stay in one fold" in describe(grouped)
    ordered = problem_from_frame("t", table(), "price", choices=Choices(time="day"))
    assert "tested on later ones" in describe(ordered)
    assert "1 of dates" in describe(ordered)


SEEN = []


class SeesRows(ClassifierMixin, BaseEstimator):
    """Notes which rows it is trained on and which it predicts."""

    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y):
        self.rows_, self.classes_ = set(X.index), np.unique(y)
        return self

    def predict(self, X):
        SEEN.append((self.rows_, set(X.index)))
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize("choice", [{"groups": "patient"}, {"time": "day"}])
def test_searches_split_their_inner_folds_alike(choice):
    SEEN.clear()
    frame = table(80)
    problem = problem_from_frame("t", frame, "kind", choices=Choices(**choice))
    search = OptunaSearchCV(
        SeesRows(),
        {"C": FloatDistribution(0.1, 2.0)},
        n_trials=2,
        cv=inner_folds(problem, 3, 0),
        random_state=0,
    )
    how = Settings(folds=3, scoring=("accuracy",))
    found = run([problem], how, {"t": {"search": search}}, Observer())
    assert not found.studies[0].failures
    apart = [(a, b) for a, b in SEEN if not a & b]  # but for training scores
    assert len(apart) >= 3 * 2 * 3
    for trained, predicted in apart:
        if "time" in choice:
            assert max(trained) < min(predicted)
        else:
            groups = problem.groups
            assert not set(groups[list(trained)]) & set(groups[list(predicted)])
