"""Another threshold is proposed where probabilities are right and decisions are not."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import RepeatedStratifiedKFold

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


@pytest.mark.parametrize("repeats", [1, 3])
def test_thresholds_come_from_the_other_folds_of_a_repeat_alone(repeats):
    """Beside a search over all thresholds of the others, written plainly.

    Folds of other repeats hold the rows that are tested.
    """
    X, y = rows(0.15, n=300)
    cv = RepeatedStratifiedKFold(n_splits=3, n_repeats=repeats, random_state=0)
    found = compare({"linear": LogisticRegression()}, X, y, cv=cv)
    folds = found.evaluation("linear").observations
    scores, thresholds = [], []
    for i, fold in enumerate(folds):
        first = i - i % 3
        others = [folds[j] for j in range(first, first + 3) if j != i]
        truth = np.concatenate([f.truth for f in others])
        given = np.concatenate([f.probabilities[:, 1] for f in others])
        tried = np.sort(given)[::-1]
        best = max(tried, key=lambda t: balanced_accuracy_score(truth, given >= t))
        decided = fold.probabilities[:, 1] >= best
        scores.append(balanced_accuracy_score(fold.truth, decided))
        thresholds.append(best)
    other = other_threshold(found, "linear")
    assert other.balanced_accuracy == pytest.approx(np.mean(scores), abs=1e-12)
    assert other.threshold == pytest.approx(np.mean(thresholds))


def test_nothing_is_said_of_even_classes():
    assert threshold_sentences(compared(0.5), "linear") == []


def test_several_classes_and_quantities_have_no_threshold():
    X, _ = rows(0.5, n=90)
    three = compare({"linear": LogisticRegression()}, X, np.arange(90) % 3, cv=3)
    assert other_threshold(three, "linear") is None
