import pickle

import numpy as np
import optuna
import pytest
import sklearn
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.callback import ProgressBar
from sklearn.datasets import load_diabetes, load_iris, make_classification
from sklearn.exceptions import FitFailedWarning
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
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skkeras.model_selection import OptunaSearchCV

X, y = load_iris(return_X_y=True)
TREE = DecisionTreeClassifier(random_state=0)
DEPTHS = {"max_depth": [1, 2, 3, 4], "min_samples_leaf": [1, 5, 20]}


def tree_search(space=DEPTHS, **kwargs):
    kwargs = {"n_trials": 6, "cv": 3, "random_state": 0, **kwargs}
    return OptunaSearchCV(TREE, space, **kwargs)


class Failing(ClassifierMixin, BaseEstimator):
    """A classifier whose fit raises where it is told to."""

    def __init__(self, a=0, fails_above=np.inf):
        self.a = a
        self.fails_above = fails_above

    def fit(self, X, y):
        if self.a > self.fails_above:
            raise RuntimeError(f"out of memory with a={self.a}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Counting(Failing):
    """Counts its fits in the class."""

    fits = 0

    def fit(self, X, y):
        Counting.fits += 1
        return super().fit(X, y)


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
        def fit(self, X, y, sample_weight=None):
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
    ).fit(X, y)
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


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("kind", ["GridSampler", "BruteForceSampler"])
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_samplers_that_run_out_end_the_search(kind, batch):
    grid = {"max_depth": [1, 2, 3]}
    arguments = (grid,) if kind == "GridSampler" else ()
    sampler = getattr(optuna.samplers, kind)(*arguments, seed=0)
    search = tree_search(grid, sampler=sampler, n_trials=50, trials_per_batch=batch)
    search.fit(X, y)
    found = [p["max_depth"] for p in search.cv_results_["params"]]
    assert sorted(found) == [1, 2, 3]


@pytest.mark.parametrize(
    "sampler",
    [
        optuna.samplers.RandomSampler(seed=0),
        optuna.samplers.TPESampler(seed=0, n_startup_trials=3),
        optuna.samplers.NSGAIISampler(seed=0),
    ],
    ids=lambda s: type(s).__name__,
)
def test_other_samplers(sampler):
    search = OptunaSearchCV(
        Ridge(),
        {"alpha": FloatDistribution(0.1, 10)},
        n_trials=6,
        cv=2,
        sampler=sampler,
        trials_per_batch=2,
    ).fit(X, y)
    alphas = [p["alpha"] for p in search.cv_results_["params"]]
    assert len(set(alphas)) == 6
    again = clone(search).fit(X, y)
    assert [p["alpha"] for p in again.cv_results_["params"]] == alphas


def test_callbacks_see_each_trial_and_can_stop():
    numbers = []

    def stop_after_three(study, trial):
        assert trial.state == TrialState.COMPLETE
        numbers.append(trial.number)
        if len(numbers) == 3:
            study.stop()

    search = tree_search(
        callbacks=[stop_after_three], n_trials=50, trials_per_batch=1
    ).fit(X, y)
    assert numbers == [0, 1, 2]
    assert len(search.cv_results_["params"]) == 3
    ended = tree_search(callbacks=[optuna.study.MaxTrialsCallback(2)]).fit(X, y)
    assert len(ended.study_.trials) == 2


def test_timeout_begins_no_further_trial():
    class Slow(Failing):
        def fit(self, X, y):
            import time

            time.sleep(0.1)
            return super().fit(X, y)

    search = OptunaSearchCV(
        Slow(), {"a": list(range(99))}, n_trials=None, timeout=0.3, cv=2, refit=False
    ).fit(X, y)
    assert 1 <= len(search.study_.trials) <= 4


def test_ctrl_c_keeps_the_best_so_far():
    class Interrupted(Failing):
        def fit(self, X, y):
            Counting.fits += 1
            if Counting.fits == 6:
                raise KeyboardInterrupt
            return super().fit(X, y)

    Counting.fits = 0
    search = OptunaSearchCV(
        Interrupted(), {"a": list(range(9))}, n_trials=9, cv=2, random_state=0
    )
    with pytest.warns(UserWarning, match="interrupted after 2 trials"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 2
    assert search.predict(X).shape == y.shape


def test_ctrl_c_before_the_first_trial_is_ctrl_c():
    class Interrupted(Failing):
        def fit(self, X, y):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        OptunaSearchCV(Interrupted(), {"a": [1]}, n_trials=9).fit(X, y)


def test_verbose_zero_is_silent(capfd):
    tree_search().fit(X, y)
    assert capfd.readouterr() == ("", "")


def test_verbose_shows_a_bar(capfd):
    tree_search(verbose=1).fit(X, y)
    out, err = capfd.readouterr()
    assert out == ""
    assert "6/6 trials" in err
    assert "best score 0.9" in err


def test_scikit_learn_progress_bar(capsys):
    search = OptunaSearchCV(
        LogisticRegression(max_iter=1000), {"C": [0.1, 1.0]}, n_trials=2, cv=2
    )
    search.set_callbacks(ProgressBar(max_propagation_depth=0)).fit(X, y)
    assert "OptunaSearchCV" in capsys.readouterr().out


def test_html_and_repr_show_no_password():
    search = tree_search(storage="postgresql://ann:s3cret@db/studies")
    for text in (
        repr(search),
        search._repr_html_(),
        repr(make_pipeline(StandardScaler(), search)),
        str(search.get_params()),
    ):
        assert "s3cret" not in text
    assert "ann:***@db" in repr(search)
    assert clone(search).storage == search.storage


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="'n_trials' parameter"):
        tree_search(n_trials=0).fit(X, y)
    with pytest.raises(ValueError, match="'sampler' parameter"):
        tree_search(sampler="tpe").fit(X, y)


def test_optunas_tools_work_on_the_study():
    search = tree_search(n_trials=8).fit(X, y)
    assert set(optuna.importance.get_param_importances(search.study_)) == set(DEPTHS)
    assert len(search.study_.trials_dataframe()) == 8
    search.study_.optimize(lambda trial: trial.suggest_float("z", 0, 1), n_trials=1)
    assert len(search.study_.trials) == 9


def test_estimators_without_predict_proba():
    data, target = make_classification(60, random_state=0)
    search = OptunaSearchCV(LinearSVC(), {"C": [0.1, 1.0]}, n_trials=2, cv=2)
    search.fit(data, target)
    assert not hasattr(search, "predict_proba")
    assert search.decision_function(data).shape == (60,)
