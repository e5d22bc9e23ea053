"""Ensembles of a search's trials."""

import pickle

import numpy as np
import optuna
import pandas as pd
import pytest
import sklearn
from optuna.trial import TrialState
from searches import DEPTHS, TREE, Counting, Failing, X, tree_search, y
from sklearn.base import clone, is_classifier
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import get_scorer, make_scorer
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GroupKFold,
    KFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.ensemble import TrialEnsemble

CANCER = load_breast_cancer(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
REGRESSION_TREE = DecisionTreeRegressor(random_state=0)
ALL_DEPTHS = {
    "max_depth": [1, 2, 3, 5, 8],
    "min_samples_leaf": [1, 3, 10, 30],
    "max_features": [0.3, 1.0],
}


def search_trees(tree=TREE, space=ALL_DEPTHS, **kwargs):
    kwargs = {"n_trials": 12, "cv": 3, "random_state": 0, "ensemble": 5, **kwargs}
    return OptunaSearchCV(tree, space, **kwargs)


def by_plain_loop(search, X, y, scoring, splits, params=None):
    """Choose members as the paper says, each score by scikit-learn itself.

    The ensemble of each fold is scikit-learn's own, of trees that are fitted anew.
    """
    candidates = search.cv_results_["params"]
    scores = search.cv_results_["mean_test_score"]
    first_of_its_kind = [
        i for i, each in enumerate(candidates) if each not in candidates[:i]
    ]
    ranked = sorted(first_of_its_kind, key=lambda i: -scores[i])
    rows = sorted(ranked[: 2 * search.ensemble])
    voting = VotingClassifier if is_classifier(search.estimator) else VotingRegressor
    soft = {"voting": "soft"} if voting is VotingClassifier else {}
    folds = []
    for train, test in splits:
        members = [
            (str(i), clone(search.estimator).set_params(**candidates[i])) for i in rows
        ]
        fitted = voting(members, **soft).fit(X[train], y[train])
        folds.append((fitted, test))

    def score(counts):
        found = []
        for fitted, test in folds:
            fitted.weights = counts
            scorer = get_scorer(scoring)
            of_rows = {k: v[test] for k, v in (params or {}).items()}
            found.append(scorer(fitted, X[test], y[test], **of_rows))
        return np.mean(found)

    counts, best = np.zeros(len(rows)), (-np.inf, None)
    for _ in range(search.ensemble):
        tried = [score(counts + one) for one in np.eye(len(rows))]
        counts[int(np.argmax(tried))] += 1
        if max(tried) > best[0]:
            best = max(tried), counts.copy()
    weights = np.zeros(len(candidates))
    weights[rows] = best[1] / best[1].sum()
    return weights, best[0]


@pytest.mark.parametrize(
    ("scoring", "cv"),
    [
        ("accuracy", StratifiedKFold(3)),
        ("neg_log_loss", KFold(3, shuffle=True, random_state=0)),
        ("roc_auc", ShuffleSplit(3, test_size=0.2, random_state=0)),
        ("f1", RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0)),
        ("neg_brier_score", TimeSeriesSplit(3)),
    ],
)
def test_members_of_classifiers_are_those_of_a_plain_loop(scoring, cv):
    X, y = CANCER
    search = search_trees(scoring=scoring, cv=cv).fit(X, y)
    expected, score = by_plain_loop(search, X, y, scoring, list(cv.split(X, y)))
    assert np.count_nonzero(expected) > 1
    np.testing.assert_allclose(search.ensemble_weights_, expected)
    np.testing.assert_allclose(search.ensemble_score_, score)
    assert search.ensemble_score_ >= search.best_score_


@pytest.mark.parametrize("scoring", ["r2", "neg_mean_absolute_error"])
@pytest.mark.parametrize("cv", [KFold(3), TimeSeriesSplit(3)])
def test_members_of_regressors_are_those_of_a_plain_loop(scoring, cv):
    X, y = DIABETES
    search = search_trees(REGRESSION_TREE, scoring=scoring, cv=cv).fit(X, y)
    expected, score = by_plain_loop(search, X, y, scoring, list(cv.split(X, y)))
    assert np.count_nonzero(expected) > 1
    np.testing.assert_allclose(search.ensemble_weights_, expected)
    np.testing.assert_allclose(search.ensemble_score_, score)


