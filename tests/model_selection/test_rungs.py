"""Searches rung by rung, beside a plain loop of `Model.fit` and Optuna."""

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import optuna
import pytest
from optuna.pruners import (
    HyperbandPruner,
    MedianPruner,
    SuccessiveHalvingPruner,
)
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier, KerasMLPClassifier
from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.held_out import set_aside

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

X, y = load_iris(return_X_y=True)
EPOCHS, N_TRIALS = 12, 8
RATE = "kerasmlpclassifier__learning_rate"
RATES = [1e-5, 0.003, 0.03, 1e-6, 0.01, 0.001, 0.1, 1e-4]


def define(trial):
    return {RATE: RATES[trial.suggest_int("which", 0, N_TRIALS - 1)]}


class InOrder(optuna.samplers.RandomSampler):
    """Takes the rates one after the other."""

    def sample_independent(self, study, trial, name, distribution):
        n_void = sum("skkeras:void" in t.user_attrs for t in study.trials)
        return (trial.number - n_void) % N_TRIALS


def net(**parameters):
    given = {"epochs": EPOCHS, "batch_size": 30, "random_state": 0, "l2": 0.01}
    return KerasMLPClassifier((8,), **given | parameters)


def search(pruner, final=None, space=define, sampler=None, **kwargs):
    kwargs = {"trials_per_batch": N_TRIALS, "n_trials": N_TRIALS, "cv": 3} | kwargs
    return OptunaSearchCV(
        make_pipeline(StandardScaler(), final or net()),
        space,
        sampler=sampler or InOrder(),
        pruner=pruner,
        refit=False,
        study_name="rungs",
        **kwargs,
    )


class Watching(keras.callbacks.Callback):
    """Adds the accuracy after each epoch to an array."""

    def __init__(self, X, y, scores):
        super().__init__()
        self.X, self.y, self.scores = X, y, scores

    def on_epoch_end(self, epoch, logs=None):
        predicted = np.asarray(self.model(self.X, training=False)).argmax(axis=1)
        self.scores[epoch] += accuracy_score(self.y, predicted)


def courses(splits, estimator):
    """Return for each rate the mean score after each epoch, by `Model.fit`."""
    found = np.zeros((N_TRIALS, EPOCHS))
    for rows, _ in splits:
        kept, held = set_aside(rows, y, estimator, 0.15, None)
        scaler = StandardScaler().fit(X[kept])
        held_X = scaler.transform(X[held])
        for number, rate in enumerate(RATES):
            watch = Watching(held_X, y[held], found[number])
            one = net(learning_rate=rate, engine="keras", callbacks=[watch])
            one.fit(scaler.transform(X[kept]), y[kept])
    return found / len(splits)


@pytest.fixture(scope="module")
def reference():
    unpruned = search(MedianPruner(n_startup_trials=99)).fit(X, y)
    return courses(unpruned._splits, unpruned.estimator), unpruned


def played(pruner, scores, rungs, batch_size):
    """Ask Optuna about scores, rung by rung, as its own loops would."""
    study = optuna.create_study(
        direction="maximize", sampler=InOrder(), pruner=pruner, study_name="rungs"
    )
    for start in range(0, N_TRIALS, batch_size):
        numbers = range(start, min(start + batch_size, N_TRIALS))
        live = {number: study.ask() for number in numbers}
        for trial in live.values():
            define(trial)
        for epoch in rungs:
            for number, trial in list(live.items()):
                trial.report(scores[number, epoch - 1], epoch - 1)
                if epoch < EPOCHS and trial.should_prune():
                    study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                    del live[number]
        for number, trial in live.items():
            study.tell(trial, scores[number, -1])
    return study.trials


