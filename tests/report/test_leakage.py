"""No test row reaches what is fitted: scaler, encoder, search, model."""

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from optuna.distributions import FloatDistribution
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skkeras.datasets import load_iris
from skkeras.model_selection import OptunaSearchCV
from skkeras.report import compare, tuned
from skkeras.report.baselines import classic_models
from skkeras.report.search_record import search_record
from skkeras.report.tuned import tuned_models

SEEN = {"scaler": [], "model": []}


class SpyScaler(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        SEEN["scaler"].append(set(X["row"]))
        return self

    def transform(self, X):
        return X


class SpyModel(ClassifierMixin, BaseEstimator):
    def __init__(self, C=1.0):
        self.C = C

    def fit(self, X, y):
        SEEN["model"].append(set(X["row"]))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize("search", [False, True])
def test_fits_see_the_training_rows_of_their_fold_only(search):
    for rows in SEEN.values():
        rows.clear()
    model = make_pipeline(SpyScaler(), SpyModel())
    if search:
        space = {"spymodel__C": FloatDistribution(0.1, 10.0)}
        model = OptunaSearchCV(model, space, n_trials=2, cv=3, random_state=0)
    X = pd.DataFrame({"row": range(60)})
    found = compare({"spy": model}, X, np.arange(60) % 2, cv=5, scoring="accuracy")
    a_fold = 2 * 3 + 1 if search else 1
    for fits in SEEN.values():
        assert len(fits) == 5 * a_fold
        for place, rows in enumerate(fits):
            split = found.splits[place // a_fold]
            assert rows <= set(split.train)
            assert not rows & set(split.test)


def test_tuned_models_get_the_same_search_and_budget():
    models = classic_models("classification", random_state=3)
    models["Keras MLP"] = make_pipeline(LogisticRegression())  # costs no TensorFlow
    searches = tuned_models(
        *(models, "classification"), scorer="roc_auc", trials=7, cv=5, random_state=3
    )
    assert "tuned Keras MLP" in searches
    for search in searches.values():
        assert (search.n_trials, search.scoring, search.random_state) == (
            7,
            "roc_auc",
            3,
        )
        assert search.cv == 5


def test_a_search_that_finds_nothing_better_keeps_the_untuned_model():
    X, y = load_iris(return_X_y=True)
    given = make_pipeline(LogisticRegression(C=50, max_iter=1000))
    models = {"logistic regression": given, "Keras MLP": None}
    poor = {"C": FloatDistribution(1e-9, 1e-8)}
    spaces = {("classification", "logistic regression"): ("logisticregression__", poor)}
    with mock.patch.object(tuned, "SPACES", spaces):
        searches = tuned_models(models, "classification", scorer=None, trials=3, cv=3)
    search = searches["tuned logistic regression"].fit(X, y)
    assert search.best_params_ == {}
    assert search.best_estimator_[-1].C == 50
    record = search_record(search)
    assert len(record.trials) == 3
    assert set(record.importances) <= {"logisticregression__C"}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_searched_parameter_is_one_of_its_model(task):
    models = classic_models(task)
    models["Keras MLP"] = make_pipeline(LogisticRegression())
    searches = tuned_models(models, task, scorer=None, trials=1, cv=3)
    assert len(searches) == 6
    for name, search in searches.items():
        if name != "tuned Keras MLP":
            known = search.estimator.get_params(deep=True)
            assert set(search.param_distributions) <= set(known), name
        assert search.initial_trials == [{}]
