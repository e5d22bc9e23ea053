"""Members judged by scikit-learn's scorers."""

import numpy as np
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold

from skkeras.ensembles.known_predictions import (
    KnownProbabilities,
    KnownTargets,
    loss_by,
    mean_loss,
)

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

    def known(outputs):
        return KnownProbabilities(model.classes_, outputs)

    found = loss_by(scoring, known, X, LABELS, options)(model.predict_proba(X)[None])
    np.testing.assert_allclose(found, [-expected])


@pytest.mark.parametrize("scoring", ["r2", "neg_median_absolute_error"])
def test_the_loss_is_minus_the_score_of_a_regressor(scoring):
    model = LinearRegression().fit(X, NUMBERS)
    expected = get_scorer(scoring)(model, X, NUMBERS)
    loss = loss_by(scoring, lambda p: KnownTargets(p[:, 0]), X, NUMBERS)
    np.testing.assert_allclose(loss(model.predict(X)[None, :, None]), [-expected])


def test_predictions_that_are_not_finite_are_worst():
    loss = loss_by("r2", lambda p: KnownTargets(p[:, 0]), X, NUMBERS)
    outputs = np.stack([NUMBERS, np.full(60, np.nan)])[..., None]
    assert loss(outputs).tolist() == [-1, np.inf]


def test_what_is_known_is_an_estimator_to_scikit_learn():
    assert is_classifier(KnownProbabilities(np.array([0, 1]), np.ones((1, 2)) / 2))
    assert is_regressor(KnownTargets(np.ones(1)))


def test_the_mean_loss_is_that_of_cross_validation():
    model = LogisticRegression().fit(X, LABELS)
    folds = list(KFold(4).split(X))[:3]
    outputs = np.concatenate([model.predict_proba(X[test]) for _, test in folds])
    scorer = get_scorer("neg_log_loss")
    expected = np.mean([scorer(model, X[test], LABELS[test]) for _, test in folds])

    def known(outputs):
        return KnownProbabilities(model.classes_, outputs)

    losses = [loss_by(scorer, known, X[test], LABELS[test]) for _, test in folds]
    found = mean_loss(losses, [len(test) for _, test in folds])
    np.testing.assert_allclose(
        found(np.stack([outputs, outputs * np.nan])), [-expected, np.inf]
    )
