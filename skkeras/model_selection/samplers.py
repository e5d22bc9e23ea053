"""The default sampler, whose proposals depend on the trial and not on the process."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, TPESampler

from skkeras.model_selection.optuna_internals import without_trials

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, TrialState


class NumberedTPESampler(BaseSampler):
    """TPE seeded anew for each trial, from a seed and the trial's number.

    Processes that share a study and are given the same seed propose different
    trials, and a study that is resumed goes on as if it had not stopped.

    Parameters that all trials have are proposed together (multivariate TPE), and trials
    that run count as bad ones (constant liar), as Optuna 5 has it by default. Finished
    trials without parameters, such as that of an estimator as it is, have no place in
    the space and are not seen: they would part the rest.

    Parameters
    ----------
    seed : int
        Decides all proposals, given the trials before.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sampler = _tpe(seed)

    def reseed_rng(self) -> None:
        """Do nothing: each trial has a seed of its own."""

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Start the trial's own stream of random numbers."""
        (seed,) = np.random.SeedSequence([self._seed, trial.number]).generate_state(1)
        self._sampler = _tpe(int(seed))
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return the parameters that are proposed together."""
        return self._sampler.infer_relative_search_space(_in_space(study), trial)

    def sample_relative(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Propose them."""
        return self._sampler.sample_relative(_in_space(study), trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Propose a parameter by itself."""
        return self._sampler.sample_independent(
            _in_space(study), trial, param_name, param_distribution
        )

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Pass a finished trial on to TPE."""
        self._sampler.after_trial(study, trial, state, values)


def _tpe(seed):
    """Return TPE with what Optuna 5 has by default."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # of Optuna 4
        return TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _in_space(study):
    return without_trials(study, _is_nowhere)


def _is_nowhere(trial):
    return trial.state.is_finished() and not trial.params
