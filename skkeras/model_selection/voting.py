"""scikit-learn's voting estimators, made of members that are fitted already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch


@dataclass(frozen=True)
class Members:
    """Candidates that an ensemble is to be made of.

    Parameters
    ----------
    names : list of str
        What each is called in the ensemble.
    params : list of dict
        Their parameters.
    weights : ndarray of shape (n_members,)
        Of the type of their predictions.
    """

    names: list[str]
    params: list[dict[str, Any]]
    weights: np.ndarray

    def join(
        self, fitted: list[Any], y: ArrayLike
    ) -> VotingClassifier | VotingRegressor:
        """Return the ensemble of the members, fitted.

        Parameters
        ----------
        fitted : list of estimator
            In their order.
        y : array-like of shape (n_samples,)
            What they were fitted on.

        Returns
        -------
        VotingClassifier or VotingRegressor
        """
        members = dict(zip(self.names, fitted, strict=True))
        return voting_of(members, self.weights, y)


def voting_of(
    members: dict[str, Any], weights: np.ndarray, y: ArrayLike
) -> VotingClassifier | VotingRegressor:
    """Return the weighted mean of fitted estimators as a fitted estimator.

    scikit-learn's own ``fit`` gives classifiers numbers for labels, which a dict of
    class weights would not know, and passes on no parameter but ``sample_weight``. A
    clone is fitted by it.

    Parameters
    ----------
    members : dict of str to estimator
        Fitted on the same rows, all classifiers with probabilities or all regressors.
    weights : ndarray of shape (n_members,)
        Of the type that the members' predictions have, which the mean then has, too.
    y : array-like of shape (n_samples,)
        The targets of these rows.

    Returns
    -------
    VotingClassifier or VotingRegressor

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> y = np.array([1.0, 2.0, 6.0])
    >>> mean, median = DummyRegressor(), DummyRegressor(strategy="median")
    >>> members = {"mean": mean.fit(y, y), "median": median.fit(y, y)}
    >>> voting_of(members, np.array([0.25, 0.75]), y).predict(y[:1])
    array([2.25])
    """
    first = next(iter(members.values()))
    named = list(members.items())
    if is_classifier(first):
        voting = VotingClassifier(named, voting="soft", weights=weights)
        voting.le_ = LabelEncoder().fit(y)
        voting.classes_ = voting.le_.classes_
    else:
        voting = VotingRegressor(named, weights=weights)
    voting.estimators_ = list(members.values())
    voting.named_estimators_ = Bunch(**members)
    if hasattr(first, "feature_names_in_"):
        voting.feature_names_in_ = first.feature_names_in_
    return voting
