"""What the default sampler proposes."""

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial
from searches import X, tree_search, y

from skkeras.model_selection.records import AS_IT_IS
from skkeras.model_selection.samplers import NumberedTPESampler

SPACE = {"a": FloatDistribution(0, 1), "b": FloatDistribution(0, 1)}


def finished_study(seed=0, n_trials=30):
    study = optuna.create_study(direction="maximize", sampler=NumberedTPESampler(seed))
    rng = np.random.default_rng(0)
    for a, b in rng.uniform(size=(n_trials, 2)):
        value = -((a - b) ** 2) - (a - 0.5) ** 2
        study.add_trial(
            create_trial(params={"a": a, "b": b}, distributions=SPACE, value=value)
        )
    return study


def test_parameters_are_proposed_together():
    study = finished_study()
    trial = study.ask()
    space = study.sampler.infer_relative_search_space(study, study.trials[-1])
    assert set(space) == set(SPACE)
    assert set(trial.relative_params) == set(SPACE)


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


def untuned_first(trial):
    """Suggest nothing at first."""
    return {} if trial.number == 0 else whole(trial)


def whole(trial):
    return {
        "max_depth": trial.suggest_int("max_depth", 1, 9),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 1, 20),
    }


def branching(trial):
    """Suggest what depends on a choice, of which each branch has two."""
    criterion = trial.suggest_categorical("criterion", ["gini", "entropy"])
    return {
        "criterion": criterion,
        "max_depth": trial.suggest_int(f"depth of {criterion}", 1, 9),
        "min_samples_leaf": trial.suggest_int(f"leaf of {criterion}", 1, 20),
    }


@pytest.mark.parametrize(
    ("space", "together"),
    [
        (whole, {"max_depth", "min_samples_leaf"}),
        (untuned_first, {"max_depth", "min_samples_leaf"}),
        (branching, {"criterion"}),
    ],
)
def test_a_search_proposes_together_what_its_trials_have_together(space, together):
    """What only some of them have is proposed by itself, as by Optuna."""
    search = tree_search(space, n_trials=21, trials_per_batch=5).fit(X, y)
    study, sampler = search.study_, search.study_.sampler
    trial = study.ask()
    space(trial)
    found = sampler.infer_relative_search_space(study, study.trials[-1])
    assert set(found) == together
    assert set(trial.relative_params) == together


def test_the_estimator_as_it_is_does_not_count_for_the_sampler():
    """It may be the best: the next best is what is to be learnt from, then."""
    proposals = []
    for with_own in (False, True):
        study = finished_study()
        if with_own:
            study.add_trial(create_trial(value=9.0, user_attrs={AS_IT_IS: True}))
        else:
            study.add_trial(create_trial(state=TrialState.FAIL))
        proposals.append([study.ask(SPACE).params for _ in range(4)])
        assert study.best_value == 9.0 or not with_own
    assert proposals[0] == proposals[1]


def valley(a, b):
    """A curved one, of Rosenbrock's kind, with its best value, 0, at (0.7, 0.49)."""
    return -((a - 0.7) ** 2) - 100 * (b - a**2) ** 2


def batched(seed, n_batches=4, size=10, lies=True):
    """Search a valley in batches of which all are asked before any is told."""
    study = optuna.create_study(direction="maximize", sampler=NumberedTPESampler(seed))
    batches = []
    for _ in range(n_batches):
        batch = []
        for _ in range(size):
            batch.append(study.ask(SPACE))
            if not lies:  # one that failed is not seen
                study.tell(batch[-1], state=TrialState.FAIL)
        for trial in batch:
            value = valley(**trial.params)
            if lies:
                study.tell(trial, value)
            else:
                study.add_trial(
                    create_trial(params=trial.params, distributions=SPACE, value=value)
                )
        batches.append(np.array([list(trial.params.values()) for trial in batch]))
    return batches, study.best_value


@settings(max_examples=5)
@given(seed=st.integers(0, 2**31 - 1))
def test_no_two_of_a_batch_are_nearly_the_same(seed):
    batches, _ = batched(seed)
    for points in batches:
        apart = np.linalg.norm(points[:, None] - points, axis=2)
        assert apart[np.triu_indices(len(points), 1)].min() > 0.002


@pytest.mark.skipif(
    int(optuna.__version__.split(".")[0]) < 5, reason="Optuna 4 gains half as much"
)
def test_lies_about_trials_that_run_find_better_ones():
    """Against a sampler that does not see them, and against random ones."""
    rng = np.random.default_rng(0)
    lying, honest = (
        [batched(seed, lies=lies)[1] for seed in range(10)] for lies in (True, False)
    )
    drawn = [max(valley(*rng.uniform(size=2)) for _ in range(40)) for _ in range(200)]
    digits = [np.log10(-np.array(best)).mean() for best in (lying, honest, drawn)]
    assert digits[0] < digits[1] - 0.2
    assert digits[0] < digits[2] - 0.2
