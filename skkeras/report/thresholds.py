"""Whether decisions are worse than the probabilities they are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.metrics import balanced_accuracy_score, roc_auc_score, roc_curve

from skkeras.report.grading import Evidence, grade
from skkeras.report.pairwise import SMALLEST_RELEVANT_SHARE, evidence_from
from skkeras.report.text import number

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison
    from skkeras.report.observation import Observation


class OtherThreshold(NamedTuple):
    """What another threshold than one half would give.

    Parameters
    ----------
    threshold : float
        The mean over the folds; above it the second class is predicted.
    balanced_accuracy : float
        Mean over the folds, each with the threshold that the others choose.
    as_predicted : float
        The same of the model's own decisions.
    roc_auc : float
        Of the probabilities, mean over the folds.
    evidence : Evidence
        Of the other threshold against the model's decisions.
    """

    threshold: float
    balanced_accuracy: float
    as_predicted: float
    roc_auc: float
    evidence: Evidence


def threshold_sentences(comparison: Comparison, model: str) -> list[str]:
    """Say where a model's probabilities allow better decisions than it makes.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Its name.

    Returns
    -------
    list of str
        Empty but for classifiers of two classes whose balanced accuracy another
        threshold makes clearly or probably better.
    """
    found = other_threshold(comparison, model)
    if found is None or not grade(found.evidence).endswith("better"):
        return []
    return [
        "Its probabilities are better than its decisions: they rank the classes with a "
        f"ROC AUC of {number(found.roc_auc)}, but deciding at 0.5 gives a balanced "
        f"accuracy of {number(found.as_predicted)}. At about "
        f"{number(found.threshold)}, chosen on the other folds, it is "
        f"{number(found.balanced_accuracy)} ({grade(found.evidence)}). scikit-learn's "
        "TunedThresholdClassifierCV chooses such a threshold."
    ]


def other_threshold(comparison: Comparison, model: str) -> OtherThreshold | None:
    """Choose a threshold for each fold on the other folds, and measure it.

    That of the highest balanced accuracy, or Youden's J: W. J. Youden, "Index for
    Rating Diagnostic Tests", Cancer 3, 1950.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Its name.

    Returns
    -------
    OtherThreshold or None
        None where there are not two classes, no probabilities, or a single fold.
    """
    folds = comparison.evaluation(model).observations
    if len(folds) < 2 or not all(map(_has_two_classes, folds)):
        return None
    repeats = [split.repeat for split in comparison.splits]
    thresholds = [
        _best_threshold([f for j, f in enumerate(folds) if j != i and repeats[j] == r])
        for i, r in enumerate(repeats)
    ]
    tuned = [_decided(*pair) for pair in zip(folds, thresholds, strict=True)]
    own = [balanced_accuracy_score(fold.truth, fold.predicted) for fold in folds]
    gains = np.subtract(tuned, own)
    return OtherThreshold(
        float(np.mean(thresholds)),
        float(np.mean(tuned)),
        float(np.mean(own)),
        float(np.mean([roc_auc_score(_is_second(f), _probability(f)) for f in folds])),
        evidence_from(gains, comparison.test_train_ratio, rope=SMALLEST_RELEVANT_SHARE),
    )


def _has_two_classes(fold: Observation) -> bool:
    return (
        fold.probabilities is not None
        and fold.classes is not None
        and len(fold.classes) == 2
        and len(np.unique(fold.truth)) == 2
    )


def _is_second(fold):
    return fold.truth == fold.classes[1]


def _probability(fold):
    return fold.probabilities[:, 1]


def _best_threshold(folds):
    is_second = np.concatenate([_is_second(fold) for fold in folds])
    probability = np.concatenate([_probability(fold) for fold in folds])
    false, true, thresholds = roc_curve(is_second, probability)
    return min(float(thresholds[np.argmax(true - false)]), 1.0)


def _decided(fold, threshold):
    return balanced_accuracy_score(_is_second(fold), _probability(fold) >= threshold)
