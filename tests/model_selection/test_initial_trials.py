"""Trials that are tried before the sampler proposes any."""

from unittest import mock

import numpy as np
import optuna
import pytest
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from scipy import stats
from searches import X, tree_search, y
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.initial_trials import enqueue_initial, own_values
from skkeras.model_selection.records import INITIAL
from skkeras.model_selection.spaces import as_space
from skkeras.model_selection.storage import open_storage

DEPTHS = {"max_depth": [1, 2, 3, 4], "min_samples_leaf": IntDistribution(1, 20)}


def params_of(search):
    return search.fit(X, y).cv_results_["params"]


def test_they_come_first_in_their_order():
    first = [
        {"max_depth": 4, "min_samples_leaf": 7},
        {"max_depth": 1, "min_samples_leaf": 20},
    ]
    found = params_of(tree_search(DEPTHS, initial_trials=first))
    assert found[:2] == first
    assert len(found) == 6


def test_what_one_leaves_out_is_proposed():
    found = params_of(tree_search(DEPTHS, initial_trials=[{"max_depth": 3}]))
    assert found[0]["max_depth"] == 3
    assert 1 <= found[0]["min_samples_leaf"] <= 20


def around(max_depth, min_samples_leaf, space=DEPTHS, **kwargs):
    tree = DecisionTreeClassifier(
        max_depth=max_depth, min_samples_leaf=min_samples_leaf, random_state=0
    )
    kwargs = {"n_trials": 2, "cv": 3, "random_state": 0, **kwargs}
    return OptunaSearchCV(tree, space, **kwargs)


def same_folds(estimator):
    return cross_val_score(estimator, X, y, cv=3)


def scores_of(search, row):
    return [search.cv_results_[f"split{i}_test_score"][row] for i in range(3)]


def test_an_empty_one_is_the_estimator_with_the_values_that_the_space_holds():
    search = around(3, 20, initial_trials=[{"max_depth": 1}, {}])
    assert params_of(search)[1] == {"max_depth": 3, "min_samples_leaf": 20}
    assert scores_of(search, 1) == list(same_folds(search.estimator))


def define_tree(trial):
    return {"max_depth": trial.suggest_int("depth", 1, 4)}


@pytest.mark.parametrize("space", [DEPTHS, define_tree])
def test_an_empty_one_is_the_estimator_whatever_the_space_holds(space):
    """A leaf of 30 rows lies in neither, and a function's names are its own."""
    search = around(None, 30, space, n_trials=4, initial_trials=[{}])
    assert params_of(search)[0] == {}
    assert {} not in search.cv_results_["params"][1:]
    assert scores_of(search, 0) == list(same_folds(search.estimator))
    assert search.cv_results_["param_max_depth"].mask.tolist() == [True, *[False] * 3]


def test_it_can_be_the_best():
    search = around(None, 1, {"max_depth": [1]}, initial_trials=[{}], ensemble=2)
    assert search.fit(X, y).best_params_ == {}
    assert search.best_score_ == same_folds(search.estimator).mean()
    alone = around(None, 1, {"max_depth": [1]}, initial_trials=[{}]).fit(X, y)
    assert alone.best_estimator_.get_params() == alone.estimator.get_params()


def constant(trial):
    return {"max_depth": 1}


def test_it_is_not_taken_for_another_trial_without_suggestions():
    search = around(None, 1, constant, initial_trials=[{}])
    assert params_of(search) == [{}, {"max_depth": 1}]
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] > scores[1]


