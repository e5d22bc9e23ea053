import warnings

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer

from skkeras.datasets import load_boston
from skkeras.report import classic_models
from skkeras.report.baselines import QUICK


def test_the_classic_models_of_each_task():
    assert list(classic_models("classification")) == [
        *["dummy", "logistic regression", "k-NN", "SVM"],
        *["random forest", "gradient boosting", "histogram boosting"],
        "scikit-learn MLP",
    ]
    assert list(classic_models("regression"))[1] == "ridge regression"
    assert all(map(is_classifier, classic_models("classification").values()))
    assert all(map(is_regressor, classic_models("regression").values()))


def test_preprocessing_is_inside_each_pipeline():
    for task in ("classification", "regression"):
        for model in classic_models(task).values():
            assert isinstance(model[0], ColumnTransformer)


def test_size_and_seed_reach_the_models():
    models = classic_models("classification", random_state=3, size=QUICK)
    assert models["random forest"][-1].n_estimators == QUICK.trees
    for name in ("random forest", "gradient boosting", "scikit-learn MLP"):
        assert models[name][-1].random_state == 3


def test_classifiers_learn_from_words_and_gaps_and_give_probabilities(mixed_table):
    X, y = mixed_table
    for name, model in classic_models(
        "classification", random_state=0, size=QUICK
    ).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = clone(model).fit(X, y)
        probabilities = fitted.predict_proba(X)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1)
        assert name == "dummy" or fitted.score(X, y) > 0.55, name


@pytest.mark.parametrize("scale", [1, 1000])
def test_regressors_do_not_depend_on_the_units_of_the_target(scale):
    X, y = load_boston(return_X_y=True, as_frame=True)
    models = classic_models("regression", random_state=0, size=QUICK)
    for name in ("SVM", "scikit-learn MLP"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert models[name].fit(X, y * scale).score(X, y * scale) > 0.8, name
