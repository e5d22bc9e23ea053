"""Search spaces: from what a user writes to a function of a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from skkeras.model_selection.labels import LabelledTrial
from skkeras.model_selection.records import AS_IT_IS

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

    from skkeras.model_selection.typing import SearchSpace

# An unbounded distribution has no value at the quantiles 0 and 1.
_TAIL = 1e-6
_ANY_SEED = 2**31 - 1


def as_space(param_distributions: SearchSpace) -> Callable[[Any], dict[str, Any]]:
    """Convert any form of a search space to a function of a trial.

    Parameters
    ----------
    param_distributions : dict or callable
        A dict from parameter names to Optuna distributions, lists of choices or scipy
        distributions; or a function of a trial that returns parameters.

    Returns
    -------
    callable
        From a trial, suggesting or frozen, to a dict of parameters.

    Raises
    ------
    TypeError, ValueError
        When the space, or what a parameter of it may be, cannot be understood.

    Examples
    --------
    >>> from optuna.trial import FixedTrial
    >>> space = as_space({"hidden_layer_sizes": [(8,), (16, 8)]})
    >>> space(FixedTrial({"hidden_layer_sizes": "(16, 8)"}))
    {'hidden_layer_sizes': (16, 8)}
    """
    if isinstance(param_distributions, Mapping):
        return _DictSpace(param_distributions)
    if callable(param_distributions):
        return _DefinedSpace(param_distributions)
    raise TypeError(
        "param_distributions must be a dict from parameter names to Optuna "
        "distributions, lists or scipy distributions, or a function "
        f"define(trial) that returns a dict, got {param_distributions!r}."
    )


class _Space:
    """A function of a trial, or the estimator as it is where the trial says so."""

    def __call__(self, trial):
        return {} if AS_IT_IS in trial.user_attrs else self._suggested(trial)


class _DictSpace(_Space):
    def __init__(self, distributions):
        suggesters = {name: _suggester(name, s) for name, s in distributions.items()}
        self.suggesters = {
            name: lambda trial, suggest=suggest: suggest(LabelledTrial(trial))
            for name, suggest in suggesters.items()
        }

    def _suggested(self, trial):
        return {name: suggest(trial) for name, suggest in self.suggesters.items()}


class _DefinedSpace(_Space):
    def __init__(self, define):
        self.define = define

    def _suggested(self, trial):
        params = self.define(LabelledTrial(trial))
        if not isinstance(params, Mapping):
            raise TypeError(
                "The function given as param_distributions must return a dict of "
                f"parameters of the estimator, but it returned {params!r}."
            )
        return dict(params)


def _suggester(name, spec):
    if not isinstance(name, str):
        raise TypeError(f"Names of parameters must be strings, got {name!r}.")
    if isinstance(spec, BaseDistribution):
        return _of_optuna(name, spec)
    if hasattr(spec, "rvs"):
        return _of_scipy(name, spec)
    is_list = isinstance(spec, Sequence | np.ndarray) and not isinstance(spec, str)
    if not is_list:
        raise TypeError(
            f"The parameter {name!r} needs an Optuna distribution, a list of choices "
            f"or a scipy distribution, got {spec!r}. For a single value write a list "
            "of one."
        )
    if len(spec) == 0:
        raise ValueError(f"The parameter {name!r} has an empty list of choices.")
    return lambda trial: trial.suggest_categorical(name, spec)


def _of_optuna(name, spec):
    if isinstance(spec, CategoricalDistribution):
        return lambda trial: trial.suggest_categorical(name, spec.choices)
    if isinstance(spec, IntDistribution):
        return lambda trial: trial.suggest_int(
            name, spec.low, spec.high, step=spec.step, log=spec.log
        )
    if isinstance(spec, FloatDistribution):
        return lambda trial: trial.suggest_float(
            name, spec.low, spec.high, step=spec.step, log=spec.log
        )
    raise TypeError(f"The parameter {name!r} has an unknown distribution {spec!r}.")


def _of_scipy(name, spec):
    """Translate what Optuna has, and reach the rest through the quantile function."""
    family = getattr(getattr(spec, "dist", None), "name", None)
    if family in ("uniform", "loguniform", "reciprocal"):
        low, high = map(float, spec.support())
        return _of_optuna(name, FloatDistribution(low, high, log=family != "uniform"))
    if family == "randint":
        low, high = map(int, spec.support())
        return _of_optuna(name, IntDistribution(low, high))
    if hasattr(spec, "ppf"):
        number = int if hasattr(spec, "pmf") else float
        return lambda trial: number(
            spec.ppf(trial.suggest_float(f"{name} quantile", _TAIL, 1 - _TAIL))
        )
    return lambda trial: spec.rvs(
        random_state=trial.suggest_int(f"{name} seed", 0, _ANY_SEED)
    )


def params_of(
    space: Callable[[Any], dict[str, Any]], trial: FrozenTrial
) -> dict[str, Any]:
    """Return the parameters of a trial that was run, perhaps by another process.

    Parameters
    ----------
    space : callable
        From :func:`as_space`.
    trial : optuna.trial.FrozenTrial
        With all its suggestions.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        When the trial is of another space.
    """
    try:
        return space(trial)
    except (ValueError, KeyError) as error:
        raise ValueError(
            f"Trial {trial.number} of the study was made with another search space "
            f"({error}): choose another study_name, or the param_distributions the "
            "study was begun with."
        ) from error