def test_it_is_begun_again_as_it_was(tmp_path):
    where = {"storage": str(tmp_path / "log"), "study_name": "trees"}
    kwargs = {"n_trials": 3, "initial_trials": [{}], "trials_per_batch": 1} | where

    class Interrupting(DecisionTreeClassifier):
        is_first = True

        def fit(self, X, y):
            if Interrupting.is_first:
                Interrupting.is_first = False
                raise KeyboardInterrupt
            return super().fit(X, y)

    tree = Interrupting(random_state=0)
    with pytest.raises(KeyboardInterrupt):
        OptunaSearchCV(tree, DEPTHS, cv=3, random_state=0, **kwargs).fit(X, y)
    search = OptunaSearchCV(tree, DEPTHS, cv=3, random_state=0, **kwargs)
    found = params_of(search)
    assert found.count({}) == 1
    assert len(found) == 3


# What "auto" stands for


def test_by_default_a_search_begins_with_the_estimator_where_the_space_holds_it():
    search = around(3, 7, n_trials=3)
    found = params_of(search)
    assert found[0] == {"max_depth": 3, "min_samples_leaf": 7}
    assert found != params_of(search.set_params(initial_trials=None))
    assert params_of(around(3, 7, n_trials=1)) == found[:1]


@pytest.mark.parametrize(
    "kwargs",
    [
        {"min_samples_leaf": 30},
        {"space": define_tree},
        {"sampler": optuna.samplers.RandomSampler(seed=0)},
        {"initial_trials": None},
        {"initial_trials": []},
    ],
)
def test_it_does_not_where_that_lies_outside_or_the_sampler_is_the_users(kwargs):
    kwargs = {"max_depth": 3, "min_samples_leaf": 7, **kwargs}
    search = around(**kwargs)
    params_of(search)
    assert not any(INITIAL in trial.user_attrs for trial in search.study_.trials)


def test_a_grid_of_the_users_is_searched_whole():
    grid = {"max_depth": [1, 2], "min_samples_leaf": [1, 5]}
    sampler = optuna.samplers.GridSampler(grid, seed=0)
    found = params_of(around(2, 5, grid, n_trials=4, sampler=sampler))
    assert len({tuple(each.values()) for each in found}) == 4


def test_a_study_that_has_trials_does_not_begin_anew(tmp_path):
    where = {"storage": str(tmp_path / "log"), "study_name": "trees"}
    params_of(around(3, 7, n_trials=2, initial_trials=None, **where))
    search = around(3, 7, n_trials=4, **where)
    params_of(search)
    assert not any(INITIAL in trial.user_attrs for trial in search.study_.trials)
    given = optuna.create_study(direction="maximize")
    params_of(around(3, 7, study=given))
    assert not any(INITIAL in trial.user_attrs for trial in given.trials)


def test_workers_that_begin_at_once_try_each_once(tmp_path):
    """Each saw a study without trials, and enqueued them."""
    path = str(tmp_path / "log")
    search = around(3, 7, n_trials=6, storage=path, study_name="trees")
    first = [{"max_depth": 1, "min_samples_leaf": 2}, {}]
    search.set_params(initial_trials=first)
    study = optuna.create_study(
        storage=open_storage(path), study_name="trees", direction="maximize"
    )
    space = as_space(DEPTHS)
    for _ in range(2):
        blind = mock.Mock(wraps=study, get_trials=lambda deepcopy: [])
        enqueue_initial(blind, search, space)
    found = params_of(search)
    assert len(found) == 6
    assert found[0] == {"max_depth": 1, "min_samples_leaf": 2}
    assert found[1] == {"max_depth": 3, "min_samples_leaf": 7}
    assert found.count(found[0]) == found.count(found[1]) == 1


def first(trial):
    return {"alpha": trial.suggest_float("a", 0.1, 1.0)}


def test_a_function_takes_them_by_the_names_that_it_suggests():
    search = OptunaSearchCV(
        Ridge(), first, n_trials=2, cv=2, initial_trials=[{"a": 0.25}]
    )
    assert params_of(search)[0] == {"alpha": 0.25}
    assert own_values(as_space(first), Ridge()) is None


