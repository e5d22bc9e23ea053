"""Scikit-learn's loops give the same fused as unfused, and their fits meet."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from other_versions import needs_callbacks
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras

# The sizes of batches must not depend on how busy the machine is.
pytestmark = [
    pytest.mark.usefixtures("no_hang", "endless_patience"),
    pytest.mark.in_turn,
]

LOG_LOSS = "neg_log_loss"
RATE = "kerasmlpclassifier__learning_rate"
RATES = {RATE: [0.1, 0.01]}


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).normal(size=(64, 4))


@pytest.fixture(scope="module")
def y(X):
    return (X[:, 0] + X[:, 1] > 0).astype(int)


def network(kind=skkeras.KerasMLPClassifier):
    # With a penalty, so that a fit trains one net and no others to choose it by.
    given = {"epochs": 2, "learning_rate": 0.05, "l2": 0.01, "random_state": 0}
    return make_pipeline(StandardScaler(), kind(hidden_layer_sizes=(4,), **given))


def validated(X, y):
    scoring = [LOG_LOSS, "accuracy"]
    scores = cross_validate(
        network(), X, y, cv=3, scoring=scoring, return_train_score=True
    )
    return [scores[f"{part}_{name}"] for part in ("train", "test") for name in scoring]


def searched(search, X, y):
    search.fit(X, y)
    scores = [search.cv_results_[f"split{k}_test_score"] for k in range(2)]
    return *scores, search.predict_proba(X)


def stacked(X, y):
    members = [("a", network()), ("b", network()), ("linear", LogisticRegression())]
    return StackingClassifier(members, cv=2).fit(X, y).predict_proba(X)


def voted(X, y):
    members = [("a", network()), ("linear", LogisticRegression()), ("b", network())]
    return VotingClassifier(members, voting="soft").fit(X, y).predict_proba(X)


# what it gives, and the sizes of the batches its fits meet in
CASES = {
    "cross_val_score": (
        lambda X, y: cross_val_score(network(), X, y, cv=3, scoring=LOG_LOSS),
        [3],
    ),
    "cross_validate": (validated, [3]),
    "cross_val_predict": (
        lambda X, y: cross_val_predict(network(), X, y, cv=3, method="predict_proba"),
        [3],
    ),
    "GridSearchCV": (
        lambda X, y: searched(
            GridSearchCV(network(), RATES, cv=2, scoring=LOG_LOSS), X, y
        ),
        [4, 1],
    ),
    "RandomizedSearchCV": (
        lambda X, y: searched(
            RandomizedSearchCV(
                network(), RATES, n_iter=2, cv=2, scoring=LOG_LOSS, random_state=0
            ),
            X,
            y,
        ),
        [4, 1],
    ),
    "HalvingGridSearchCV": (
        lambda X, y: searched(
            HalvingGridSearchCV(
                network(),
                RATES,
                factor=2,
                min_resources=32,
                cv=2,
                scoring=LOG_LOSS,
                random_state=0,
            ),
            X,
            y,
        ),
        [4, 2, 1],
    ),
    "learning_curve": (
        lambda X, y: learning_curve(
            network(), X, y, cv=2, train_sizes=[0.5, 1.0], scoring=LOG_LOSS
        )[1:],
        [4],
    ),
    "validation_curve": (
        lambda X, y: validation_curve(
            network(),
            X,
            y,
            param_name=RATE,
            param_range=RATES[RATE],
            cv=2,
            scoring=LOG_LOSS,
        ),
        [4],
    ),
    "permutation_test_score": (
        lambda X, y: permutation_test_score(
            network(),
            X,
            y,
            cv=2,
            n_permutations=3,
            scoring=LOG_LOSS,
            random_state=0,
        )[1],
        # The score of the true labels comes outside the loop, fold by fold.
        [1, 1, 3, 3],
    ),
    "BaggingClassifier": (
        lambda X, y: (
            BaggingClassifier(network(), n_estimators=3, random_state=0)
            .fit(X, y)
            .predict_proba(X)
        ),
        [3],
    ),
    "VotingClassifier": (voted, [2]),
    # All on all rows, then each on two folds.
    "StackingClassifier": (stacked, [2, 4]),
    "OneVsRestClassifier": (
        lambda X, y: (
            OneVsRestClassifier(network()).fit(X, y + (X[:, 2] > 0)).predict_proba(X)
        ),
        [3],
    ),
    "MultiOutputRegressor": (
        lambda X, y: (
            MultiOutputRegressor(network(skkeras.KerasMLPRegressor))
            .fit(X, X[:, :2] ** 2)
            .predict(X)
        ),
        [2],
    ),
    "CalibratedClassifierCV": (
        lambda X, y: CalibratedClassifierCV(network(), cv=2).fit(X, y).predict_proba(X),
        [2],
    ),
    # The searches of all outer folds are one batch, their refits another.
    "nested cross-validation": (
        lambda X, y: cross_val_score(
            GridSearchCV(network(), RATES, cv=2, scoring=LOG_LOSS),
            X,
            y,
            cv=2,
            scoring=LOG_LOSS,
        ),
        [8, 2],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_fused_equals_unfused(name, X, y, batches):
    run, expected_batches = CASES[name]
    alone = run(X, y)
    assert set(batches) == {1}
    assert len(batches) == sum(expected_batches)
    batches.clear()
    with skkeras.fused():
        together = run(X, y)
    assert batches == expected_batches
    # A sum taken in another order differs in the last bits of float32; Adam's first
    # steps, which divide by the size of the gradient, make the most of it.
    for part, same_part in zip(together, alone, strict=True):
        assert_allclose(part, same_part, rtol=1e-4, atol=1e-5)


@pytest.mark.tensorflow
def test_estimators_know_that_they_were_trained_together(X, y):
    with skkeras.fused():
        bagging = BaggingClassifier(network(), n_estimators=3, random_state=0).fit(X, y)
    trained = [pipeline[-1].training_ for pipeline in bagging.estimators_]
    assert {(t.engine, t.members) for t in trained} == {("fused", 3)}


@needs_callbacks
def test_callbacks_of_scikit_learn_in_threads(X, y, batches, capsys):
    from sklearn.callback import ProgressBar

    search = GridSearchCV(network(), RATES, cv=2, scoring=LOG_LOSS)
    with skkeras.fused():
        search.set_callbacks(ProgressBar()).fit(X, y)
    assert batches == [4, 1]
    assert "GridSearchCV" in capsys.readouterr().out
