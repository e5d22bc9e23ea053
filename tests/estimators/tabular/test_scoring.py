"""Members judged by scikit-learn's scorers."""

import numpy as np
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import get_scorer

from skkeras.estimators.data.rows import Rows
from skkeras.estimators.tabular.scoring import KnownProbabilities, KnownTargets, loss_by

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
WEIGHTS = RNG.uniform(0.5, 2, 60)
LABELS = (X[:, 0] + RNG.normal(size=60) > 0).astype(int)
NUMBERS = X @ [1, 2, 3] + RNG.normal(size=60)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize(
    "scoring", ["accuracy", "roc_auc", "average_precision", "neg_brier_score"]
)
def test_the_loss_is_minus_the_score_of_a_classifier(scoring, weights):
    model = LogisticRegression().fit(X, LABELS)
    options = {} if weights is None else {"sample_weight": weights}
    expected = get_scorer(scoring)(model, X, LABELS, **options)
    rows = Rows(X, LABELS, weights)

    def known(outputs):
        return KnownProbabilities(model.classes_, outputs)

    found = loss_by(scoring, known, rows)(model.predict_proba(X)[None])
    np.testing.assert_allclose(found, [-expected])


@pytest.mark.parametrize("scoring", ["r2", "neg_median_absolute_error"])
def test_the_loss_is_minus_the_score_of_a_regressor(scoring):
    model = LinearRegression().fit(X, NUMBERS)
    expected = get_scorer(scoring)(model, X, NUMBERS)
    loss = loss_by(scoring, lambda p: KnownTargets(p[:, 0]), Rows(X, NUMBERS))
    np.testing.assert_allclose(loss(model.predict(X)[None, :, None]), [-expected])


def test_predictions_that_are_not_finite_are_worst():
    loss = loss_by("r2", lambda p: KnownTargets(p[:, 0]), Rows(X, NUMBERS))
    outputs = np.stack([NUMBERS, np.full(60, np.nan)])[..., None]
    assert loss(outputs).tolist() == [-1, np.inf]


def test_what_is_known_is_an_estimator_to_scikit_learn():
    assert is_classifier(KnownProbabilities(np.array([0, 1]), np.ones((1, 2)) / 2))
    assert is_regressor(KnownTargets(np.ones(1)))