@pytest.mark.parametrize("tree", [TREE, REGRESSION_TREE])
def test_the_best_estimator_is_their_weighted_mean(tree):
    X, y = CANCER if is_classifier(tree) else DIABETES
    method = "predict_proba" if is_classifier(tree) else "predict"
    search = search_trees(tree).fit(X, y)
    members = [
        getattr(clone(tree).set_params(**params).fit(X, y), method)(X) * weight
        for params, weight in zip(
            search.cv_results_["params"], search.ensemble_weights_, strict=True
        )
        if weight
    ]
    assert len(members) > 1
    np.testing.assert_allclose(getattr(search, method)(X), np.sum(members, axis=0))
    found = search.best_estimator_
    names = [f"candidate_{row}" for row in np.flatnonzero(search.ensemble_weights_)]
    assert list(found.named_estimators_) == names
    again = clone(found).fit(X, y)
    np.testing.assert_allclose(getattr(again, method)(X), getattr(found, method)(X))
    np.testing.assert_array_equal(again.predict(X), found.predict(X))


@pytest.mark.parametrize("tree", [TREE, REGRESSION_TREE])
def test_an_ensemble_of_one_is_the_best_trial(tree):
    X, y = CANCER if is_classifier(tree) else DIABETES
    one = search_trees(tree, ensemble=1).fit(X, y)
    alone = search_trees(tree, ensemble=None).fit(X, y)
    assert one.best_params_ == alone.best_params_
    assert one.best_score_ == alone.best_score_
    np.testing.assert_allclose(one.ensemble_score_, alone.best_score_)
    assert one.ensemble_weights_.argmax() == alone.best_index_
    np.testing.assert_array_equal(one.predict(X), alone.predict(X))
    assert not hasattr(alone, "ensemble_weights_")


def test_the_search_itself_is_the_same():
    kept, without = (search_trees(ensemble=k).fit(X, y) for k in (5, None))
    for key, values in without.cv_results_.items():
        if "time" not in key:
            np.testing.assert_array_equal(kept.cv_results_[key], values)
    folds = [t.user_attrs["skkeras:folds"] for t in kept.study_.trials]
    assert all("predictions" not in each for each in folds)


def test_labels_are_the_users_own():
    """A dict of class weights knows them, and scikit-learn's own fit would not."""
    words = np.array(["no", "yes", "maybe"])[y]
    weights = {"no": 1.0, "yes": 5.0, "maybe": 0.1}
    tree = clone(TREE).set_params(class_weight=weights)
    search = search_trees(tree).fit(X, words)
    assert search.classes_.tolist() == ["maybe", "no", "yes"]
    first = search.best_estimator_.estimators_[0]
    assert first.classes_.tolist() == ["maybe", "no", "yes"]
    assert search.score(X, words) > 0.9
    assert set(search.predict(X)) <= set(words)


def test_a_class_that_a_training_fold_lacks():
    """Its probability is 0 there."""
    rare = np.where(np.arange(len(y)) == 149, 3, y)
    search = search_trees(cv=KFold(3, shuffle=True, random_state=0)).fit(X, rare)
    assert search.predict_proba(X).shape == (150, 4)
    assert np.isfinite(search.ensemble_score_)


def test_weights_and_groups_of_rows_count():
    X, y = CANCER
    rng = np.random.default_rng(0)
    weights, groups = rng.uniform(size=len(y)) ** 4, np.arange(len(y)) % 7
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(
            sklearn.metrics.log_loss,
            response_method="predict_proba",
            greater_is_better=False,
        ).set_score_request(sample_weight=True)
        search = search_trees(
            clone(TREE).set_fit_request(sample_weight=False),
            scoring=scorer,
            cv=GroupKFold(3),
        ).fit(X, y, sample_weight=weights, groups=groups)
        splits = list(GroupKFold(3).split(X, y, groups))
        expected, score = by_plain_loop(
            search, X, y, scorer, splits, {"sample_weight": weights}
        )
    np.testing.assert_allclose(search.ensemble_weights_, expected)
    np.testing.assert_allclose(search.ensemble_score_, score)


