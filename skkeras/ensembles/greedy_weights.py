"""Weights of an ensemble's members, chosen greedily."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def greedy_weights(
    predictions: np.ndarray,
    loss: Callable[[np.ndarray], np.ndarray],
    n_rounds: int,
) -> np.ndarray:
    """Choose weights for which the weighted mean of predictions has a low loss.

    Members are added one at a time, each time the one whose addition to the mean
    lowers its loss most; a member may be added again. The weights are the shares of
    the round that was best. Judged on rows that the members were not trained on, this
    hardly overfits (Caruana, Niculescu-Mizil, Crew, Ksikes, "Ensemble Selection from
    Libraries of Models", ICML 2004).

    Parameters
    ----------
    predictions : ndarray of shape (n_members, n_samples, n_outputs)
        Of rows that no member was trained on. Members that are not finite get no
        weight, unless none is.
    loss : callable
        From means of shape (n_candidates, n_samples, n_outputs) to the loss of each.
    n_rounds : int
        Additions, at least 1.

    Returns
    -------
    ndarray of shape (n_members,)
        Not negative; their sum is 1.

    Examples
    --------
    >>> y = np.array([1.0, 2.0])
    >>> members = np.array([[[0.0], [3.0]], [[2.0], [1.0]], [[9.0], [9.0]]])
    >>> greedy_weights(members, lambda p: ((p[..., 0] - y) ** 2).mean(axis=1), 4)
    array([0.5, 0.5, 0. ])
    """
    counts = np.zeros(len(predictions))
    total = np.zeros_like(predictions[0])
    best_loss, best_counts = np.inf, np.eye(len(predictions))[0]
    for n_added in range(1, n_rounds + 1):
        losses = loss((total + predictions) / n_added)
        losses = np.where(np.isnan(losses), np.inf, losses)
        chosen = int(np.argmin(losses))
        counts[chosen] += 1
        total = total + predictions[chosen]
        if losses[chosen] < best_loss:
            best_loss, best_counts = losses[chosen], counts.copy()
    return best_counts / best_counts.sum()


def best_members(
    predictions: np.ndarray,
    loss: Callable[[np.ndarray], np.ndarray],
    n_members: int,
) -> list[int]:
    """Choose members by what they add to a mean, and then by their own loss.

    Parameters
    ----------
    predictions, loss
        As `greedy_weights` takes them.
    n_members : int
        How many to choose.

    Returns
    -------
    list of int
        Their numbers.

    Examples
    --------
    >>> y = np.array([1.0, 2.0])
    >>> members = np.array([[[0.0], [3.0]], [[2.0], [1.0]], [[1.0], [3.0]]])
    >>> loss = lambda p: ((p[..., 0] - y) ** 2).mean(axis=1)
    >>> sorted(best_members(members, loss, 2))
    [1, 2]
    """
    weights = greedy_weights(predictions, loss, 2 * n_members)
    losses = np.nan_to_num(loss(predictions), nan=np.inf)
    return np.lexsort((losses, -weights))[:n_members].tolist()
