"""Members judged by any of scikit-learn's scorers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer

from skkeras.estimators.data.rows import Rows


class KnownProbabilities(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities are known, whatever it is asked for.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Class labels.
    probabilities : ndarray of shape (n_samples, n_classes)
        Of the rows that a scorer asks for.
    """

    def __init__(self, classes: np.ndarray, probabilities: np.ndarray) -> None:
        self.classes = classes
        self.probabilities = probabilities
        self.classes_ = classes

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities.

        Parameters
        ----------
        X : ignored
            The rows that they are of.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        return self.probabilities

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable class.

        Parameters
        ----------
        X : ignored
            The rows that they are of.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return self.classes[self.probabilities.argmax(axis=1)]


class KnownTargets(RegressorMixin, BaseEstimator):
    """A regressor whose predictions are known, whatever it is asked for.

    Parameters
    ----------
    predictions : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        For the rows that a scorer asks for.
    """

    def __init__(self, predictions: np.ndarray) -> None:
        self.predictions = predictions
        self.is_fitted_ = True

    def predict(self, X: Any) -> np.ndarray:
        """Return the predictions.

        Parameters
        ----------
        X : ignored
            The rows that they are of.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        return self.predictions


def loss_by(
    scoring: Any,
    predictor: Callable[[np.ndarray], BaseEstimator],
    rows: Rows,
) -> Callable[[np.ndarray], np.ndarray]:
    """Return minus a score of predictions.

    Parameters
    ----------
    scoring : str or callable
        As `sklearn.metrics.get_scorer` takes it.
    predictor : callable
        From a net's outputs to an estimator that predicts them.
    rows : Rows
        That the predictions are of, with targets as users gave them.

    Returns
    -------
    callable
        From outputs of shape (n_candidates, n_samples, n_units) to a loss of each.
    """
    scorer = get_scorer(scoring)
    weights = rows.sample_weight
    options = {} if weights is None else {"sample_weight": weights}

    def loss(candidates):
        finite = np.isfinite(candidates).all(axis=(1, 2))
        return np.array(
            [
                -scorer(predictor(outputs), rows.X, rows.y, **options) if ok else np.inf
                for outputs, ok in zip(candidates, finite, strict=True)
            ]
        )

    return loss