def test_parameters_of_fit_reach_the_members():
    seen = []

    class Weighted(DecisionTreeClassifier):
        def fit(self, X, y, sample_weight=None):
            seen.append((len(X), float(sample_weight.sum())))
            return super().fit(X, y, sample_weight=sample_weight)

    weights = np.linspace(1, 2, len(y))
    search = search_trees(make_pipeline(Weighted(random_state=0)))
    search.set_params(
        param_distributions={f"weighted__{k}": v for k, v in ALL_DEPTHS.items()}
    ).fit(X, y, weighted__sample_weight=weights)
    n_members = np.count_nonzero(search.ensemble_weights_)
    assert seen[-n_members:] == [(150, weights.sum())] * n_members
    assert {n_rows for n_rows, _ in seen[:-n_members]} == {100}


@pytest.mark.parametrize("refit", ["neg_log_loss", "accuracy", False])
def test_several_metrics(refit):
    """The one that refits decides; without any, the one that the sampler maximises."""
    scoring = ["accuracy", "neg_log_loss"]
    search = search_trees(scoring=scoring, refit=refit).fit(*CANCER)
    metric = refit or "accuracy"
    alone = search_trees(scoring=metric).fit(*CANCER)
    if refit != "neg_log_loss":  # by which the sampler was led otherwise
        np.testing.assert_allclose(search.ensemble_weights_, alone.ensemble_weights_)
    best = search.cv_results_[f"mean_test_{metric}"].max()
    assert search.ensemble_score_ >= best
    assert hasattr(search, "best_estimator_") == bool(refit)


def test_a_scoring_that_is_a_function_of_several():
    def scoring(estimator, X, y):
        return {"a": estimator.score(X, y), "b": -np.ptp(estimator.predict_proba(X))}

    search = search_trees(scoring=scoring, refit="a").fit(*CANCER)
    alone = search_trees().fit(*CANCER)
    np.testing.assert_allclose(search.ensemble_weights_, alone.ensemble_weights_)


def test_without_refit_the_weights_are_there():
    search = search_trees(refit=False).fit(X, y)
    np.testing.assert_allclose(search.ensemble_weights_.sum(), 1)
    assert not hasattr(search, "predict")


def test_trials_that_failed_or_repeat_others_are_no_members():
    X, y = CANCER

    class Sometimes(DecisionTreeClassifier):
        def fit(self, X, y):
            if self.max_depth == 3:
                raise MemoryError("too deep")
            return super().fit(X, y)

    search = search_trees(
        Sometimes(random_state=0), {"max_depth": [1, 2, 3]}, n_trials=12, ensemble=10
    )
    with pytest.warns() as caught:
        search.fit(X, y)
    assert sklearn.exceptions.FitFailedWarning in {w.category for w in caught}
    states = [t.state for t in search.study_.trials]
    assert TrialState.FAIL in states
    chosen = [
        search.cv_results_["params"][row]["max_depth"]
        for row in np.flatnonzero(search.ensemble_weights_)
    ]
    assert sorted(chosen) == sorted(set(chosen))
    assert set(chosen) <= {1, 2}


def test_classifiers_without_probabilities_are_no_members():
    """The hinge losses, say: trials that have probabilities are averaged."""
    X, y = CANCER
    search = OptunaSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression()),
        {
            "logisticregression": [
                RidgeClassifier(alpha=1e5),
                LogisticRegression(C=0.01),
                LogisticRegression(C=1.0),
            ]
        },
        n_trials=9,
        cv=3,
        random_state=0,
        ensemble=3,
    ).fit(X, y)
    for row in np.flatnonzero(search.ensemble_weights_):
        params = search.cv_results_["params"][row]
        assert isinstance(params["logisticregression"], LogisticRegression)
    assert search.predict_proba(X).shape == (569, 2)


