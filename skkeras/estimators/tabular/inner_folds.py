"""The folds inside a fit, on whose held-out rows nets are judged."""

from __future__ import annotations

import numpy as np


def inner_folds(
    n_folds: int, n_rows: int, codes: np.ndarray | None, rng: np.random.RandomState
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Divide rows at random into folds with like shares of each class.

    Unlike scikit-learn's ``StratifiedKFold`` it takes classes with fewer rows than
    folds, as a fit must: their rows lie in different folds.

    Parameters
    ----------
    n_folds : int
        At most; there are no more than rows.
    n_rows : int
        Rows to divide, at least 2.
    codes : ndarray of int, shape (n_rows,), or None
        Class of each row; None for a target without classes.
    rng : numpy.random.RandomState
        Decides which row lies where.

    Returns
    -------
    list of (ndarray, ndarray)
        Rows to train on and rows held out, sorted, of each fold.

    Examples
    --------
    >>> rng = np.random.RandomState(0)
    >>> [held.size for _, held in inner_folds(2, 5, None, rng)]
    [3, 2]
    """
    order = rng.permutation(n_rows)
    if codes is not None:
        order = order[np.argsort(codes[order], kind="stable")]
    n_folds = min(n_folds, n_rows)
    fold = np.empty(n_rows, int)
    fold[order] = np.arange(n_rows) % n_folds
    return [
        (np.flatnonzero(fold != number), np.flatnonzero(fold == number))
        for number in range(n_folds)
    ]
