"""Fits in other processes: the scores of one, and scikit-learn's rules."""

import pickle
import threading

import numpy as np
import pytest
from optuna.distributions import FloatDistribution
from optuna.pruners import SuccessiveHalvingPruner
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras
from skkeras.model_selection import OptunaSearchCV
from skkeras.report import compare

pytestmark = pytest.mark.usefixtures("no_hang_for_minutes")


def model(**params):
    net = skkeras.KerasMLPClassifier((8,), epochs=5, random_state=0, **params)
    return make_pipeline(StandardScaler(), net)


def test_scores_are_those_of_one_process(elsewhere, multiclass, sizes):
    X, y = multiclass
    grid = {"kerasmlpclassifier__learning_rate": [0.001, 0.01, 0.03, 0.1]}
    here, there = (GridSearchCV(model(), grid, cv=3) for _ in range(2))
    with skkeras.fused():
        here.fit(X, y)
        scores = cross_val_score(model(), X, y, cv=5)
    with elsewhere():
        there.fit(X, y)
        np.testing.assert_allclose(cross_val_score(model(), X, y, cv=5), scores)
    assert sizes == [6, 6, 2, 3]
    for name in ("mean_test_score", "std_test_score", "rank_test_score"):
        np.testing.assert_allclose(here.cv_results_[name], there.cv_results_[name])
    assert here.best_params_ == there.best_params_
    np.testing.assert_allclose(there.predict_proba(X), here.predict_proba(X), atol=1e-5)


@pytest.mark.slow
@pytest.mark.in_turn
def test_fitted_estimators_come_back(elsewhere, multiclass):
    X, y = multiclass
    found = []
    for block in (skkeras.fused, elsewhere):
        with block():
            found.append(
                cross_validate(model(), X, y, cv=4, return_estimator=True)["estimator"]
            )
    for here, there in zip(*found, strict=True):
        np.testing.assert_allclose(
            there.predict_proba(X), here.predict_proba(X), atol=1e-5
        )
        net = there[-1]
        assert (net.training_.engine, net.training_.members) == ("fused", 2)


@pytest.mark.slow
@pytest.mark.in_turn
def test_error_score(elsewhere, multiclass):
    X, y = multiclass
    grid = {"kerasmlpclassifier__hidden_layer_sizes": [(8,), (-1,), (8,)]}
    with elsewhere():
        with (
            pytest.warns(FitFailedWarning, match="2 fits failed out of a total of 6"),
            pytest.warns(UserWarning, match="non-finite"),
        ):
            search = GridSearchCV(model(), grid, cv=2).fit(X, y)
        scores = search.cv_results_["mean_test_score"]
        assert np.isnan(scores).tolist() == [False, True, False]
        with pytest.raises(ValueError, match="hidden_layer_sizes"):
            GridSearchCV(model(), grid, cv=2, error_score="raise").fit(X, y)


def test_a_fit_that_cannot_travel(elsewhere, multiclass):
    X, y = multiclass
    lock = threading.Lock()

    def build(meta):
        with lock:
            return skkeras.models.create_mlp(meta)

    with elsewhere(), pytest.raises(pickle.PicklingError, match="A fit cannot be sent"):
        cross_val_score(skkeras.KerasClassifier(build, epochs=1), X, y, cv=2)


@pytest.mark.slow
@pytest.mark.in_turn
def test_search_of_optuna(elsewhere, multiclass, sizes):
    X, y = multiclass
    space = {
        "kerasmlpclassifier__learning_rate": FloatDistribution(1e-3, 0.1, log=True)
    }
    options = {"n_trials": 4, "trials_per_batch": 4, "cv": 3, "random_state": 0}
    here, there = (
        OptunaSearchCV(model(), space, **options, ensemble=2) for _ in range(2)
    )
    here.fit(X, y)
    assert sizes == []
    with elsewhere():
        there.fit(X, y)
    assert sizes[0] == sizes[1] == 6
    assert here.cv_results_["params"] == there.cv_results_["params"]
    for name in ("mean_test_score", "std_test_score"):
        np.testing.assert_allclose(here.cv_results_[name], there.cv_results_[name])
    np.testing.assert_allclose(there.ensemble_weights_, here.ensemble_weights_)


@pytest.mark.slow
@pytest.mark.in_turn
def test_a_pruner_keeps_a_search_in_its_process(elsewhere, multiclass, sizes):
    X, y = multiclass
    space = {"kerasmlpclassifier__learning_rate": FloatDistribution(1e-3, 0.1)}
    search = OptunaSearchCV(
        *(model(), space),
        **{"n_trials": 3, "cv": 2, "random_state": 0, "refit": False},
        pruner=SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
    )
    with elsewhere():
        search.fit(X, y)
    assert sizes == []
    assert len(search.study_.trials) == 3
    assert all(trial.intermediate_values for trial in search.study_.trials)


@pytest.mark.slow
@pytest.mark.in_turn
def test_bagging(elsewhere, multiclass, sizes):
    X, y = multiclass
    found = []
    for block in (skkeras.fused, elsewhere):
        with block():
            bag = BaggingClassifier(model(), n_estimators=6, random_state=0).fit(X, y)
        found.append(bag.predict_proba(X))
    assert sizes == [3, 3]
    np.testing.assert_allclose(*found, atol=1e-5)


@pytest.mark.slow
@pytest.mark.in_turn
def test_comparison(elsewhere, multiclass, sizes):
    X, y = multiclass
    found = []
    for block in (skkeras.fused, elsewhere):
        with block():
            found.append(compare({"net": model()}, X, y, cv=4, random_state=0).scores)
    assert sizes[:2] == [2, 2]
    np.testing.assert_allclose(*(scores["value"] for scores in found), atol=1e-6)
