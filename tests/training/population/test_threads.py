"""Populations side by side: their number, their results, and how they end."""

import threading
import time
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job, train
from skkeras.training.engines import population_plans
from skkeras.training.planning import memory
from skkeras.training.population import threads
from skkeras.training.population.threads import Stopped, n_threads, run_all

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]


def net(seed, units=5):
    start = keras.initializers.GlorotUniform(seed)
    layers = [keras.layers.Dense(n, kernel_initializer=start) for n in (units, 1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile("adam", "mse")
    return model


def jobs(count, callbacks=(), units=5):
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    settings = {"epochs": 3, "batch_size": 8, "callbacks": callbacks}
    return [
        Job(BuiltModel(net(i, units)), x, x[:, :1], seed=i, **settings)
        for i in range(count)
    ]


@pytest.fixture
def names(monkeypatch):
    """Names of the threads that populations train in."""
    from skkeras.training.population.population import Population

    seen, original = [], Population.train

    def spy(population, stop):
        seen.append(threading.current_thread().name)
        original(population, stop)

    monkeypatch.setattr(Population, "train", spy)
    return seen


@pytest.mark.usefixtures("fresh_programs")
@pytest.mark.parametrize("cores", [1, 3])
def test_fits_without_callbacks_train_in_threads(names, monkeypatch, cores):
    monkeypatch.setattr(threads, "_cores", lambda: cores)
    divided, reference = (jobs(15) for _ in range(2))
    results = train(divided)
    assert {r.training.members for r in results} == {15}
    assert len(names) == cores
    in_main = [name == threading.main_thread().name for name in names]
    assert all(in_main) if cores == 1 else not any(in_main)
    train([replace(job, engine="keras") for job in reference])
    for job, same in zip(divided, reference, strict=True):
        weights = job.model.get_weights(), same.model.get_weights()
        for part, its in zip(*weights, strict=True):
            assert_allclose(part, its, rtol=1e-4, atol=1e-5)


def test_programs_are_begun_before_second_parts_of_any(monkeypatch):
    from skkeras.training.population.population import Population

    begun, original = [], Population.train

    def spy(population, stop):
        begun.append(id(population._programs))
        original(population, stop)

    monkeypatch.setattr(Population, "train", spy)
    # One core: the order in which two would take the parts up.
    monkeypatch.setattr(threads, "_cores", lambda: 1)
    monkeypatch.setattr(population_plans, "n_threads", lambda: 2)
    others = jobs(10)
    for job in others:
        job.model.compile("sgd", "mse", metrics=["mae"])  # another program
    train(jobs(10) + others)
    first, second, *rest = begun
    assert first != second
    assert rest == [first, second]


def test_callbacks_run_where_the_fit_was_called(names, monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: 3)
    here = []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: here.append(threading.current_thread())
    )
    train(jobs(15, [look]))
    assert set(here) == {threading.main_thread()}
    assert names == [threading.main_thread().name]


def test_tensorflows_own_limit_counts(monkeypatch):
    monkeypatch.setattr(
        tf.config.threading, "get_intra_op_parallelism_threads", lambda: 1
    )
    assert n_threads() == 1


def test_a_call_that_raises_stops_the_others(monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: 2)
    ended = []

    def patient(stop):
        ended.append(stop.wait(20))

    def interrupted(stop):
        time.sleep(0.05)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all([patient, patient, patient], [interrupted])
    assert ended == [True, True]


def test_calls_begin_while_others_are_yet_to_come(monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: 2)
    began = [threading.Event() for _ in range(3)]
    here, done = [], []

    def calls():
        for number, event in enumerate(began):
            # The first two are looked at together: one alone needs no thread.
            assert number < 2 or began[0].wait(20)
            yield lambda stop, event=event: event.set()
        here.append(lambda stop: done.append(stop.is_set()))

    run_all(calls(), here)
    assert all(event.is_set() for event in began)
    assert done == [False]


def test_a_failure_to_prepare_a_call_stops_the_others(monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: 2)
    ended = []

    def calls():
        for _ in range(2):
            yield lambda stop: ended.append(stop.wait(20))
        raise MemoryError

    with pytest.raises(MemoryError):
        run_all(calls(), [])
    assert ended == [True, True]


def test_populations_that_train_side_by_side_share_the_budget(monkeypatch):
    (job,) = jobs(1)
    alone = memory.members_within_budget(job.model, [job.x, job.y], job.batch_size)
    shared = memory.members_within_budget(
        job.model, [job.x, job.y], job.batch_size, populations=2
    )
    assert shared == alone // 2
    weights = sum(int(np.prod(v.shape)) for v in job.model.variables)
    assert alone * (job.x.nbytes + job.y.nbytes + 32 * weights) <= memory.BUDGET
    monkeypatch.setattr(memory, "BUDGET", 1)
    assert memory.members_within_budget(job.model, [job.x], job.batch_size) == 1


def test_a_population_that_is_stopped_ends():
    from skkeras.training.population.member import Member
    from skkeras.training.population.population import Population
    from skkeras.training.program.program_family import ProgramFamily

    (job,) = jobs(1)
    rows = population_plans._rows(job.x, job.y)
    programs = ProgramFamily(job, rows, None).programs(40, 0)
    stop = threading.Event()
    stop.set()
    leaves = population_plans._leaves(rows)
    population = Population(programs, [Member(job, programs.template, leaves, None)])
    with pytest.raises(Stopped):
        population.train(stop)