@pytest.mark.parametrize(
    ("good", "why"),
    [
        ([RidgeClassifier()], "no trial has probabilities"),
        ([RidgeClassifier(), LogisticRegression(C=1e-6)], "the best mean of prob"),
    ],
)
def test_the_best_trial_stays_alone_where_no_mean_is_as_good(good, why):
    X, y = CANCER
    search = OptunaSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression()),
        {"logisticregression": good},
        n_trials=6,
        cv=3,
        random_state=0,
        ensemble=3,
    )
    with pytest.warns(UserWarning, match=f"best trial alone.* {why}"):
        search.fit(X, y)
    assert isinstance(search.best_estimator_[-1], RidgeClassifier)
    assert search.ensemble_weights_[search.best_index_] == 1
    assert search.ensemble_score_ == search.best_score_


@pytest.mark.parametrize(
    ("search", "target", "message"),
    [
        (search_trees(), np.eye(3, dtype=int)[y], "one target a row"),
        (search_trees(REGRESSION_TREE), np.c_[y, y] / 3, "one target a row"),
        (search_trees(REGRESSION_TREE), y[:, None] / 3, "one target a row"),
        (search_trees(refit=lambda results: 0), y, "refit to be a bool"),
        (search_trees(KMeans(), {}), y, "a classifier or a regressor"),
        (search_trees(), None, "one target a row"),
        (
            search_trees(scoring=lambda e, X, y: e.get_depth()),
            y,
            r"a scoring that looks at predictions.*get_depth",
        ),
    ],
)
def test_what_cannot_be_averaged_is_refused_before_any_fit(search, target, message):
    fits = []

    def fit(self, *arguments):
        fits.append(self)

    with pytest.MonkeyPatch.context() as patch:
        for kind in (DecisionTreeClassifier, DecisionTreeRegressor, KMeans):
            patch.setattr(kind, "fit", fit)
        with pytest.raises(ValueError, match=f"ensemble=5 needs .*{message}"):
            search.fit(X, target)
    assert fits == []


def test_the_number_of_members_is_checked():
    with pytest.raises(ValueError, match="'ensemble' parameter"):
        search_trees(ensemble=0).fit(X, y)


@pytest.mark.parametrize("pruner", [None, optuna.pruners.NopPruner()])
def test_a_resumed_search_has_the_same_ensemble(tmp_path, pruner):
    where = {"storage": str(tmp_path / "study.log"), "study_name": "trees"}
    whole = search_trees(pruner=pruner).fit(*CANCER)
    search_trees(n_trials=7, pruner=pruner, **where).fit(*CANCER)
    resumed = search_trees(pruner=pruner, **where).fit(*CANCER)
    np.testing.assert_array_equal(resumed.ensemble_weights_, whole.ensemble_weights_)
    np.testing.assert_array_equal(
        resumed.predict_proba(CANCER[0]), whole.predict_proba(CANCER[0])
    )


def test_of_a_finished_study_only_the_best_are_fitted_again(tmp_path):
    class Noting(Counting, DecisionTreeClassifier):
        def __init__(self, max_depth=1):
            self.max_depth = max_depth

        def fit(self, X, y):
            Counting.fits += 1
            self.tree_ = clone(TREE).set_params(max_depth=self.max_depth).fit(X, y)
            self.classes_ = self.tree_.classes_
            return self

        def predict(self, X):
            return self.tree_.predict(X)

        def predict_proba(self, X):
            return self.tree_.predict_proba(X)

    where = {"storage": str(tmp_path / "study.log"), "study_name": "trees"}
    space = {"max_depth": list(range(1, 13))}
    sampler = optuna.samplers.GridSampler(space, seed=0)
    options = {"cv": 3, "n_trials": 12, "sampler": sampler, **where}
    OptunaSearchCV(Noting(), space, **options).fit(*CANCER)
    Counting.fits = 0
    search = OptunaSearchCV(Noting(), space, ensemble=2, **options).fit(*CANCER)
    n_members = np.count_nonzero(search.ensemble_weights_)
    assert Counting.fits == 4 * 3 + n_members
    assert len(search.study_.trials) == 12


