"""Trials that are tried before the sampler proposes any."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FixedTrial

from skkeras.model_selection.labels import describe, same_value_key
from skkeras.model_selection.records import INITIAL

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

_STORABLE = (bool, int, float, str, type(None))


def enqueue_initial(
    study: optuna.Study,
    initial_trials: Sequence[Mapping[str, Any]],
    space: Callable[[Any], dict[str, Any]],
    estimator: BaseEstimator,
) -> None:
    """Enqueue trials in a study that has had none of them yet.

    Parameters
    ----------
    study : optuna.Study
        Perhaps continued: then it has them.
    initial_trials : list of dict
        Values by the names that the space suggests; an empty dict is the estimator.
    space : callable
        From :func:`~skkeras.model_selection.spaces.as_space`.
    estimator : estimator
        Has values of its own.

    Raises
    ------
    ValueError
        When one is no dict.
    """
    if not all(isinstance(each, Mapping) for each in initial_trials):
        raise ValueError(
            f"initial_trials must be a list of dicts, got {initial_trials!r:.200}."
        )
    trials = study.get_trials(deepcopy=False)
    if any(INITIAL in trial.user_attrs for trial in trials):
        return
    suggesters = getattr(space, "suggesters", {})
    for params in initial_trials:
        fixed = params or own_values(space, estimator)
        study.enqueue_trial(
            {name: _label(suggesters.get(name), name, v) for name, v in fixed.items()},
            user_attrs={INITIAL: True},
        )


def own_values(
    space: Callable[[Any], dict[str, Any]], estimator: BaseEstimator
) -> dict[str, Any]:
    """Return the estimator's own values of what a dict searches, as far as it has them.

    Parameters
    ----------
    space : callable
        From :func:`~skkeras.model_selection.spaces.as_space`.
    estimator : estimator
        Not fitted.

    Returns
    -------
    dict
        By name, without those that the distributions do not hold.

    Raises
    ------
    ValueError
        When the space is a function, whose names need not be the estimator's.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skkeras.model_selection.spaces import as_space
    >>> space = as_space({"alpha": [0.1, 1.0], "tol": [0.01]})
    >>> own_values(space, Ridge(alpha=1.0, tol=0.1))
    {'alpha': 1.0}
    """
    suggesters = getattr(space, "suggesters", None)
    if suggesters is None:
        raise ValueError(
            "An empty dict in initial_trials stands for the estimator's own values, "
            "and a function as param_distributions does not say which those are: "
            "give the values by the names that the function suggests."
        )
    own = estimator.get_params()
    return {
        name: own[name]
        for name, suggest in suggesters.items()
        if name in own
        and any(_gives(suggest, name, label, own[name]) for label in _labels(own[name]))
    }


def _labels(value):
    """Return what a storage may keep of a value, by what the other choices are."""
    value = value.item() if isinstance(value, np.generic) else value
    return (
        [value, describe(value)] if isinstance(value, _STORABLE) else [describe(value)]
    )


def _label(suggest, name, value):
    """Return what the storage keeps; of what is no choice, Optuna says so."""
    labels = _labels(value)
    if suggest is None:
        return labels[0]
    fitting = (label for label in labels if _gives(suggest, name, label, value))
    return next(fitting, labels[0])


def _gives(suggest, name, label, value):
    """Return whether a distribution makes a value of a label."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # of what is out of range
        try:
            found = suggest(FixedTrial({name: label}))
        except (ValueError, TypeError, UserWarning):
            return False
    return same_value_key(found) == same_value_key(value)
