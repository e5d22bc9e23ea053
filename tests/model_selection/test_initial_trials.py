"""Trials that are tried before the sampler proposes any."""

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
from sklearn.tree import DecisionTreeClassifier

from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.initial_trials import own_values
from skkeras.model_selection.spaces import as_space

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


def test_an_empty_one_is_the_estimator_as_far_as_the_space_holds_it():
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=30, random_state=0)
    found = params_of(
        OptunaSearchCV(
            tree, DEPTHS, n_trials=2, cv=3, random_state=0, initial_trials=[{}]
        )
    )
    assert found[0]["max_depth"] == 3
    assert found[0]["min_samples_leaf"] <= 20


def first(trial):
    return {"alpha": trial.suggest_float("a", 0.1, 1.0)}


def test_a_function_takes_them_by_the_names_that_it_suggests():
    search = OptunaSearchCV(
        Ridge(), first, n_trials=2, cv=2, initial_trials=[{"a": 0.25}]
    )
    assert params_of(search)[0] == {"alpha": 0.25}
    with pytest.raises(ValueError, match="give the values by the names"):
        search.set_params(initial_trials=[{}]).fit(X, y)


def test_choices_of_any_type():
    space = {"splitter": ["best", "random"], "max_features": [(1,), None, 0.5, "sqrt"]}
    tree = DecisionTreeClassifier(max_features="sqrt")
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
    space = as_space({"alpha": spec, "unknown": [1]})
    assert own_values(space, Ridge(alpha=inside)) == {"alpha": inside}
    assert own_values(space, Ridge(alpha=outside)) == {}


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
    """TPE goes by the intersection of the spaces of all trials: theirs is whole."""
    search = tree_search(
        DEPTHS, initial_trials=[{"max_depth": 4, "min_samples_leaf": 7}, {}]
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


def test_a_finished_study_gets_none(tmp_path):
    where = {"storage": str(tmp_path / "log"), "study_name": "trees"}
    tree_search(DEPTHS, n_trials=3, **where).fit(X, y)
    first = [{"max_depth": 4, "min_samples_leaf": 7}]
    search = tree_search(DEPTHS, n_trials=3, initial_trials=first, **where).fit(X, y)
    assert len(search.study_.trials) == 3
