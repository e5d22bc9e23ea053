import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.inspection import permutation_importance
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from skkeras import KerasMLPClassifier
from skkeras.datasets import load_iris
from skkeras.report import compare
from skkeras.report.fit_quality import (
    LOWER_TRAINING_LOSS_FAQ,
    _overfitting,
    fit_quality,
)
from skkeras.report.keras_use import uses_keras
from skkeras.report.pairwise import evidence_from
from skkeras.report.parameters import count_parameters
from skkeras.report.predictions import pooled_predictions

IRIS = load_iris(return_X_y=True)
TWO = IRIS[0][:100], IRIS[1][:100]
LINE = np.arange(20.0).reshape(-1, 2), np.arange(10.0)


@pytest.mark.parametrize(
    ("model", "data", "expected"),
    [
        (DummyClassifier(), IRIS, 3),
        (DummyRegressor(), LINE, 1),
        (Ridge(), LINE, 3),
        (LogisticRegression(max_iter=1000), IRIS, 3 * 4 + 3),
        (make_pipeline(StandardScaler(), LogisticRegression()), TWO, 5),
        (KNeighborsClassifier(), IRIS, 150 * 5),
        # A stump: one feature, one threshold, three shares in each of two leaves.
        (DecisionTreeClassifier(max_depth=1), IRIS, 2 + 2 * 3),
        (RandomForestClassifier(3, max_depth=1), TWO, 3 * (2 + 2 * 2)),
        (GradientBoostingRegressor(n_estimators=4, max_depth=1), LINE, 4 * (2 + 2)),
        (GradientBoostingClassifier(n_estimators=2, max_depth=1), IRIS, 2 * 3 * 4),
        (TransformedTargetRegressor(Ridge()), LINE, 3),
        (GridSearchCV(Ridge(), {"alpha": [1, 2]}, cv=2), LINE, 3),
        (IsotonicRegression(), (LINE[1], LINE[1]), None),
    ],
)
def test_parameters_are_counted(model, data, expected):
    assert count_parameters(model.fit(*data)) == expected


def test_parameters_of_networks_and_support_vectors():
    net = MLPClassifier((5,), solver="lbfgs", max_iter=5000, random_state=0).fit(*IRIS)
    assert count_parameters(net) == 4 * 5 + 5 + 5 * 3 + 3
    svm = SVR().fit(*LINE)
    assert count_parameters(svm) == len(svm.support_) * 3 + 1
    calibrated = CalibratedClassifierCV(SVC(), cv=2, ensemble=False).fit(*TWO)
    inner = calibrated.calibrated_classifiers_[0].estimator
    assert count_parameters(calibrated) == len(inner.support_) * 5 + 1 + 2


@pytest.fixture(scope="module")
def tree():
    models = {
        "tree": DecisionTreeClassifier(random_state=0),
        "dummy": DummyClassifier(),
    }
    X = pd.DataFrame(IRIS[0], columns=[*"abcd"])
    return compare(models, X, IRIS[1], cv=3, random_state=0, diagnose=True)


def test_predictions_are_those_of_models_that_had_not_seen_the_row(tree):
    seen = tree.evaluation("tree").observations
    assert sorted(np.concatenate([o.rows for o in seen])) == list(range(150))
    scores = tree.values()["tree"].to_numpy()
    by_hand = [accuracy_score(o.truth, o.predicted) for o in seen]
    np.testing.assert_allclose(by_hand, scores)
    pooled = pooled_predictions(tree.evaluation("tree"))
    assert pooled.probabilities.shape == (150, 3)
    again = DecisionTreeClassifier(random_state=0)
    split = tree.splits[1]
    again.fit(IRIS[0][split.train], IRIS[1][split.train])
    np.testing.assert_array_equal(seen[1].predicted, again.predict(IRIS[0][split.test]))


def test_importance_is_that_of_scikit_learn(tree):
    split = tree.splits[0]
    X = pd.DataFrame(IRIS[0], columns=[*"abcd"])
    model = DecisionTreeClassifier(random_state=0)
    model.fit(X.iloc[split.train], IRIS[1][split.train])
    expected = permutation_importance(
        model,
        X.iloc[split.test],
        IRIS[1][split.test],
        scoring="accuracy",
        n_repeats=1,
        random_state=0,
    )
    found = tree.evaluation("tree").observations[0].importance
    assert list(found.index) == [*"abcd"]
    np.testing.assert_allclose(found, expected.importances_mean)
    dummy = tree.evaluation("dummy").observations[0].importance
    assert (dummy == 0).all()


def test_nothing_is_diagnosed_unless_asked_for():
    found = compare({"dummy": DummyClassifier()}, *IRIS, cv=2).evaluations[0]
    assert found.observations[0].train_score is None
    assert found.observations[0].importance is None


def test_nothing_is_fitted_twice():
    fits = []

    class Counted(DummyClassifier):
        def fit(self, X, y):
            fits.append(len(y))
            return super().fit(X, y)

    compare({"counted": Counted()}, *IRIS, cv=3, diagnose=True)
    assert fits == [100, 100, 100]


def test_a_tree_that_knows_its_rows_by_heart_overfits(tree):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(200, 3)), rng.integers(0, 2, size=200)
    models = {"tree": DecisionTreeClassifier(random_state=0)}
    compared = compare(models, *noise, cv=5, random_state=0, diagnose=True)
    (sentence,) = fit_quality(compared, "tree")
    assert "On rows it was trained on its mean accuracy is 1.000" in sentence
    assert "it clearly overfits" in sentence


def test_a_model_that_another_beats_on_unseen_rows_underfits(tree):
    (sentence,) = fit_quality(tree, "dummy")
    assert "it underfits, for tree does better on rows it has not seen" in sentence


def test_no_gap_is_told():
    models = {"linear": LogisticRegression(max_iter=1000)}
    compared = compare(models, *TWO, cv=3, random_state=0, diagnose=True)
    (sentence,) = fit_quality(compared, "linear")
    assert sentence.endswith("it does as well on rows that it has not seen.")


def test_a_gap_that_chance_may_explain_is_graded():
    """0.800 on training rows and 0.719 on test rows is not none."""
    tests = np.array([0.66, 0.78, 0.70, 0.75, 0.705])
    assert _said(0.8, tests).startswith("it probably overfits")
    assert "undecided: on training rows it could be from" in _said(0.72, tests)


def _said(train, tests):
    return _overfitting(evidence_from(train - tests, 1 / 4, rope=0.01))


@pytest.mark.parametrize(
    ("validation", "asked"), [(0.2, True), (0.9, False), (None, 0)]
)
def test_the_question_of_the_losses_is_answered_where_it_shows(validation, asked):
    class WithHistory(LogisticRegression):
        def fit(self, X, y):
            self.history_ = {"loss": [1.0, 0.5]}
            if validation is not None:
                self.history_["val_loss"] = [1.0, validation]
            return super().fit(X, y)

    models = {"net": WithHistory(max_iter=1000)}
    compared = compare(models, *TWO, cv=3, diagnose=True)
    assert (LOWER_TRAINING_LOSS_FAQ in fit_quality(compared, "net")) == bool(asked)


def test_keras_is_found_inside_other_estimators():
    ours = KerasMLPClassifier()
    assert uses_keras(ours)
    assert uses_keras(make_pipeline(StandardScaler(), ours))
    assert uses_keras(GridSearchCV(make_pipeline(ours), {}))
    assert not uses_keras(make_pipeline(StandardScaler(), DummyClassifier()))
