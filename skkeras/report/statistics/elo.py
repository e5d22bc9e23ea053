"""Ratings of models by their wins over each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

POINTS = 400 / np.log(10)
ANCHORED = 1000
PENALTY, MAX_STEPS = 1e-4, 200


def elo(wins: ArrayLike, anchor: int | None = None) -> np.ndarray:
    r"""Rate models by their wins over each other.

    The most likely strengths of Bradley and Terry's model, in which

    .. math:: P(i \text{ beats } j) = \frac{1}{1 + 10^{(R_j - R_i) / 400}}

    so that 400 points are odds of ten to one. They are the coefficients of a logistic
    regression on differences of indicators, found by Newton's method. A penalty, small
    beside any game, keeps models that never lose finite.

    Parameters
    ----------
    wins : array-like of shape (..., n_models, n_models)
        Games that the row's model won against the column's.
    anchor : int or None, default=None
        The model with 1000 points; None gives them to the mean.

    Returns
    -------
    ndarray of shape (..., n_models)

    References
    ----------
    R. A. Bradley, M. E. Terry, "Rank Analysis of Incomplete Block Designs",
    Biometrika 39, 1952.

    Examples
    --------
    >>> elo([[0, 3], [1, 0]], anchor=1).round().tolist()  # 400 log10(3) apart
    [1191.0, 1000.0]
    """
    won = np.asarray(wins, dtype=float)
    met = won + np.swapaxes(won, -1, -2)
    n_models = won.shape[-1]
    strengths = np.zeros(won.shape[:-1])
    for _ in range(MAX_STEPS):
        odds = expit(strengths[..., :, None] - strengths[..., None, :])
        slope = (won - met * odds).sum(axis=-1) - PENALTY * strengths
        curve = met * odds * (1 - odds)
        curvature = np.eye(n_models) * (curve.sum(axis=-1) + PENALTY)[..., None] - curve
        step = np.linalg.solve(curvature, slope[..., None])[..., 0]
        strengths = strengths + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    points = POINTS * strengths
    zero = points.mean(axis=-1) if anchor is None else points[..., anchor]
    return ANCHORED + points - zero[..., None]


def elo_interval(
    wins: ArrayLike,
    anchor: int | None = None,
    *,
    drawn_games: float = 0.0,
    n_draws: int = 2000,
    seed: int = 0,
) -> np.ndarray:
    """Rate models on bootstrap samples of data sets.

    Parameters
    ----------
    wins : array-like of shape (n_datasets, n_models, n_models)
        What `games` returned.
    anchor : int or None, default=None
        The model with 1000 points in every sample; None gives them to the mean.
    drawn_games : float, default=0.0
        Draws to add between any two models. One of them keeps the rating of a model
        that won, or lost, everything at a size that the number of data sets allows.
    n_draws : int, default=2000
        How many samples.
    seed : int, default=0
        Of the samples.

    Returns
    -------
    ndarray of shape (n_models, 3)
        Median, 2.5 % and 97.5 % quantile of the ratings.

    References
    ----------
    N. Erickson et al., "TabArena: A Living Benchmark for Machine Learning on Tabular
    Data", NeurIPS 2025.

    Examples
    --------
    >>> from skkeras.report.statistics import games
    >>> wins = games([[[0.1], [0.1], [0.3]], [[0.2], [0.2], [0.2]]])
    >>> elo_interval(wins, anchor=1).round().tolist()[1]
    [1000.0, 1000.0, 1000.0]
    """
    each = np.asarray(wins, dtype=float)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(each), size=(n_draws, len(each)))
    between = drawn_games / 2 * (1 - np.eye(each.shape[-1]))
    points = elo(each[drawn].sum(axis=1) + between, anchor)
    return np.quantile(points, [0.5, 0.025, 0.975], axis=0).T
