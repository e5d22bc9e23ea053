"""Another threshold is proposed where probabilities are right and decisions are not."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from skkeras.report import compare
from skkeras.report.thresholds import other_threshold, threshold_sentences


def rows(share, n=2000, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.random(n) < share
    return (rng.normal(size=n) + 1.5 * y)[:, None], y.astype(int)


def compared(share, **options):
    X, y = rows(share)
    models = {"linear": LogisticRegression()}
    return compare(models, X, y, cv=5, random_state=0, **options)


def test_rare_classes_are_found_at_a_lower_threshold():
    found = compared(0.1)
    other = other_threshold(found, "linear")
    assert other.threshold == pytest.approx(0.1, abs=0.05)  # that of the prior
    assert other.balanced_accuracy > other.as_predicted + 0.1
    assert other.as_predicted == pytest.approx(
        found.scores.query("metric == 'balanced_accuracy'")["value"].mean()
    )
    assert other.roc_auc == pytest.approx(
        found.scores.query("metric == 'roc_auc'")["value"].mean()
    )
    (sentence,) = threshold_sentences(found, "linear")
    assert "clearly better" in sentence
    assert "TunedThresholdClassifierCV" in sentence


def test_thresholds_come_from_the_other_folds_alone():
    """Beside a search over all thresholds of the others, written plainly."""
    found = compared(0.15)
    folds = found.evaluation("linear").observations
    scores = []
    for i, fold in enumerate(folds):
        others = [f for j, f in enumerate(folds) if j != i]
        truth = np.concatenate([f.truth for f in others])
        given = np.concatenate([f.probabilities[:, 1] for f in others])
        best = max(given, key=lambda t: balanced_accuracy_score(truth, given >= t))
        decided = fold.probabilities[:, 1] >= best
        scores.append(balanced_accuracy_score(fold.truth, decided))
    assert other_threshold(found, "linear").balanced_accuracy == pytest.approx(
        np.mean(scores), abs=1e-12
    )


def test_nothing_is_said_of_even_classes():
    assert threshold_sentences(compared(0.5), "linear") == []


def test_repeats_do_not_choose_on_the_rows_they_test():
    from sklearn.model_selection import RepeatedStratifiedKFold

    X, y = rows(0.3, n=60)
    cv = RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)
    # Each row's probability is its own secret: nothing can be learnt from other rows.
    found = compare({"random": Noise()}, X, y, cv=cv)
    assert other_threshold(found, "random").balanced_accuracy < 0.75


class Noise(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        second = np.modf(np.abs(X[:, 0]) * 1e6)[0]
        return np.column_stack([1 - second, second])

    def predict(self, X):
        return (self.predict_proba(X)[:, 1] > 0.5).astype(int)


def test_several_classes_and_quantities_have_no_threshold():
    X, _ = rows(0.5, n=90)
    three = compare({"linear": LogisticRegression()}, X, np.arange(90) % 3, cv=3)
    assert other_threshold(three, "linear") is None
