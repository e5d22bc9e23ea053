"""Trials that fail, and searches that cannot go on."""

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState
from searches import TREE, Counting, Failing, X, y
from sklearn.exceptions import FitFailedWarning

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
