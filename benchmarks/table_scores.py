"""What models' scores on tables come to: means, intervals and tables won.

Scores are losses in arrays whose last two axes are tables and folds: NaN where a model
was not run, infinity where it failed. Nothing here reads or writes anything. Games and
Elo are those of `skkeras.report.statistics`.
"""

import numpy as np
from sklearn.metrics import accuracy_score, log_loss, root_mean_squared_error

PROBABILITY_FLOOR = 1e-7
LOSS_FLOOR = 1e-9


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