def test_no_more_is_kept_than_may_be_weighed(monkeypatch):
    kept, weigh = [], TrialEnsemble.weigh

    def counted(ensemble, trials, candidates):
        kept.append(len(ensemble._kept))
        return weigh(ensemble, trials, candidates)

    monkeypatch.setattr(TrialEnsemble, "weigh", counted)
    search = search_trees(ensemble=2, n_trials=20, trials_per_batch=3).fit(*CANCER)
    assert kept == [4]
    splits = list(StratifiedKFold(3).split(*CANCER))
    expected, score = by_plain_loop(search, *CANCER, "accuracy", splits)
    np.testing.assert_allclose(search.ensemble_weights_, expected)
    np.testing.assert_allclose(search.ensemble_score_, score)


@pytest.mark.in_turn
def test_processes_of_joblib_give_the_same():
    one, two = search_trees().fit(*CANCER), search_trees(n_jobs=2).fit(*CANCER)
    np.testing.assert_array_equal(one.ensemble_weights_, two.ensemble_weights_)
    np.testing.assert_array_equal(
        one.predict_proba(CANCER[0]), two.predict_proba(CANCER[0])
    )


@pytest.mark.parametrize("pruner", [optuna.pruners.MedianPruner(n_startup_trials=3)])
def test_with_a_pruner(pruner, monkeypatch):
    kept, weigh = [], TrialEnsemble.weigh

    def noted(ensemble, trials, candidates):
        kept.extend(ensemble._kept)
        return weigh(ensemble, trials, candidates)

    monkeypatch.setattr(TrialEnsemble, "weigh", noted)
    search = search_trees(pruner=pruner, n_trials=20).fit(*CANCER)
    states = np.array([t.state for t in search.study_.trials])
    assert TrialState.PRUNED in states
    assert (states[kept] == TrialState.COMPLETE).all()
    assert (search.ensemble_weights_[states != TrialState.COMPLETE] == 0).all()
    assert search.ensemble_score_ >= search.best_score_


def test_names_of_columns():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    search = search_trees().fit(frame, y)
    assert search.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert search.best_estimator_.n_features_in_ == 4
    assert search.predict(frame).shape == y.shape


def test_nested_cross_validation_and_pickle():
    scores = cross_val_score(search_trees(), *CANCER, cv=3, error_score="raise")
    assert scores.min() > 0.8
    search = search_trees().fit(X, y)
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))
    assert "VotingClassifier" in search._repr_html_()


def test_decisions_by_another_threshold_than_that_of_a_mean():
    """The ensemble decides for the class that is most probable."""
    search = OptunaSearchCV(
        FixedThresholdClassifier(TREE, threshold=0.01, response_method="predict_proba"),
        {"estimator__max_depth": [1, 2, 3]},
        n_trials=6,
        cv=3,
        random_state=0,
        ensemble=3,
        scoring="recall",
    )
    with pytest.warns(UserWarning, match="best trial alone.* the best mean of prob"):
        search.fit(*CANCER)
    assert isinstance(search.best_estimator_, FixedThresholdClassifier)


def test_losses_that_all_fail_say_so():
    with pytest.raises(ValueError, match="All the 2 trials"):
        OptunaSearchCV(
            Failing(fails_above=-1), {"a": [1, 2]}, n_trials=2, ensemble=2
        ).fit(X, y)


