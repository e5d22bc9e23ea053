"""Searches over small estimators, to look at how they go."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from skkeras.model_selection import OptunaSearchCV

X, y = load_iris(return_X_y=True)
TREE = DecisionTreeClassifier(random_state=0)
DEPTHS = {"max_depth": [1, 2, 3, 4], "min_samples_leaf": [1, 5, 20]}


def tree_search(space=DEPTHS, **kwargs):
    kwargs = {"n_trials": 6, "cv": 3, "random_state": 0, **kwargs}
    return OptunaSearchCV(TREE, space, **kwargs)


class Failing(ClassifierMixin, BaseEstimator):
    """A classifier whose fit raises where it is told to."""

    def __init__(self, a=0, fails_above=np.inf):
        self.a = a
        self.fails_above = fails_above

    def fit(self, X, y):
        if self.a > self.fails_above:
            raise RuntimeError(f"out of memory with a={self.a}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Counting(Failing):
    """Counts its fits in the class."""

    fits = 0

    def fit(self, X, y):
        Counting.fits += 1
        return super().fit(X, y)
