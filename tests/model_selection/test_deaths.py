"""Which trials are to blame when their processes die."""

import os
import random
import signal
from collections import Counter

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.trial import TrialState
from servers import wait_for
from turns import today

from skkeras.model_selection.liveness import Watch
from skkeras.model_selection.records import VOID, Folds
from skkeras.model_selection.search_loop import SearchLoop
from skkeras.model_selection.storage import close_connections, open_storage, open_study
from skkeras.model_selection.trials import Trials

pytestmark = pytest.mark.in_turn

N_TRIALS, BATCH = 24, 8


class Death(BaseException):
    """Ends a worker without any of its last words."""


class Mortal(Trials):
    """A worker that writes nothing once it is dead."""

    is_dead = False

    def void(self, trial, why):
        if not self.is_dead:
            super().void(trial, why)


class Graveyard(Watch):
    """Knows who is dead, as a machine knows of its own processes."""

    def __init__(self):
        super().__init__(grace=0)
        self.dead = set()

    def is_alive(self, worker, attributes):
        return worker not in self.dead


def suggest(trial):
    return {"a": trial.suggest_float("a", 0, 1)}


def work(study, watch, worker, evaluate):
    """Let a worker search; return whether it lived to the end."""
    trials = Mortal(study, worker, watch, N_TRIALS, "score")

    def until_death(batch):
        try:
            yield from evaluate(list(batch))
        except Death:
            trials.is_dead = True
            raise

    loop = SearchLoop(trials, suggest, until_death, BATCH, None, lambda number: None)
    try:
        loop.run()
    except Death:
        watch.dead.add(worker)
        return False
    return True


def good(trial):
    return Folds(test_scores={"score": [trial.params["a"]]})


def new_study():
    sampler = optuna.samplers.RandomSampler(seed=0)
    return open_study(open_storage(None), None, sampler, None)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_innocent_trials_are_finished_however_often_machines_go(seed):
    rng = np.random.default_rng(seed)
    study, watch = new_study(), Graveyard()
    kills_left = 10

    def evaluate(batch):
        nonlocal kills_left
        # Machines are taken away while several trials run.
        if kills_left and len(batch) > 1 and rng.random() < 0.7:
            kills_left -= 1
            raise Death
        yield from (good(trial) for trial, _ in batch)

    workers = 0
    while not work(study, watch, f"worker {workers}", evaluate):
        workers += 1
    ended = Counter(t.state for t in study.trials if VOID not in t.user_attrs)
    assert ended == {TrialState.COMPLETE: N_TRIALS}


@settings(max_examples=30)
@given(st.sets(st.integers(0, N_TRIALS - 1), min_size=1, max_size=3))
def test_those_that_kill_are_found_and_no_others(killers):
    study, watch = new_study(), Graveyard()
    fatal = set()

    def evaluate(batch):
        for trial, _ in batch:
            origin = trial.user_attrs.get("skkeras:retry_of")
            if trial.number in killers and origin is None:
                fatal.add(trial.params["a"])
        if fatal & {trial.params["a"] for trial, _ in batch}:
            raise Death
        yield from (good(trial) for trial, _ in batch)

    deaths = 0
    while not work(study, watch, f"worker {deaths}", evaluate):
        deaths += 1
        assert deaths <= 7 * len(killers)
    failed = [t for t in study.trials if "skkeras:failure" in t.user_attrs]
    assert {t.params["a"] for t in failed} == fatal
    assert all("died 3 times" in t.user_attrs["skkeras:failure"] for t in failed)
    assert sum(t.state == TrialState.COMPLETE for t in study.trials) == (
        N_TRIALS - len(fatal)
    )


class DiesBetweenWrites:
    """A storage that ends its worker at its n-th write."""

    WRITES = ("set_trial_user_attr", "set_trial_state_values", "create_new_trial")

    def __init__(self, storage, n_writes):
        self.storage = storage
        self.left = n_writes

    def __getattr__(self, name):
        found = getattr(self.storage, name)
        if name not in self.WRITES:
            return found

        def write(*args, **kwargs):
            self.left -= 1
            if self.left < 0:
                raise Death
            return found(*args, **kwargs)

        return write


