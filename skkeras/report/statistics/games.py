"""Data sets as games that models play against each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def games(losses: ArrayLike) -> np.ndarray:
    """Count how much of each data set each model wins against each other.

    Every fold is a game, and a data set's games weigh 1 together; equal losses are half
    a win for both.

    Parameters
    ----------
    losses : array-like of shape (n_models, n_datasets, n_folds)
        Lower is better. A model that failed has infinity and loses to all that did
        not; one that was not run has NaN and plays no game.

    Returns
    -------
    ndarray of shape (n_datasets, n_models, n_models)
        What the row's model won against the column's.

    Examples
    --------
    >>> games([[[0.1, 0.2]], [[0.3, 0.2]]]).tolist()
    [[[0.0, 0.75], [0.25, 0.0]]]
    """
    values = np.asarray(losses, dtype=float)
    mine, others = values[:, None], values[None]
    wins = (mine < others) + 0.5 * (mine == others)
    wins[np.arange(len(values)), np.arange(len(values))] = 0
    return np.moveaxis(wins.mean(axis=-1), 2, 0)


def win_rates(wins: ArrayLike) -> np.ndarray:
    """Compute which share of their games models win.

    Parameters
    ----------
    wins : array-like of shape (n_datasets, n_models, n_models)
        What `games` returned.

    Returns
    -------
    ndarray of shape (n_models,)
        From 0 to 1, NaN for a model that played none.

    Examples
    --------
    >>> win_rates(games([[[0.1], [0.2]], [[0.3], [0.2]]])).tolist()
    [0.75, 0.25]
    """
    won = np.asarray(wins, dtype=float).sum(axis=0)
    played = (won + won.T).sum(axis=1)
    return np.divide(
        won.sum(axis=1), played, out=np.full(len(won), np.nan), where=played > 0
    )
