"""Small data, empty spaces, folds that are used up: as GridSearchCV takes them."""

import numpy as np
import optuna
import pytest
from searches import TREE, Counting, X, y
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold

from skkeras import KerasMLPClassifier
from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.held_out import set_aside


def few_rows(n_classes, n_rows):
    rng = np.random.default_rng(0)
    y = np.arange(n_rows) % n_classes
    return rng.normal(size=(n_rows, 2)) + y[:, None], y


@pytest.mark.parametrize("n_classes", [2, 5, 11])
@pytest.mark.parametrize("n_rows", [11, 22, 60])
@pytest.mark.parametrize("fraction", [0.05, 0.15, 0.5, 0.95])
@pytest.mark.parametrize("random_state", [None, 3])
def test_rows_for_the_pruner_leave_each_class_to_train_on(
    n_classes, n_rows, fraction, random_state
):
    _, classes = few_rows(n_classes, n_rows)
    train = 100 + np.arange(n_rows)
    all_y = np.concatenate([np.zeros(100, int), classes])
    estimator = LogisticRegression()
    kept, held = set_aside(train, all_y, estimator, fraction, random_state)
    np.testing.assert_array_equal(np.sort([*kept, *held]), train)
    if n_classes < n_rows:
        assert set(all_y[kept]) == set(classes)
        assert len(held) == min(np.ceil(fraction * n_rows), n_rows - n_classes)
    again = set_aside(train, all_y, estimator, fraction, random_state)
    np.testing.assert_array_equal(held, again[1])


@pytest.mark.parametrize(
    "estimator", [LogisticRegression(), KerasMLPClassifier((4,), l2=0.01, epochs=2)]
)
def test_a_pruner_with_fewer_rows_set_aside_than_classes(estimator):
    few = few_rows(n_classes=6, n_rows=24)
    name = "C" if isinstance(estimator, LogisticRegression) else "l2"
    search = OptunaSearchCV(
        estimator,
        {name: [0.1, 1.0]},
        n_trials=2,
        cv=StratifiedKFold(2),
        pruner=optuna.pruners.NopPruner(),
        pruning_fraction=0.1,
        random_state=0,
    ).fit(*few)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert all(trial.intermediate_values for trial in search.study_.trials)


def test_a_generator_of_folds_serves_one_fit():
    search = OptunaSearchCV(
        TREE, {"max_depth": [1, 2]}, n_trials=2, cv=KFold(3).split(X, y)
    )
    assert search.fit(X, y).n_splits_ == 3
    with pytest.raises(ValueError, match=r"cv=<generator .* used up after one fit"):
        search.fit(X, y)
    with pytest.raises(ValueError, match="gave no splits"):
        search.set_params(cv=[]).fit(X, y)


@pytest.mark.parametrize("n_trials", [1, 20, None])
def test_an_empty_space_is_one_candidate(n_trials):
    grid = GridSearchCV(TREE, {}, cv=3).fit(X, y)
    search = OptunaSearchCV(TREE, {}, n_trials=n_trials, cv=3).fit(X, y)
    assert len(search.study_.trials) == 1
    assert search.best_params_ == grid.best_params_ == {}
    assert search.cv_results_["params"] == grid.cv_results_["params"]
    assert search.best_score_ == grid.best_score_
    Counting.fits = 0
    OptunaSearchCV(Counting(), {}, n_trials=n_trials, cv=3, refit=False).fit(X, y)
    assert Counting.fits == 3