@parametrize_with_checks(
    [
        OptunaSearchCV(
            Ridge(),
            {"alpha": [0.1, 1.0]},
            n_trials=2,
            cv=2,
            ensemble=2,
            error_score="raise",
        ),
        OptunaSearchCV(
            make_pipeline(StandardScaler(), LogisticRegression()),
            {"logisticregression__C": [0.1, 1.0]},
            n_trials=2,
            cv=2,
            ensemble=2,
            error_score="raise",
        ),
    ],
    expected_failed_checks=lambda search: {
        "check_supervised_y_2d": "an ensemble takes one target a row",
        "check_decision_proba_consistency": "a mean of probabilities has no "
        "decision_function, which the search shows of its estimator before fit",
    },
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_small_spaces():
    assert tree_search(DEPTHS, ensemble=3).fit(X, y).predict(X).shape == y.shape
    assert tree_search({}, ensemble=3).fit(X, y).ensemble_weights_.tolist() == [1.0]


class OwnScore(Ridge):
    """Has a score of its own, by another measure than R²."""

    def score(self, X, y, sample_weight=None):
        return -1000.0 - np.abs(self.predict(X) - y).mean()


class Quantiles(Ridge):
    """Predicts several numbers for each row."""

    def predict(self, X):
        return super().predict(X)[:, None] + np.array([-1.0, 0.0, 1.0])


class Rounded(Ridge):
    """Predicts whole numbers, as integers."""

    def predict(self, X):
        return np.rint(super().predict(X)).astype(int)


ALPHAS = {"alpha": [1e-3, 0.1, 1.0, 10.0, 100.0]}


def test_an_estimators_own_score_is_refused_where_predictions_do_not_give_it():
    with pytest.raises(ValueError, match=r"its own score.*scoring="):
        search_trees(OwnScore(), ALPHAS).fit(*DIABETES)
    search = search_trees(OwnScore(), ALPHAS, scoring="r2").fit(*DIABETES)
    assert search.ensemble_score_ >= search.best_score_


def test_several_numbers_a_row_are_not_averaged():
    def middle(y, predicted):
        return -np.abs(np.median(predicted.reshape(len(y), -1), axis=1) - y).mean()

    scoring = make_scorer(middle)
    search = search_trees(Quantiles(), ALPHAS, scoring=scoring)
    with pytest.warns(UserWarning, match=r"best trial alone.*can be averaged"):
        search.fit(*DIABETES)
    assert isinstance(search.best_estimator_, Quantiles)


def test_whole_numbers_are_averaged_as_numbers():
    search = search_trees(Rounded(), ALPHAS, scoring="r2").fit(*DIABETES)
    weights = search.ensemble_weights_
    members = np.flatnonzero(weights)
    assert weights.sum() == pytest.approx(1)
    fitted = [
        search.best_estimator_.named_estimators_[f"candidate_{i}"] for i in members
    ]
    expected = sum(
        weight * each.predict(DIABETES[0])
        for weight, each in zip(weights[members], fitted, strict=True)
    )
    np.testing.assert_allclose(search.predict(DIABETES[0]), expected)


def test_trials_without_a_score_push_no_others_out(monkeypatch):
    def score(estimator, X, y):
        found = get_scorer("accuracy")(estimator, X, y)
        return found if found > 0.9 else np.nan

    missing, predict_missing = [], TrialEnsemble._predict_missing

    def noted(ensemble, trials, candidates, rows):
        missing.extend(r for r in rows if trials[r].number not in ensemble._kept)
        return predict_missing(ensemble, trials, candidates, rows)

    monkeypatch.setattr(TrialEnsemble, "_predict_missing", noted)
    search = search_trees(
        scoring=score, ensemble=2, n_trials=16, trials_per_batch=2, error_score=np.nan
    )
    with pytest.warns(UserWarning, match="non-finite"):
        search.fit(*CANCER)
    assert np.isnan(search.cv_results_["mean_test_score"]).any()
    assert missing == []


def test_a_search_without_an_ensemble_keeps_none_of_an_earlier_one():
    search = search_trees().fit(*CANCER)
    search.set_params(ensemble=None).fit(*CANCER)
    assert not hasattr(search, "ensemble_weights_")
    assert not hasattr(search, "ensemble_score_")