@pytest.mark.parametrize("n_writes", range(0, 90, 3))
def test_a_worker_that_dies_between_two_writes_leaves_nothing_running(n_writes):
    study, watch = new_study(), Graveyard()
    whole = study._storage

    def evaluate(batch):
        return [good(trial) for trial, _ in batch]

    study._storage = DiesBetweenWrites(whole, n_writes)
    trials = Mortal(study, "first", watch, N_TRIALS, "score")
    trials.is_dead = True  # its last words are never written
    loop = SearchLoop(trials, suggest, evaluate, BATCH, None, lambda number: None)
    with pytest.raises(Death):
        loop.run()
    watch.dead.add("first")
    study._storage = whole
    assert work(study, watch, "second", evaluate)
    states = Counter(t.state for t in study.trials if VOID not in t.user_attrs)
    assert states == {TrialState.COMPLETE: N_TRIALS}
    assert not [t for t in study.trials if t.state == TrialState.RUNNING]


def test_ten_kills_of_real_workers_fail_no_trial(workers, fits, tmp_path):
    storage = str(tmp_path / "study")
    kills = 0
    while kills < 10:
        begun = len(fits())
        victim = workers.start(
            storage=storage, log=fits.log, n_trials=36, trials_per_batch=6
        )
        wait_for(lambda: len(fits()) > begun or victim.poll() is not None)  # noqa: B023
        if victim.poll() is not None:
            break
        os.kill(victim.pid, signal.SIGKILL)
        victim.communicate()
        kills += 1
    assert kills >= 5
    workers.result(
        workers.start(storage=storage, log=fits.log, n_trials=36, trials_per_batch=6)
    )
    study = optuna.load_study(study_name="shared", storage=open_storage(storage))
    states = Counter(t.state for t in study.trials if VOID not in t.user_attrs)
    assert states == {TrialState.COMPLETE: 36}


def states_in(storage):
    opened = open_storage(storage)
    study = optuna.load_study(study_name="shared", storage=opened)
    states = Counter(t.state for t in study.trials if VOID not in t.user_attrs)
    trials = study.trials
    close_connections(opened)
    return states, trials


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "sqlite"])
@pytest.mark.parametrize("drawn", range(4))
def test_a_process_killed_at_any_write_leaves_nothing_running(
    workers, fits, tmp_path, kind, drawn
):
    """At another write each day."""
    write = random.Random(f"{today()} {kind} {drawn}").randint(1, 90)
    path = tmp_path / "study"
    storage = str(path) if kind == "journal" else f"sqlite:///{path}"
    options = {"storage": storage, "log": fits.log, "n_trials": 9}
    options["trials_per_batch"] = 3
    victim = workers.start(**options, dies_at_write=write)
    victim.communicate()
    assert victim.returncode in (0, -signal.SIGKILL)
    workers.result(workers.start(**options))
    states, trials = states_in(storage)
    assert states == {TrialState.COMPLETE: 9}, write
    assert not [t for t in trials if t.state == TrialState.RUNNING], write


@pytest.mark.slow
@pytest.mark.in_turn
def test_a_trial_that_kills_its_process_is_found(workers, fits, storage):
    deadly = (5.0, 5.6)
    options = {"storage": storage, "log": fits.log, "n_trials": 12}
    options |= {"trials_per_batch": 4, "deadly": deadly}
    deaths, is_over = 0, False
    while not is_over:
        worker = workers.start(**options)
        worker.communicate()
        is_over = worker.returncode == 0
        assert is_over or worker.returncode == -signal.SIGKILL
        deaths += not is_over
        assert deaths < 40
    _, trials = states_in(storage)
    blamed = {t.params["a"] for t in trials if "skkeras:failure" in t.user_attrs}
    fatal = {t.params["a"] for t in trials if deadly[0] < t.params["a"] < deadly[1]}
    assert blamed == fatal != set()
    assert deaths <= 7 * len(fatal)
    complete = [t for t in trials if t.state == TrialState.COMPLETE]
    assert len({t.params["a"] for t in complete}) == 12 - len(fatal)
