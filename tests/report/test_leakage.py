"""No test row reaches what is fitted: scaler, encoder, search, model."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skkeras.model_selection import OptunaSearchCV
from skkeras.report import compare
from skkeras.report.baselines import classic_models
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
        space = {"spymodel__C": [0.1, 1.0, 10.0]}
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
    tuned = tuned_models(
        models, "classification", scorer="roc_auc", trials=7, random_state=3
    )
    assert "tuned Keras MLP" in tuned
    for search in tuned.values():
        assert (search.n_trials, search.scoring, search.random_state) == (
            7,
            "roc_auc",
            3,
        )
        assert search.cv.n_splits == 3
        assert search.cv.random_state == 3


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_searched_parameter_is_one_of_its_model(task):
    models = classic_models(task)
    models["Keras MLP"] = make_pipeline(LogisticRegression())
    tuned = tuned_models(models, task, scorer=None, trials=1)
    assert len(tuned) == 6
    for name, search in tuned.items():
        if name != "tuned Keras MLP":
            known = search.estimator.get_params(deep=True)
            assert set(search.param_distributions) <= set(known), name