CASES = {
    "halving": (lambda: SuccessiveHalvingPruner(1, 2), [2, 3, 5, 9, 12], 8),
    "halving in batches": (lambda: SuccessiveHalvingPruner(2, 3), [3, 7, 12], 3),
    "a late rung": (lambda: SuccessiveHalvingPruner(1, 2, 2), [5, 9, 12], 8),
    "Hyperband": (lambda: HyperbandPruner(1, EPOCHS, 3), [2, 4, 10, 12], 8),
    "median": (lambda: MedianPruner(3), [3, 6, 12], 4),
    "median, warm": (lambda: MedianPruner(3, n_warmup_steps=6), [7, 12], 4),
}


@pytest.mark.parametrize("case", CASES)
def test_those_go_on_that_optuna_lets_go_on(reference, case):
    make, rungs, batch_size = CASES[case]
    scores, unpruned = reference
    expected = played(make(), scores, rungs, batch_size)
    found = search(make(), trials_per_batch=batch_size).fit(X, y)
    for ours, theirs in zip(found.study_.trials, expected, strict=True):
        assert ours.intermediate_values == pytest.approx(theirs.intermediate_values)
        assert ours.state == theirs.state, ours.number
        epochs = ours.last_step + 1
        assert ours.user_attrs["skkeras:folds"]["epochs"] == [epochs] * 3
    states = {trial.state.name for trial in expected}
    assert states == {"PRUNED", "COMPLETE"}
    for fold in range(3):
        key = f"split{fold}_test_score"
        ours, theirs = found.cv_results_[key], unpruned.cv_results_[key]
        complete = ~np.isnan(ours)
        np.testing.assert_array_equal(ours[complete], theirs[complete])


def test_brackets_of_hyperband_begin_to_prune_at_their_own_rungs():
    pruner = HyperbandPruner(1, EPOCHS, 3)
    space = {RATE: optuna.distributions.FloatDistribution(1e-6, 0.1, log=True)}
    sampler = optuna.samplers.RandomSampler(seed=0)
    found = search(pruner, space=space, sampler=sampler, n_trials=30).fit(X, y).study_
    pruned = [t for t in found.trials if t.state.name == "PRUNED"]
    brackets = [found.pruner._get_bracket_id(found, trial) for trial in pruned]
    assert {0, 1} <= set(brackets)
    for trial, bracket in zip(pruned, brackets, strict=True):
        assert trial.last_step >= 3**bracket


