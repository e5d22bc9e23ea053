"""Which rows train and which rows test, the same for every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.model_selection import (
    GroupKFold,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    check_cv,
)

if TYPE_CHECKING:
    from skkeras.estimators.typing import RandomState
    from skkeras.model_selection.typing import CrossValidation


class Split(NamedTuple):
    """One fold: its place in the design, and the positions of its rows."""

    repeat: int
    fold: int
    train: np.ndarray
    test: np.ndarray


def shuffled_folds(
    *,
    classification: bool,
    folds: int = 10,
    repeats: int = 1,
    random_state: RandomState = None,
) -> RepeatedStratifiedKFold | RepeatedKFold:
    """Create the splitter that a comparison uses unless it is given one.

    Parameters
    ----------
    classification : bool
        Whether to keep the shares of the classes the same in each fold.
    folds : int, default=10
        Folds in a repeat.
    repeats : int, default=1
        How often to shuffle and split anew.
    random_state : int, RandomState or None, default=None
        Decides the shuffles.

    Returns
    -------
    RepeatedStratifiedKFold or RepeatedKFold
    """
    splitter = RepeatedStratifiedKFold if classification else RepeatedKFold
    return splitter(n_splits=folds, n_repeats=repeats, random_state=random_state)


def grouped_folds(
    *, classification: bool, folds: int, random_state: RandomState = None
) -> StratifiedGroupKFold | GroupKFold:
    """Create the splitter that keeps the rows of a group in one fold.

    Parameters
    ----------
    classification : bool
        Whether to keep the shares of the classes as alike as groups allow.
    folds : int
        How many.
    random_state : int, RandomState or None, default=None
        Decides the shuffle.

    Returns
    -------
    StratifiedGroupKFold or GroupKFold
    """
    splitter = StratifiedGroupKFold if classification else GroupKFold
    return splitter(n_splits=folds, shuffle=True, random_state=random_state)


def make_splits(
    cv: CrossValidation,
    X: ArrayLike,
    y: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    classification: bool,
    random_state: RandomState = None,
) -> list[Split]:
    """Draw the splits once, so that each model meets the same ones.

    Parameters
    ----------
    cv : None, int, splitter or iterable of (train, test)
        None means 10 shuffled folds, a number that many; stratified for classes.
    X : array-like of shape (n_samples, n_features)
        The features.
    y : array-like of shape (n_samples,)
        The target.
    groups : array-like of shape (n_samples,), default=None
        Rows of one group stay in one fold; a splitter gets them.
    classification : bool
        Whether `y` holds classes.
    random_state : int, RandomState or None, default=None
        Decides the shuffles where `cv` is None or a number.

    Returns
    -------
    list of Split
        Repeats and folds are numbered from 0.
    """
    if cv is None or isinstance(cv, int):
        create = shuffled_folds if groups is None else grouped_folds
        cv = create(
            classification=classification,
            folds=10 if cv is None else cv,
            random_state=random_state,
        )
    splitter = check_cv(cv, y, classifier=classification)
    pairs = list(splitter.split(X, y, groups))
    folds = len(pairs) // getattr(splitter, "n_repeats", 1)
    return [Split(*divmod(i, folds), *pair) for i, pair in enumerate(pairs)]
