"""The default sampler, whose proposals depend on the trial and not on the process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.samplers import BaseSampler, TPESampler

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, TrialState


class NumberedTPESampler(BaseSampler):
    """TPE seeded anew for each trial, from a seed and the trial's number.

    Processes that share a study and are given the same seed propose different
    trials, and a study that is resumed goes on as if it had not stopped.

    Parameters
    ----------
    seed : int
        Decides all proposals, given the trials before.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._sampler = TPESampler(seed=seed)

    def reseed_rng(self) -> None:
        """Do nothing: each trial has a seed of its own."""

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Start the trial's own stream of random numbers."""
        (seed,) = np.random.SeedSequence([self._seed, trial.number]).generate_state(1)
        self._sampler = TPESampler(seed=int(seed))
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return the parameters that are proposed together."""
        return self._sampler.infer_relative_search_space(study, trial)

    def sample_relative(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Propose them."""
        return self._sampler.sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Propose a parameter by itself."""
        return self._sampler.sample_independent(
            study, trial, param_name, param_distribution
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
