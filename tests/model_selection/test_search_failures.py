"""Trials that fail, and searches that cannot go on."""

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState
from searches import TREE, Counting, Failing, X, y
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV

from skkeras.model_selection import OptunaSearchCV


def test_a_failed_trial_is_recorded_and_the_search_goes_on():
    search = OptunaSearchCV(
        Failing(fails_above=2),
        {"a": [0, 1, 2, 3, 4]},
        n_trials=5,
        cv=2,
        sampler=optuna.samplers.GridSampler({"a": [0, 1, 2, 3, 4]}, seed=0),
        trials_per_batch=5,
    )
    with pytest.warns() as caught:
        search.fit(X, y)
    assert FitFailedWarning in {w.category for w in caught}
    failed = [t for t in search.study_.trials if t.state == TrialState.FAIL]
    assert sorted(t.params["a"] for t in failed) == [3, 4]
    for trial in failed:
        reason = f"out of memory with a={trial.params['a']}"
        assert reason in trial.user_attrs["skkeras:failure"]
        assert np.isnan(search.cv_results_["mean_test_score"][trial.number])
        assert search.cv_results_["rank_test_score"][trial.number] == 4


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_batch_in_which_every_fit_fails_does_not_end_the_search(n_jobs):
    search = OptunaSearchCV(
        Failing(fails_above=0),
        {"a": [1, 0]},
        n_trials=2,
        cv=2,
        sampler=optuna.samplers.GridSampler({"a": [1, 0]}, seed=1),
        trials_per_batch=1,
        error_score=-1.0,
        n_jobs=n_jobs,
    )
    with pytest.warns(FitFailedWarning, match=r"(?s)2 fits failed.* is -1\.0.*a=1"):
        search.fit(X, y)
    states = {t.params["a"]: t for t in search.study_.trials}
    assert states[1].state == TrialState.FAIL
    assert "out of memory with a=1" in states[1].user_attrs["skkeras:failure"]
    assert search.best_params_ == {"a": 0}
    assert search.cv_results_["mean_test_score"][states[1].number] == -1


def test_if_all_fail_the_error_shows_the_first_reason():
    search = OptunaSearchCV(Failing(fails_above=-1), {"a": [5, 7]}, n_trials=2, cv=2)
    search.set_params(sampler=optuna.samplers.GridSampler({"a": [5, 7]}, seed=0))
    with pytest.raises(
        ValueError, match=r"(?s)All the 2 trials .* out of memory"
    ) as error:
        search.fit(X, y)
    assert "RuntimeError" in str(error.value)


def test_error_score_raise():
    search = OptunaSearchCV(
        Failing(fails_above=-1), {"a": [5]}, n_trials=2, error_score="raise"
    )
    with pytest.raises(RuntimeError, match="out of memory with a=5"):
        search.fit(X, y)


def test_a_score_of_nan_is_a_failure():
    def scoring(estimator, X, y):
        return float("nan") if estimator.a else 1.0

    search = OptunaSearchCV(Failing(), {"a": [0, 1]}, n_trials=2, scoring=scoring)
    search.set_params(sampler=optuna.samplers.GridSampler({"a": [0, 1]}, seed=0))
    with pytest.warns(UserWarning, match="non-finite"):
        search.fit(X, y)
    (failed,) = (t for t in search.study_.trials if t.state == TrialState.FAIL)
    assert failed.params == {"a": 1}
    assert "nan" in failed.user_attrs["skkeras:failure"]


def test_an_unknown_parameter_raises_before_any_fit():
    Counting.fits = 0
    with pytest.raises(ValueError, match="Invalid parameter 'b'"):
        OptunaSearchCV(Counting(), {"b": [1]}, n_trials=2).fit(X, y)
    assert Counting.fits == 0


def test_a_define_that_raises_raises():
    def define(trial):
        raise KeyError("my mistake")

    with pytest.raises(KeyError, match="my mistake"):
        OptunaSearchCV(TREE, define, n_trials=2).fit(X, y)


def test_a_define_that_prunes():
    def define(trial):
        depth = trial.suggest_int("max_depth", 1, 4)
        if depth % 2:
            raise optuna.TrialPruned
        return {"max_depth": depth}

    search = OptunaSearchCV(TREE, define, n_trials=8, random_state=0).fit(X, y)
    assert len(search.study_.trials) == 8
    assert {p["max_depth"] for p in search.cv_results_["params"]} <= {2, 4}


class NeedsTwo(Failing):
    """Its score fails on rows of one class alone, and on classes it has not seen."""

    def score(self, X, y):
        if len(np.unique(y)) < 2 or not np.isin(y, self.classes_).all():
            raise ValueError("what are these classes?")
        return 1.0 - self.a / 10


UNSEEN = [  # folds whose test rows are of a class that the training rows lack
    (np.arange(100), np.arange(90, 150)),
    (np.arange(150), np.arange(0, 150, 2)),
]


@pytest.mark.parametrize("error_score", [np.nan, -1.0, 0.5])
@pytest.mark.parametrize(
    ("cv", "fails_above"),
    [(UNSEEN, 9), (3, 1), ([(np.arange(150), np.arange(50))] * 2, 9)],
    ids=["unseen classes", "fits", "one class"],
)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
def test_failures_leave_what_a_grid_search_leaves(error_score, cv, fails_above):
    """Its results or, where nothing has a score, an error in place of its NaN."""
    space = {"a": [0, 1, 2]}
    search = OptunaSearchCV(
        NeedsTwo(fails_above=fails_above),
        space,
        n_trials=3,
        cv=cv,
        sampler=optuna.samplers.GridSampler(space, seed=0),
        error_score=error_score,
    )
    grid = GridSearchCV(search.estimator, space, cv=cv, error_score=error_score)
    grid.fit(X, y)
    if np.isnan(grid.cv_results_["mean_test_score"]).all():
        with pytest.raises(ValueError, match=r"All the 3 trials.* failed"):
            search.fit(X, y)
        return
    search.fit(X, y)
    order = np.argsort([p["a"] for p in search.cv_results_["params"]])
    for key, values in grid.cv_results_.items():
        if "time" not in key and key != "params":
            np.testing.assert_array_equal(search.cv_results_[key][order], values)
    assert search.best_score_ == grid.best_score_


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_callbacks_see_failed_trials_too(n_jobs):
    seen = []
    search = OptunaSearchCV(
        Failing(fails_above=0),
        {"a": [0, 1]},
        n_trials=2,
        cv=2,
        sampler=optuna.samplers.GridSampler({"a": [0, 1]}, seed=0),
        error_score=-1.0,
        callbacks=[lambda study, trial: seen.append((trial.params["a"], trial.state))],
        n_jobs=n_jobs,
    )
    with pytest.warns(FitFailedWarning):
        search.fit(X, y)
    assert sorted(seen) == [(0, TrialState.COMPLETE), (1, TrialState.FAIL)]


def test_a_callback_that_raises_ends_the_search_and_loses_nothing(tmp_path):
    def raising(study, trial):
        if trial.number == 1:
            raise RuntimeError("my callback's mistake")

    where = {"storage": str(tmp_path / "log"), "study_name": "callbacks"}
    search = OptunaSearchCV(
        Counting(), {"a": list(range(9))}, n_trials=4, cv=2, trials_per_batch=1, **where
    )
    with pytest.raises(RuntimeError, match="my callback's mistake"):
        search.set_params(callbacks=[raising]).fit(X, y)
    Counting.fits = 0
    search.set_params(callbacks=None, refit=False).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert Counting.fits <= 2 * 2
