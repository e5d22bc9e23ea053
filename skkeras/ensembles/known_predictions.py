"""Known predictions, judged by any of scikit-learn's scorers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer


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
    X: Any,
    y: Any,
    params: Mapping[str, Any] | None = None,
) -> Callable[[np.ndarray], np.ndarray]:
    """Return minus a score of predictions.

    Parameters
    ----------
    scoring : str or callable
        As `sklearn.metrics.get_scorer` takes it.
    predictor : callable
        From a model's outputs to an estimator that predicts them.
    X, y : array-like
        The rows that the predictions are of, with targets as users gave them.
    params : dict, default=None
        What the scorer takes beside them, such as ``sample_weight``.

    Returns
    -------
    callable
        From outputs of shape (n_candidates, n_samples, n_outputs) to a loss of each.
    """
    scorer, params = get_scorer(scoring), dict(params or {})

    def loss(candidates):
        finite = np.isfinite(candidates).all(axis=(1, 2))
        return np.array(
            [
                -scorer(predictor(outputs), X, y, **params) if ok else np.inf
                for outputs, ok in zip(candidates, finite, strict=True)
            ]
        )

    return loss


def mean_loss(
    losses: list[Callable[[np.ndarray], np.ndarray]], sizes: list[int]
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the mean of losses, each of its own rows, as cross-validation scores.

    Parameters
    ----------
    losses : list of callable
        One a fold, as :func:`loss_by` returns them.
    sizes : list of int
        Rows of each; predictions hold those of the first fold, then of the second...

    Returns
    -------
    callable
        From outputs of shape (n_candidates, sum of sizes, n_outputs) to a loss of each.

    Examples
    --------
    >>> first, second = (lambda p: p[:, 0, 0]), (lambda p: p.max(axis=(1, 2)))
    >>> mean_loss([first, second], [1, 2])(np.array([[[1.0], [2.0], [4.0]]]))
    array([2.5])
    """
    places = np.cumsum(sizes)[:-1]

    def loss(candidates):
        parts = np.split(candidates, places, axis=1)
        each = [of_fold(part) for of_fold, part in zip(losses, parts, strict=True)]
        return np.mean(each, axis=0)

    return loss
