"""Choosing a portfolio by a matrix of regrets, and judging the choice.

A portfolio is chosen greedily: each time the configuration that lowers the mean over
the tables of the best member's regret most, as in Feurer et al., "Auto-sklearn 2.0:
Hands-free AutoML via Meta-Learning", JMLR 23, 2022, section 3.1 (there after Xu et al.,
"Hydra: Automatically Configuring Algorithms for Portfolio-Based Selection", AAAI 2010).
"""

from math import comb

import numpy as np


def regrets(scores):
    """Scale a table's scores: 0 is the best one, 1 the median and all below.

    Parameters
    ----------
    scores : array-like of shape (n_configurations,)
        What is higher is better; NaN where a fit failed.

    Returns
    -------
    ndarray of shape (n_configurations,)

    Examples
    --------
    >>> regrets([0.9, 0.5, 0.8, 0.7, np.nan]).round(3)
    array([0. , 1. , 0.5, 1. , 1. ])
    """
    scores = np.asarray(scores, dtype=float)
    known = np.where(np.isnan(scores), -np.inf, scores)
    best, middle = known.max(), np.median(known)
    if best == middle:
        return np.where(known == best, 0.0, 1.0)
    return np.minimum((best - known) / (best - middle), 1.0)


def greedy(matrix, size, start=None):
    """Choose configurations one after another.

    Parameters
    ----------
    matrix : ndarray of shape (n_tables, n_configurations)
        Regrets.
    size : int
        How many at most: a configuration that lowers nothing is not taken.
    start : ndarray of shape (n_tables,), default=None
        Regrets of what is tried before them.

    Returns
    -------
    list of int
        In the order of their choice. Of two that lower the mean as much, the one with
        the lower mean regret of its own is taken.

    Examples
    --------
    >>> matrix = np.array([[0.0, 1.0, 0.4], [1.0, 0.0, 0.4], [0.9, 0.9, 0.4]])
    >>> greedy(matrix, 3)
    [2, 0, 1]
    """
    best = np.full(len(matrix), np.inf) if start is None else np.asarray(start)
    chosen = []
    for _ in range(size):
        means = np.minimum(best[:, None], matrix).mean(axis=0)
        order = np.lexsort((matrix.mean(axis=0), means.round(12)))
        if chosen and means[order[0]] >= best.mean() - 1e-12:
            break
        chosen.append(int(order[0]))
        best = np.minimum(best, matrix[:, order[0]])
    return chosen


def after_each(row, chosen, size, start=np.inf):
    """Return the regret on a table after each trial of a portfolio and random draws.

    Parameters
    ----------
    row : ndarray of shape (n_configurations,)
        The table's regrets.
    chosen : list of int
        The portfolio. Where it is shorter than `size`, random draws follow.
    size : int
        How many trials.
    start : float, default=inf
        Regret of what is tried before them.

    Returns
    -------
    ndarray of shape (size,)

    Examples
    --------
    >>> after_each(np.array([0.0, 0.3, 0.9, 0.6]), [2, 1], 3).round(3)
    array([0.9 , 0.3 , 0.15])
    """
    found = np.minimum(np.minimum.accumulate(row[chosen]), start)
    last = found[-1] if len(found) else start
    rest = after_random(np.delete(row, chosen), size - len(found), last)
    return np.concatenate([found, rest])


def after_random(row, size, start=np.inf):
    """Return the expected regret on a table after each of so many random draws.

    Parameters
    ----------
    row : ndarray of shape (n_configurations,)
        The table's regrets, of which none is drawn twice.
    size : int
        How many draws.
    start : float, default=inf
        Regret of what is tried before them.

    Returns
    -------
    ndarray of shape (size,)

    Examples
    --------
    >>> after_random(np.array([0.0, 0.3, 0.9]), 3).round(3)
    array([0.4, 0.1, 0. ])
    """
    ordered, n = np.minimum(np.sort(row), start), len(row)
    return np.array(
        [
            sum(comb(n - 1 - i, k - 1) * ordered[i] for i in range(n)) / comb(n, k)
            for k in range(1, size + 1)
        ]
    )


def leave_one_out(matrix, own, size, groups, start=None):
    """Judge portfolios on tables that had no part in their choice.

    Parameters
    ----------
    matrix : ndarray of shape (n_tables, n_configurations)
        Regrets.
    own : ndarray of shape (n_tables,)
        Regrets of what is tried first; inf for nothing.
    size : int
        Members of a portfolio.
    groups : list
        One a table: it is the tables of its group that choose for it.
    start : ndarray of shape (n_tables,), default=None
        What the choice takes for tried before; None for `own`.

    Returns
    -------
    chosen, random : ndarray of shape (n_tables, size)
        Regrets after each trial of a portfolio, and of random draws.
    """
    start = own if start is None else start
    groups, chosen, random = np.asarray(groups), [], []
    for table, row in enumerate(matrix):
        others = groups == groups[table]
        others[table] = False
        portfolio = greedy(matrix[others], size, start[others])
        chosen.append(after_each(row, portfolio, size, own[table]))
        random.append(after_random(row, size, own[table]))
    return np.array(chosen), np.array(random)
