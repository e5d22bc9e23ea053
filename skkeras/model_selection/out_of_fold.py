"""What fitted trials predict for the rows of their test folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


@dataclass(frozen=True)
class OutOfFold:
    """Predicts what a mean can be made of: probabilities, or numbers.

    It travels to where the fits run, so that estimators need not travel back.

    Parameters
    ----------
    classes : ndarray or None
        All class labels; None of a regressor.
    """

    classes: np.ndarray | None

    def __call__(self, estimator: BaseEstimator, X: Any) -> np.ndarray | None:
        """Predict the rows of a fold.

        Parameters
        ----------
        estimator : estimator
            Fitted on other rows, perhaps on some of the classes.
        X : array-like
            The rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs) or None
            None where a classifier has no probabilities, or a regressor predicts
            several numbers a row, such as quantiles.
        """
        model: Any = estimator
        if self.classes is None:
            return _one_number_a_row(np.asarray(model.predict(X)))
        if not hasattr(model, "predict_proba"):
            return None
        found = np.asarray(model.predict_proba(X))
        if len(model.classes_) == len(self.classes):
            return found
        spread = np.zeros((len(found), len(self.classes)), found.dtype)
        spread[:, np.searchsorted(self.classes, model.classes_)] = found
        return spread


def _one_number_a_row(predicted):
    if predicted.size != len(predicted):
        return None
    # Whole numbers would make whole weights.
    kind = predicted.dtype if predicted.dtype.kind == "f" else float
    return predicted.reshape(-1, 1).astype(kind, copy=False)
