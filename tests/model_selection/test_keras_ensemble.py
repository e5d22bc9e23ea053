"""Ensembles of trials that are Keras models."""

import pickle

import numpy as np
import optuna
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras
from skkeras import KerasMLPClassifier, KerasMLPRegressor, KerasTabularClassifier
from skkeras.model_selection import OptunaSearchCV, ensemble
from skkeras.training import train

pytestmark = pytest.mark.in_turn

X, y = load_iris(return_X_y=True)
WORDS = np.array(["no", "yes", "maybe"])[y]
MLP = make_pipeline(
    StandardScaler(),
    KerasMLPClassifier((8,), l2=1e-3, learning_rate=0.05, epochs=4, random_state=0),
)
NAMES = ["no", "yes", "maybe"]
CV = StratifiedKFold(3, shuffle=True, random_state=0)


def favour_one(trial):
    """Nets that each favour another class, so that a mean of them is better."""
    favoured = trial.suggest_categorical("favoured", NAMES)
    weights = {name: 50.0 if name == favoured else 1.0 for name in NAMES}
    return {"kerasmlpclassifier__class_weight": weights}


def search_nets(**kwargs):
    kwargs = {"n_trials": 3, "cv": CV, "scoring": "neg_log_loss", **kwargs}
    sampler = optuna.samplers.GridSampler({"favoured": NAMES}, seed=0)
    return OptunaSearchCV(MLP, favour_one, sampler=sampler, ensemble=4, **kwargs)


@pytest.fixture(scope="module")
def fitted():
    return search_nets().fit(X, WORDS)


@pytest.fixture
def batches(monkeypatch):
    """Sizes of the batches that training gets."""
    import skkeras.training

    sizes = []

    def counted(jobs):
        sizes.append(len(jobs))
        return train(jobs)

    monkeypatch.setattr(skkeras.training, "train", counted)
    return sizes


def test_members_are_refitted_in_one_call(batches, monkeypatch):
    def evenly(members, loss, n_rounds):
        return np.full(len(members), 1 / len(members))

    monkeypatch.setattr(ensemble, "greedy_weights", evenly)
    search = search_nets(scoring=lambda estimator, X, y: 1.0).fit(X, WORDS)
    n_different = len({trial.params["favoured"] for trial in search.study_.trials})
    assert np.count_nonzero(search.ensemble_weights_) == n_different == 3
    assert batches[-1] == 3
    assert sum(batches) == 3 * 3 + 3


def test_the_score_is_that_of_predictions_made_anew(fitted):
    """By each member, one fold after the other."""
    rows = np.flatnonzero(fitted.ensemble_weights_)
    params = [fitted.cv_results_["params"][row] for row in rows]
    losses = []
    for fold, test in CV.split(X, WORDS):
        members = [
            clone(MLP).set_params(**each).fit(X[fold], WORDS[fold]) for each in params
        ]
        mean = np.average(
            [member.predict_proba(X[test]) for member in members],
            axis=0,
            weights=fitted.best_estimator_.weights,
        )
        losses.append(log_loss(WORDS[test], mean))
    np.testing.assert_allclose(fitted.ensemble_score_, -np.mean(losses), rtol=1e-4)


def test_probabilities_keep_their_type(fitted):
    """Else log losses would warn of sums that are not 1 to the last digit."""
    members = fitted.best_estimator_.estimators_
    expected = np.average(
        [member.predict_proba(X) for member in members],
        axis=0,
        weights=fitted.best_estimator_.weights,
    )
    found = fitted.predict_proba(X)
    assert found.dtype == members[0].predict_proba(X).dtype
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert fitted.score(X, WORDS) < 0
    assert set(fitted.predict(X)) <= set(WORDS)


@pytest.mark.parametrize("part", ["search", "best_estimator_"])
def test_saved_and_loaded(fitted, part, tmp_path):
    pytest.importorskip("skops")
    model = fitted if part == "search" else fitted.best_estimator_
    skkeras.save(model, tmp_path / "model.skkeras")
    loaded = skkeras.load(tmp_path / "model.skkeras")
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    best = getattr(loaded, "best_estimator_", loaded)
    assert isinstance(best, VotingClassifier)


def test_pickled(fitted):
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(loaded.ensemble_weights_, fitted.ensemble_weights_)


def test_losses_without_probabilities_are_no_members():
    def define(trial):
        loss = trial.suggest_categorical("loss", [None, "categorical_hinge"])
        seed = trial.suggest_int("seed", 0, 9)
        return {
            "kerasmlpclassifier__loss": loss,
            "kerasmlpclassifier__random_state": seed,
            "kerasmlpclassifier__learning_rate": 1e-5 if loss else 0.1,
        }

    search = OptunaSearchCV(
        MLP, define, n_trials=6, cv=CV, random_state=0, ensemble=3, scoring="accuracy"
    ).fit(X, y)
    losses = [p["kerasmlpclassifier__loss"] for p in search.cv_results_["params"]]
    assert set(losses) == {None, "categorical_hinge"}
    chosen = np.flatnonzero(search.ensemble_weights_)
    assert {losses[row] for row in chosen} == {None}


def test_regressors_in_the_targets_unit():
    data, target = load_diabetes(return_X_y=True)
    model = KerasMLPRegressor((8,), l2=1e-3, epochs=5, random_state=0)
    search = OptunaSearchCV(
        model, {"learning_rate": [0.003, 0.03]}, n_trials=4, cv=3, ensemble=3
    ).fit(data, target)
    assert search.ensemble_score_ >= search.best_score_ - 1e-6
    assert np.ptp(search.predict(data)) > 10
    assert search.predict(data).shape == target.shape


@pytest.mark.tensorflow
def test_pruned_in_lockstep():
    search = search_nets(
        pruner=optuna.pruners.MedianPruner(n_startup_trials=1), trials_per_batch=1
    ).fit(X, WORDS)
    pruned = [t.state == optuna.trial.TrialState.PRUNED for t in search.study_.trials]
    assert (search.ensemble_weights_[pruned] == 0).all()
    assert np.isfinite(search.ensemble_score_)


def test_estimators_for_tables():
    search = OptunaSearchCV(
        KerasTabularClassifier(epochs=1, n_folds=2, random_state=0, portfolio=[{}]),
        {"n_members": [1, 2], "batch_size": [32, 64]},
        n_trials=3,
        cv=2,
        ensemble=2,
        random_state=0,
    ).fit(X, WORDS)
    assert search.predict_proba(X).shape == (150, 3)