def test_choices_of_any_type():
    space = {"splitter": ["best", "random"], "max_features": [(1,), None, 0.5, "sqrt"]}
    tree = DecisionTreeClassifier(max_features="sqrt")
    assert own_values(as_space(space | {"max_depth": [1]}), tree) is None
    own = own_values(as_space(space), tree)
    assert own == {"splitter": "best", "max_features": "sqrt"}
    found = params_of(
        tree_search(
            {"max_depth": [1, (2, 3), 4]}, n_trials=1, initial_trials=[{"max_depth": 4}]
        )
    )
    assert found == [{"max_depth": 4}]


@pytest.mark.parametrize(
    ("spec", "inside", "outside"),
    [
        (FloatDistribution(0.1, 10, log=True), 0.1, 0.05),
        (IntDistribution(1, 9, step=2), 3, 11),
        (CategoricalDistribution([0.5, None]), None, 1.0),
        ([(64,), (32, 16)], (32, 16), (32,)),
        (stats.uniform(0, 2), 1.5, 2.5),
        (stats.loguniform(0.1, 2), 1.5, "auto"),
    ],
)
def test_own_values_are_those_that_a_distribution_holds(spec, inside, outside):
    space = as_space({"alpha": spec})
    assert own_values(space, Ridge(alpha=inside)) == {"alpha": inside}
    assert own_values(space, Ridge(alpha=outside)) is None
    assert own_values(as_space({"alpha": spec, "unknown": [1]}), Ridge(inside)) is None


def test_a_study_gets_them_once(tmp_path):
    where = {"storage": str(tmp_path / "log"), "study_name": "trees"}
    kwargs = {"initial_trials": [{"max_depth": 4, "min_samples_leaf": 7}], **where}
    params_of(tree_search(DEPTHS, n_trials=3, **kwargs))
    found = params_of(tree_search(DEPTHS, n_trials=6, **kwargs))
    assert [p["min_samples_leaf"] for p in found].count(7) == 1
    assert len(found) == 6


def test_values_that_no_choice_has_are_an_error():
    with pytest.raises(ValueError, match="9"):
        tree_search({"max_depth": [1, 2]}, initial_trials=[{"max_depth": 9}]).fit(X, y)


def test_the_sampler_learns_from_them():
    """TPE goes by the spaces of all trials: theirs is whole."""
    search = around(
        3, 7, n_trials=6, initial_trials=[{"max_depth": 4, "min_samples_leaf": 7}, {}]
    ).fit(X, y)
    space = optuna.search_space.intersection_search_space(search.study_.trials)
    assert set(space) == set(DEPTHS)


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_numbers_of_numpy_are_numbers(kind):
    first = [{"max_depth": kind(3), "min_samples_leaf": kind(7)}]
    found = params_of(tree_search(DEPTHS, initial_trials=first))
    assert found[0] == {"max_depth": 3, "min_samples_leaf": 7}
    choices = {"max_depth": [kind(1), kind(2)]}
    own = DecisionTreeClassifier(max_depth=kind(2), random_state=0)
    search = OptunaSearchCV(
        own, choices, n_trials=2, cv=3, random_state=0, initial_trials=[{}]
    )
    assert params_of(search)[0]["max_depth"] == 2


@pytest.mark.parametrize("wrong", [["max_depth"], [3], [None]])
def test_what_is_no_dict_is_named(wrong):
    search = tree_search(DEPTHS, initial_trials=wrong)
    with pytest.raises(ValueError, match=r"initial_trials must be a list of dicts"):
        search.fit(X, y)


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="'initial_trials' parameter"):
        tree_search(DEPTHS, initial_trials="default").fit(X, y)


def test_a_finished_study_gets_none(tmp_path):
    where = {"storage": str(tmp_path / "log"), "study_name": "trees"}
    tree_search(DEPTHS, n_trials=3, **where).fit(X, y)
    first = [{"max_depth": 4, "min_samples_leaf": 7}]
    search = tree_search(DEPTHS, n_trials=3, initial_trials=first, **where).fit(X, y)
    assert len(search.study_.trials) == 3