def eager_net(learning_rate=0.1):
    """A model that no program trains."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    optimizer = keras.optimizers.SGD(learning_rate)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=True)
    return model


def test_where_model_fit_trains_folds_end_with_their_trial():
    rates = {"kerasclassifier__model__learning_rate": [1e-5, 1e-4, 0.3, -0.3]}
    found = search(
        MedianPruner(n_startup_trials=2),
        KerasClassifier(eager_net, epochs=4, batch_size=50),
        rates,
        optuna.samplers.GridSampler(rates, seed=0),
        n_trials=4,
        trials_per_batch=1,
        cv=2,
    ).fit(X, y)
    epochs = {t.state.name: [] for t in found.study_.trials}
    for trial in found.study_.trials:
        epochs[trial.state.name] += trial.user_attrs["skkeras:folds"]["epochs"]
    assert epochs["COMPLETE"]
    assert set(epochs["COMPLETE"]) == {4}
    assert min(epochs["PRUNED"]) < 4


def test_a_pruned_search_builds_no_more_models_than_another(monkeypatch):
    built, build = [], KerasMLPClassifier._is_looked_at
    monkeypatch.setattr(
        KerasMLPClassifier,
        "_is_looked_at",
        lambda self: built.append(build(self)) or built[-1],
    )
    found = search(SuccessiveHalvingPruner(2, 3)).fit(X, y)
    assert built == [False] * (3 * N_TRIALS)
    assert found.study_.trials[0].last_step is not None


def create_model(units, meta):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, "relu"),
            keras.layers.Dense(meta["n_classes_"], "softmax"),
        ]
    )


def stopping():
    return keras.callbacks.EarlyStopping(
        monitor="loss", min_delta=0.05, patience=0, restore_best_weights=True
    )


def looking_scorer(estimator, X, y):
    """Score by the Keras model itself, and look at its optimizer."""
    if isinstance(estimator, Pipeline):  # at the end; at rungs it is the net alone
        X, estimator = estimator[:-1].transform(X), estimator[-1]
    model = estimator.model_
    assert model.optimizer.built
    outputs = model.predict(X, verbose=0)
    return accuracy_score(y, outputs.argmax(axis=1))


@pytest.mark.parametrize("scoring", [None, looking_scorer], ids=["own", "looking"])
@pytest.mark.parametrize("callbacks", [None, stopping], ids=["none", "stopping"])
@pytest.mark.parametrize("kind", ["perceptron", "factory"])
def test_scores_are_those_of_the_same_search_without_a_pruner(kind, callbacks, scoring):
    model, name = net(), "kerasmlpclassifier"
    if kind == "factory":
        name = "kerasclassifier"
        model = KerasClassifier(
            create_model,
            model__units=6,
            loss="sparse_categorical_crossentropy",
            optimizer="adam",
            optimizer__learning_rate=0.01,
            epochs=EPOCHS,
            random_state=0,
        )
    if callbacks is not None:
        model.set_params(callbacks=[callbacks()])
    one = OptunaSearchCV(
        make_pipeline(StandardScaler(), model),
        {f"{name}__batch_size": [10, 30, 7]},
        n_trials=3,
        cv=3,
        scoring=scoring,
        sampler=optuna.samplers.RandomSampler(seed=0),
        refit=False,
    )
    pruned = clone(one).set_params(pruner=MedianPruner(1), trials_per_batch=1)
    pruned.fit(X, y)
    splits = [
        (set_aside(train, y, one.estimator, 0.15, None)[0], test)
        for train, test in pruned._splits
    ]
    plain = one.set_params(cv=splits).fit(X, y)
    complete = [t.state.name == "COMPLETE" for t in pruned.study_.trials]
    assert any(complete)
    for fold in range(3):
        key = f"split{fold}_test_score"
        ours, theirs = pruned.cv_results_[key], plain.cv_results_[key]
        np.testing.assert_array_equal(ours[complete], theirs[complete])
    epochs = [t.user_attrs["skkeras:folds"]["epochs"] for t in plain.study_.trials]
    found = [t.user_attrs["skkeras:folds"]["epochs"] for t in pruned.study_.trials]
    for a, b, is_complete in zip(found, epochs, complete, strict=True):
        assert a == b or not is_complete
    if callbacks is not None:
        assert min(map(min, epochs)) < EPOCHS


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import test_rungs
from skkeras.model_selection.lockstep import FoldRungs
reach = FoldRungs.reach
def dying(self, epoch, is_last):
    if epoch == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    reach(self, epoch, is_last)
FoldRungs.reach = dying
test_rungs.resumable(sys.argv[2]).fit(test_rungs.X, test_rungs.y)
"""


def resumable(storage):
    return search(SuccessiveHalvingPruner(2, 3), storage=storage, n_trials=5)


def test_a_search_killed_between_rungs_goes_on(tmp_path):
    storage = str(tmp_path / "study.log")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        process = subprocess.run(
            [sys.executable, "-c", KILLED, str(Path(__file__).parent), storage],
            capture_output=True,
            check=False,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    found = resumable(storage).fit(X, y)
    void = [t for t in found.study_.trials if "skkeras:void" in t.user_attrs]
    others = [t for t in found.study_.trials if t not in void]
    assert len(void) == len(others) == 5
    assert {tuple(t.intermediate_values) for t in void} == {(2,)}
    for before, again in zip(void, others, strict=True):
        assert again.params == before.params
        assert again.intermediate_values[2] == before.intermediate_values[2]
    undisturbed = resumable(None).fit(X, y)
    ours, theirs = (s.cv_results_["mean_test_score"] for s in (found, undisturbed))
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    assert both.any()
    np.testing.assert_array_equal(ours[both], theirs[both])
