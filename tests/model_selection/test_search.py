"""What a search gives, and what scikit-learn expects of one."""

import pickle

import numpy as np
import optuna
import pytest
import sklearn
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from searches import DEPTHS, TREE, Counting, Failing, X, tree_search, y
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ShuffleSplit,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skkeras.model_selection import OptunaSearchCV


@parametrize_with_checks(
    [
        OptunaSearchCV(
            Ridge(), {"alpha": [0.1, 1.0]}, n_trials=2, cv=2, error_score="raise"
        ),
        OptunaSearchCV(
            make_pipeline(StandardScaler(), LogisticRegression()),
            {"logisticregression__C": FloatDistribution(0.1, 1.0)},
            n_trials=2,
            cv=2,
            random_state=0,
            error_score="raise",
        ),
    ],
    expected_failed_checks=lambda search: {
        "check_supervised_y_2d": "scikit-learn expects it of its own searches: the "
        "inner estimator's warning is not caught"
    },
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_each_trial_scores_as_grid_search_does():
    search = tree_search(n_trials=8, return_train_score=True).fit(X, y)
    results = search.cv_results_
    grid = GridSearchCV(
        TREE,
        [{k: [v] for k, v in params.items()} for params in results["params"]],
        cv=3,
        return_train_score=True,
    ).fit(X, y)
    assert results.keys() == grid.cv_results_.keys()
    for key, values in grid.cv_results_.items():
        if "time" not in key:
            np.testing.assert_array_equal(results[key], values)
    assert search.best_params_ == grid.best_params_
    assert search.best_score_ == grid.best_score_
    assert search.n_splits_ == 3
    assert search.multimetric_ is False
    assert search.refit_time_ > 0
    values = [t.value for t in search.study_.trials]
    np.testing.assert_allclose(values, results["mean_test_score"])
    assert search.predict(X).tolist() == grid.predict(X).tolist()


def test_the_same_seed_gives_the_same_search():
    first, second = tree_search().fit(X, y), tree_search().fit(X, y)
    assert first.cv_results_["params"] == second.cv_results_["params"]
    other = tree_search(random_state=1).fit(X, y)
    assert first.cv_results_["params"] != other.cv_results_["params"]


def test_a_search_learns():
    data, target = load_diabetes(return_X_y=True)
    search = OptunaSearchCV(
        Ridge(),
        {"alpha": FloatDistribution(1e-4, 1e4, log=True)},
        n_trials=30,
        random_state=0,
        cv=KFold(5, shuffle=True, random_state=0),
    ).fit(data, target)
    alphas = [params["alpha"] for params in search.cv_results_["params"]]
    spread = np.ptp(np.log(alphas[:10])), np.ptp(np.log(alphas[20:]))
    assert np.std(np.log(alphas[20:])) < np.std(np.log(alphas[:10])), spread


def test_a_splitter_that_shuffles_is_asked_once():
    """Trials that cannot differ score the same, in different batches as well."""
    search = tree_search(
        {"max_leaf_nodes": [100, 101, 102, 103]},
        cv=ShuffleSplit(3, test_size=0.5),
        trials_per_batch=1,
        n_trials=4,
        sampler=optuna.samplers.GridSampler({"max_leaf_nodes": [100, 101, 102, 103]}),
    ).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert np.ptp(search.cv_results_["split0_test_score"]) == 0


def test_groups_and_sample_weight():
    groups = np.arange(len(X)) % 5
    weights = np.where(y == 0, 0.0, 1.0)
    search = tree_search(cv=GroupKFold(5)).fit(X, y, groups=groups)
    assert search.n_splits_ == 5
    seen = []

    class Weighted(DecisionTreeClassifier):
        # check_input, since scikit-learn 1.7 fails in each search of a tree without.
        def fit(self, X, y, sample_weight=None, check_input=True):
            seen.append(len(sample_weight))
            return super().fit(X, y, sample_weight=sample_weight)

    search = OptunaSearchCV(Weighted(), DEPTHS, n_trials=1, cv=3)
    search.fit(X, y, sample_weight=weights)
    assert seen == [100, 100, 100, 150]


def test_metadata_routing():
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        tree = clone(TREE).set_fit_request(sample_weight=True)
        search = OptunaSearchCV(
            tree, DEPTHS, n_trials=2, cv=GroupKFold(3), scoring=scorer, random_state=0
        )
        weights = np.where(y == 0, 100.0, 0.01)
        groups = np.arange(len(X)) % 3
        search.fit(X, y, sample_weight=weights, groups=groups)
        assert search.best_score_ > 0.98


def test_multimetric_scoring():
    scoring = ["accuracy", "neg_log_loss"]
    search = tree_search(scoring=scoring, refit="neg_log_loss").fit(X, y)
    assert search.multimetric_
    assert search.scorer_.keys() == set(scoring)
    losses = search.cv_results_["mean_test_neg_log_loss"]
    assert search.best_index_ == losses.argmax()
    np.testing.assert_allclose([t.value for t in search.study_.trials], losses)
    assert search.score(X, y) <= 0


def test_callable_multimetric_scoring():
    def scoring(estimator, X, y):
        return {"a": estimator.score(X, y), "b": -estimator.get_depth()}

    search = tree_search(scoring=scoring, refit="b").fit(X, y)
    assert search.best_params_["max_depth"] == 1
    np.testing.assert_allclose(
        [t.value for t in search.study_.trials], search.cv_results_["mean_test_b"]
    )


def test_callable_refit():
    search = tree_search(refit=lambda results: 2).fit(X, y)
    assert search.best_index_ == 2
    assert search.best_params_ == search.cv_results_["params"][2]
    assert not hasattr(search, "best_score_")


def test_without_refit():
    search = tree_search(refit=False).fit(X, y)
    assert search.best_params_
    assert not hasattr(search, "best_estimator_")
    assert not hasattr(search, "predict")


def test_inside_and_around_pipelines_and_nested():
    inner = OptunaSearchCV(
        Pipeline([("scale", StandardScaler()), ("tree", TREE)]),
        {"tree__max_depth": [1, 2]},
        n_trials=2,
        cv=2,
        random_state=0,
    )
    outer = make_pipeline(StandardScaler(), inner)
    assert outer.fit(X, y).score(X, y) > 0.6
    scores = cross_val_score(inner, X, y, cv=2, error_score="raise")
    assert scores.min() > 0.6


def test_processes_of_joblib():
    one, two = tree_search().fit(X, y), tree_search(n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )


def test_a_fitted_search_can_be_pickled():
    search = pickle.loads(pickle.dumps(tree_search().fit(X, y)))
    assert search.predict(X).shape == y.shape
    assert len(search.study_.trials) == 6


def test_repeated_parameters_are_not_trained_twice():
    Counting.fits = 0
    search = OptunaSearchCV(
        Counting(),
        {"a": [0, 1]},
        n_trials=9,
        cv=2,
        refit=False,
        random_state=0,
        trials_per_batch=4,
        sampler=optuna.samplers.RandomSampler(seed=0),
    ).fit(X, y)
    assert Counting.fits == 2 * 2
    assert len(search.cv_results_["params"]) == 9
    assert all(t.state == TrialState.COMPLETE for t in search.study_.trials)


def test_different_suggestions_of_equal_parameters_are_not_trained_twice():
    Counting.fits = 0

    def define(trial):
        return {"a": trial.suggest_int("unused", 0, 10**6) * 0}

    search = OptunaSearchCV(Counting(), define, n_trials=5, cv=2, refit=False)
    search.fit(X, y)
    assert Counting.fits == 2


class Box:
    """Of which a function of trials makes a new one each time."""

    def __init__(self, n):
        self.n = n


@pytest.mark.parametrize("box", [Box, lambda n: {"n": n}, lambda n: {"deep": [{n}]}])
def test_new_objects_are_not_taken_for_those_that_are_gone(box):
    """Python gives their addresses to others."""
    fitted = []

    class Boxed(Counting):
        def fit(self, X, y):
            fitted.append(self.a)
            return super(Counting, self).fit(X, y)

        def score(self, X, y):
            number = self.a.n if isinstance(self.a, Box) else str(self.a)
            return float(number) if isinstance(number, int) else 0.0

    def define(trial):
        return {"a": box(trial.suggest_int("n", 0, 10**6))}

    search = OptunaSearchCV(
        Boxed(fails_above=None),
        define,
        n_trials=30,
        cv=2,
        refit=False,
        random_state=0,
        trials_per_batch=10,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Failing, "fit", lambda self, X, y: self)
        search.fit(X, y)
    assert len({t.params["n"] for t in search.study_.trials}) == 30
    assert len(fitted) == 2 * 30
    if box is Box:
        expected = [float(t.params["n"]) for t in search.study_.trials]
        assert [t.value for t in search.study_.trials] == expected
