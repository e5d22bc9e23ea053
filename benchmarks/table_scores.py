"""What models' scores on tables come to: means, intervals, wins and Elo.

Scores are losses in arrays whose last two axes are tables and folds: NaN where a model
was not run, infinity where it failed. Nothing here reads or writes anything.
"""

import numpy as np
from scipy.special import expit
from sklearn.metrics import accuracy_score, log_loss, root_mean_squared_error

PROBABILITY_FLOOR = 1e-7
LOSS_FLOOR = 1e-9
POINTS = 400 / np.log(10)
PENALTY, MAX_STEPS = 1e-4, 200


def classification_scores(y, predicted, probabilities):
    """Score classes 0, 1, ... and their probabilities, of all classes.

    Probabilities are kept 1e-7 away from 0, so that float32 and float64 are alike.

    >>> classification_scores([0, 1], [0, 0], [[0.75, 0.25], [0.5, 0.5]])
    {'error': 0.5, 'log_loss': 0.490...}
    """
    kept = np.maximum(probabilities, PROBABILITY_FLOOR)
    kept = kept / kept.sum(axis=1, keepdims=True)
    return {
        "error": 1 - accuracy_score(y, predicted),
        "log_loss": log_loss(y, kept, labels=range(kept.shape[1])),
    }


def regression_scores(y, predicted):
    """Score predictions by their RMSE over the target's standard deviation.

    >>> regression_scores([0.0, 2.0], [1.0, 1.0])
    {'nrmse': 1.0}
    """
    return {"nrmse": float(root_mean_squared_error(y, predicted) / np.std(y))}


def shifted_geometric_mean(losses, shift):
    """Return exp(mean(log(loss + shift))) over the tables, of the folds' means.

    >>> round(shifted_geometric_mean([[0.03, 0.03], [0.05, 0.13]], shift=0.01), 6)
    0.063246
    """
    return float(np.exp(_logs(np.mean(losses, axis=-1), shift).mean()))


def relative(losses, reference, shift, n_draws=2000, seed=0):
    """Compare two models by the ratio of their shifted geometric means, less 1.

    Returns it with the ends of a 95 % bootstrap interval. A draw takes tables with
    replacement, then folds within each, the same for both models.

    >>> ratio, low, high = relative([[0.03], [0.07]], [[0.01], [0.03]], shift=0.01)
    >>> print(f"{ratio:+.0%}, {low:+.0%} to {high:+.0%}")
    +100%, +100% to +100%
    """
    pair = np.stack([losses, reference])
    _, n_tables, n_folds = pair.shape
    rng = np.random.default_rng(seed)
    tables = rng.integers(n_tables, size=(n_draws, n_tables))
    folds = rng.integers(n_folds, size=(n_draws, n_tables, n_folds))
    drawn = _log_ratio(pair[:, tables[..., None], folds], shift)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return tuple(float(np.expm1(x)) for x in (_log_ratio(pair, shift), low, high))


def _log_ratio(pair, shift):
    model, reference = _logs(pair.mean(axis=-1), shift).mean(axis=-1)
    return model - reference


def _logs(losses, shift):
    return np.log(np.maximum(losses + shift, LOSS_FLOOR))


def tables_won(losses):
    """Share each table among the models with its smallest mean loss.

    >>> tables_won([[[0.1], [0.2]], [[0.1], [0.3]], [[np.nan], [0.4]]])
    array([1.5, 0.5, 0. ])
    """
    means = np.asarray(losses).mean(axis=-1)
    means = np.where(np.isnan(means), np.inf, means)
    best = (means == means.min(axis=0)) & np.isfinite(means)
    return (best / np.maximum(best.sum(axis=0), 1)).sum(axis=1)


def games(losses):
    """Count how much of each table each model wins against each other.

    Every fold is a game, and a table's games weigh 1 together; equal losses are half a
    win for both. A failed model loses to all that did not fail.

    Parameters
    ----------
    losses : array of shape (models, tables, folds)

    Returns
    -------
    array of shape (tables, models, models)

    >>> games([[[0.1, 0.2]], [[0.3, 0.2]]])
    array([[[0.  , 0.75],
            [0.25, 0.  ]]])
    """
    losses = np.asarray(losses)
    mine, others = losses[:, None], losses[None]
    wins = (mine < others) + 0.5 * (mine == others)
    wins[np.arange(len(losses)), np.arange(len(losses))] = 0
    return np.moveaxis(wins.mean(axis=-1), 2, 0)


def elo(wins, anchor=None):
    """Rate models by their wins over each other.

    The most likely strengths of Bradley and Terry (Biometrika 1952), which are the
    coefficients of a logistic regression on differences of indicators, by Newton's
    method; 400 points are odds of ten to one. A penalty, small beside any game, keeps
    models that never lose finite.

    Parameters
    ----------
    wins : array of shape (..., models, models)
        Games that the row's model won against the column's.
    anchor : int, optional
        The model with 1000 points; by default the mean has them.

    Returns
    -------
    array of shape (..., models)

    >>> elo([[0, 3], [1, 0]], anchor=1).round()  # 400 log10(3) apart
    array([1191., 1000.])
    """
    wins = np.asarray(wins, float)
    met = wins + np.swapaxes(wins, -1, -2)
    n_models = wins.shape[-1]
    strengths = np.zeros(wins.shape[:-1])
    for _ in range(MAX_STEPS):
        odds = expit(strengths[..., :, None] - strengths[..., None, :])
        slope = (wins - met * odds).sum(axis=-1) - PENALTY * strengths
        curve = met * odds * (1 - odds)
        curvature = np.eye(n_models) * (curve.sum(axis=-1) + PENALTY)[..., None] - curve
        step = np.linalg.solve(curvature, slope[..., None])[..., 0]
        strengths = strengths + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    points = POINTS * strengths
    zero = points.mean(axis=-1) if anchor is None else points[..., anchor]
    return 1000 + points - zero[..., None]


def elo_interval(wins, anchor=None, n_draws=2000, seed=0):
    """Return Elo and the ends of its 95 % bootstrap interval over tables.

    Parameters
    ----------
    wins : array of shape (tables, models, models)

    Returns
    -------
    array of shape (models, 3)
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(wins), size=(n_draws, len(wins)))
    points = elo(wins[drawn].sum(axis=1), anchor)
    low, high = np.quantile(points, [0.025, 0.975], axis=0)
    return np.column_stack([elo(wins.sum(axis=0), anchor), low, high])
