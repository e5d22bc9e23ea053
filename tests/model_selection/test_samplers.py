"""What the default sampler proposes."""

import inspect

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.samplers import TPESampler
from optuna.trial import TrialState, create_trial

from skkeras.model_selection.samplers import NumberedTPESampler

SPACE = {"a": FloatDistribution(0, 1), "b": FloatDistribution(0, 1)}
IS_JOINT = inspect.signature(TPESampler).parameters["constant_liar"].default
needs_optuna_5 = pytest.mark.skipif(
    not IS_JOINT, reason="TPE is multivariate and lies by default from Optuna 5 on"
)


def finished_study(seed=0, n_trials=30):
    study = optuna.create_study(direction="maximize", sampler=NumberedTPESampler(seed))
    rng = np.random.default_rng(0)
    for a, b in rng.uniform(size=(n_trials, 2)):
        value = -((a - b) ** 2) - (a - 0.5) ** 2
        study.add_trial(
            create_trial(params={"a": a, "b": b}, distributions=SPACE, value=value)
        )
    return study


@needs_optuna_5
def test_parameters_are_proposed_together():
    study = finished_study()
    trial = study.ask()
    space = study.sampler.infer_relative_search_space(study, study.trials[-1])
    assert set(space) == set(SPACE)
    assert set(trial.relative_params) == set(SPACE)


@needs_optuna_5
def test_trials_of_a_batch_keep_away_from_each_other():
    """Those that run count as bad ones: the constant liar."""
    distances = []
    for seed in range(5):
        study = finished_study(seed)
        batch = [list(study.ask(SPACE).params.values()) for _ in range(8)]
        apart = np.linalg.norm(np.array(batch)[:, None] - batch, axis=2)
        distances.append(apart[np.triu_indices(8, 1)].mean())
    honest = []
    for seed in range(5):
        study = finished_study(seed)
        batch = []
        for number in range(8):
            trial = study.ask(SPACE)
            batch.append(list(trial.params.values()))
            study.tell(trial, state=TrialState.FAIL)  # which TPE does not count
            assert trial.number == 30 + number
        apart = np.linalg.norm(np.array(batch)[:, None] - batch, axis=2)
        honest.append(apart[np.triu_indices(8, 1)].mean())
    assert np.mean(distances) > np.mean(honest)
