"""Searches in a study that the user has made."""

import pickle
import time

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from searches import X, tree_search, y
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score

from skkeras.model_selection import OptunaSearchCV


def make_study(seed=0, **kwargs):
    sampler = optuna.samplers.RandomSampler(seed=seed)
    return optuna.create_study(direction="maximize", sampler=sampler, **kwargs)


def ridge(study, **kwargs):
    kwargs = {"n_trials": 5, "cv": 3, **kwargs}
    space = {"alpha": FloatDistribution(0.01, 10)}
    return OptunaSearchCV(Ridge(), space, study=study, **kwargs)


def test_trials_are_in_the_users_study():
    study = make_study()
    search = ridge(study).fit(X, y)
    assert len(study.trials) == 5
    assert study.best_value == search.best_score_
    assert study.best_params == search.best_params_
    assert [t.params for t in search.study_.trials] == [t.params for t in study.trials]


def test_it_proposes_by_the_studys_own_sampler():
    expected = [make_study().ask({"alpha": FloatDistribution(0.01, 10)}).params]
    search = ridge(make_study()).fit(X, y)
    assert search.cv_results_["params"][0] == expected[0]
    other = ridge(make_study(), sampler=optuna.samplers.RandomSampler(seed=7))
    assert other.fit(X, y).cv_results_["params"][0] != expected[0]


def test_it_goes_on_where_the_study_is():
    study = make_study()
    study.enqueue_trial({"alpha": 0.5})
    ridge(study, n_trials=3).fit(X, y)
    before = [t.params for t in study.trials]
    search = ridge(study, n_trials=6).fit(X, y)
    assert before[0] == {"alpha": 0.5}
    assert search.cv_results_["params"][:3] == before
    assert len(study.trials) == 6


def test_what_cannot_be_compared_is_refused():
    study = make_study()
    ridge(study).fit(X, y)
    with pytest.raises(ValueError, match=r"begun with other.*data"):
        ridge(study, n_trials=9).fit(X + 1, y)
    assert len(study.trials) == 5


def test_its_pruner_is_used_only_where_it_is_given():
    class Never(optuna.pruners.BasePruner):
        def prune(self, study, trial):
            raise AssertionError("asked")

    ridge(make_study(pruner=Never())).fit(X, y)
    study = make_study(pruner=Never())
    search = ridge(study, pruner=study.pruner)
    with pytest.raises(AssertionError, match="asked"):
        search.fit(X, y)


@pytest.mark.parametrize("beside", ["storage", "study_name"])
def test_a_study_given_twice_is_refused(beside, tmp_path):
    search = ridge(make_study()).set_params(**{beside: str(tmp_path / "log")})
    with pytest.raises(ValueError, match=f"leave {beside} at None"):
        search.fit(X, y)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "study",
    [
        optuna.create_study(),
        optuna.create_study(directions=["maximize", "minimize"]),
    ],
)
def test_a_study_that_minimises_is_refused(study):
    with pytest.raises(ValueError, match="does not maximise one value"):
        ridge(study).fit(X, y)
    with pytest.raises(ValueError, match="'study' parameter"):
        ridge("name").fit(X, y)


def test_clones_have_a_study_of_their_own():
    """So that folds of an outer cross-validation do not meet in one."""
    study = make_study()
    scores = cross_val_score(ridge(study), X, y, cv=3, error_score="raise")
    assert np.isfinite(scores).all()
    assert study.trials == []
    assert clone(ridge(study)).study is not study


def test_in_a_database_of_its_own(tmp_path):
    url = f"sqlite:///{tmp_path}/study.db"
    study = make_study(storage=url, study_name="mine")
    search = ridge(study).fit(X, y)
    again = ridge(None, storage=url, study_name="mine").fit(X, y)
    np.testing.assert_array_equal(
        again.cv_results_["mean_test_score"], search.cv_results_["mean_test_score"]
    )
    assert study.trials[4].state == TrialState.COMPLETE
    loaded = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(loaded.predict(X), search.predict(X))


def test_a_database_that_fails_is_named(tmp_path):
    path = tmp_path / "study.db"
    study = make_study(storage=f"sqlite:///{path}", study_name="mine")
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(ConnectionError, match=r"failed: .*(malformed|not a database)"):
        ridge(study).fit(X, y)


def test_nothing_changes_without_one():
    assert tree_search(study=None).fit(X, y).best_score_ > 0.9


def test_a_trial_that_the_user_runs_stays_the_users():
    study = make_study()
    own = study.ask({"alpha": FloatDistribution(0.01, 10)})
    search = ridge(study)
    search._grace = 0.1
    search.fit(X, y)
    time.sleep(0.3)
    search.set_params(n_trials=8).fit(X, y)
    study.tell(own, 0.0)
    assert study.trials[own.number].value == 0.0
    assert len(search.cv_results_["params"]) == 7
