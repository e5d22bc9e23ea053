"""Predictions for rows that the predicting model had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from skkeras.report.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class Predictions:
    """The predictions of all test folds, concatenated.

    Parameters
    ----------
    name : str
        Of the model.
    truth, predicted : ndarray of shape (n_test_rows,)
        Each row once a repeat.
    probabilities : ndarray of shape (n_test_rows, n_classes) or None
        Where the model gives any.
    classes : ndarray of shape (n_classes,) or None
        None for regressors.
    """

    name: str
    truth: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    classes: np.ndarray | None


def pooled_predictions(evaluation: Evaluation) -> Predictions:
    """Concatenate the predictions of a model's folds.

    Parameters
    ----------
    evaluation : Evaluation
        With observations.

    Returns
    -------
    Predictions
        Without probabilities where a fold has none, or has not seen all classes.
    """
    seen: Any = evaluation.observations
    classes = seen[0].classes
    alike = classes is not None and all(
        np.array_equal(o.classes, classes) for o in seen
    )
    complete = alike and all(o.probabilities is not None for o in seen)
    if classes is not None and not alike:
        classes = np.unique(np.concatenate([o.classes for o in seen]))
    return Predictions(
        evaluation.name,
        np.concatenate([o.truth for o in seen]),
        np.concatenate([o.predicted for o in seen]),
        np.concatenate([o.probabilities for o in seen]) if complete else None,
        classes,
    )
