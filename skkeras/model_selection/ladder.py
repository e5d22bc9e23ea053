"""After which epochs a trial reports to its pruner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil
from typing import TypeAlias

from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
)

from skkeras.model_selection.optuna_internals import first_rung, warmup_steps

Ladder: TypeAlias = Callable[[int], list[int]]
"""From the epochs of a fit to the numbers of epochs to report after, the last too."""

_REPORTS = 10
# Of pruners that have no rungs of their own. While a rate is high, scores say little:
# those of 40 perceptrons on Pima after 5, 10, 15, 20 and 30 of 60 epochs and their
# scores in the end had correlations of -0.03, 0.25, 0.49, 0.65 and 0.82.
_FIRST, _FACTOR = 0.25, 2


def ladder_of(pruner: BasePruner, every: int | None) -> Ladder:
    """Choose when a pruner is asked.

    A pruner's step is the number of an epoch, from 0: ``min_resource=2`` means the
    third epoch, as in a loop that reports each epoch.

    Parameters
    ----------
    pruner : optuna.pruners.BasePruner
        Successive halving and Hyperband have rungs of their own. Those that compare
        with other trials at the same step, or with a threshold, are asked after a
        quarter and a half of the epochs, not before their warm-up is over; others ten
        times, since they may count the reports.
    every : int or None
        Epochs between reports, whatever the pruner.

    Returns
    -------
    callable
        From the epochs of a fit to the numbers of epochs to report after, in order;
        the last epoch is always among them.

    References
    ----------
    .. [1] L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar, "Hyperband: A
       Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18, 2018.
    .. [2] L. Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys
       2020: the rungs of successive halving that decides for one trial at a time.

    Examples
    --------
    >>> from optuna.pruners import MedianPruner, SuccessiveHalvingPruner
    >>> ladder_of(MedianPruner(), None)(60)
    [15, 30, 60]
    >>> ladder_of(MedianPruner(n_warmup_steps=30), None)(60)
    [31, 60]
    >>> ladder_of(SuccessiveHalvingPruner(min_resource=3), None)(60)
    [4, 13, 49, 60]
    >>> ladder_of(MedianPruner(), 25)(60)
    [25, 50, 60]
    """
    if every is not None:
        return partial(_equal_steps, every)
    if isinstance(pruner, SuccessiveHalvingPruner | HyperbandPruner):
        return partial(_rungs, pruner)
    if isinstance(pruner, PercentilePruner | ThresholdPruner):
        return partial(_after_warmup, warmup_steps(pruner))
    return _ten_times


def _equal_steps(every, epochs):
    return _with_last(range(every, epochs, every), epochs)


def _ten_times(epochs):
    return _equal_steps(max(1, epochs // _REPORTS), epochs)


def _after_warmup(warmup, epochs):
    first = max(ceil(_FIRST * epochs), warmup + 1)
    return _with_last(_geometric(first, _FACTOR, epochs), epochs)


def _rungs(pruner, epochs):
    step, factor = first_rung(pruner, epochs - 1)
    steps = _geometric(step, factor, epochs - 1)
    return _with_last((step + 1 for step in steps), epochs)


def _geometric(first, factor, end):
    while first < end:
        yield first
        first *= factor


def _with_last(numbers, epochs):
    return [*numbers, epochs]
