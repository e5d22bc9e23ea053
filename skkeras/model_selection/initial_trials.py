"""Trials that are tried before the sampler proposes any."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FixedTrial

from skkeras.model_selection.labels import describe, same_value_key
from skkeras.model_selection.mlp_space import MLPSpace
from skkeras.model_selection.records import AS_IT_IS, INITIAL

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

    from skkeras.model_selection.search import OptunaSearchCV

AUTO = "auto"
_STORABLE = (bool, int, float, str, type(None))


def enqueue_initial(
    study: optuna.Study, search: OptunaSearchCV, space: Callable[[Any], dict[str, Any]]
) -> None:
    """Enqueue a search's initial trials in a study that has had none of them yet.

    Parameters
    ----------
    study : optuna.Study
        Perhaps continued: then it has them.
    search : OptunaSearchCV
        About to ask for trials.
    space : callable
        From :func:`~skkeras.model_selection.spaces.as_space`.

    Raises
    ------
    ValueError
        When one is no dict.
    """
    given = () if search.initial_trials is None else search.initial_trials
    is_auto = isinstance(given, str) and given == AUTO
    if not is_auto and not all(isinstance(each, Mapping) for each in given):
        raise ValueError(f"initial_trials must be a list of dicts, got {given!r:.200}.")
    trials = study.get_trials(deepcopy=False)
    if any(INITIAL in trial.user_attrs for trial in trials) or (is_auto and trials):
        return
    chosen = automatic(search, space) if is_auto else given
    for place, params in enumerate(chosen):
        _enqueue(study, place, params, space, search.estimator)


def _enqueue(study, place, params, space, estimator):
    fixed = params or own_values(space, estimator)
    attributes = {INITIAL: place}
    if fixed is None:
        fixed, attributes[AS_IT_IS] = {}, True
    suggesters = getattr(space, "suggesters", {})
    study.enqueue_trial(
        {name: _label(suggesters.get(name), name, v) for name, v in fixed.items()},
        user_attrs=attributes,
    )


def automatic(
    search: OptunaSearchCV, space: Callable[[Any], dict[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Return what ``initial_trials="auto"`` stands for.

    Nothing for a sampler of the user's, which is to decide by itself. Else the
    estimator as it is, where the space holds all its values or is a :class:`MLPSpace`,
    which knows that it can be fitted so.

    Parameters
    ----------
    search : OptunaSearchCV
        With its parameters.
    space : callable
        From :func:`~skkeras.model_selection.spaces.as_space`.

    Returns
    -------
    list of dict
        As `initial_trials` takes them.
    """
    if search.sampler is not None or search.study is not None:
        return []
    define = search.param_distributions
    if isinstance(define, MLPSpace):
        own = define.own_params(search.estimator)
    else:
        own = own_values(space, search.estimator)
    return [{}] if own else []


def own_values(
    space: Callable[[Any], dict[str, Any]], estimator: BaseEstimator
) -> dict[str, Any] | None:
    """Return the estimator's own values of what is searched, where the space holds all.

    Parameters
    ----------
    space : callable
        From :func:`~skkeras.model_selection.spaces.as_space`.
    estimator : estimator
        Not fitted.

    Returns
    -------
    dict or None
        By the names that the space suggests. None where it does not hold one of them,
        and for a function, whose names need not be the estimator's.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from skkeras.model_selection.spaces import as_space
    >>> space = as_space({"alpha": [0.1, 1.0], "tol": [0.01]})
    >>> own_values(space, Ridge(alpha=1.0, tol=0.01))
    {'alpha': 1.0, 'tol': 0.01}
    >>> own_values(space, Ridge(alpha=0.5, tol=0.01)) is None
    True
    """
    define = getattr(space, "define", None)
    if isinstance(define, MLPSpace):
        return define.own_labels(estimator)
    suggesters = getattr(space, "suggesters", None)
    if suggesters is None:
        return None
    own = estimator.get_params()
    is_held = all(
        name in own
        and any(_gives(suggest, name, label, own[name]) for label in _labels(own[name]))
        for name, suggest in suggesters.items()
    )
    return {name: own[name] for name in suggesters} if is_held else None


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
