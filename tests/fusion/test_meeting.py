"""Which fits meet, with training replaced: one call of train, or several."""

import functools
import threading
import time

import joblib
import pytest
from fused_tasks import fit, loop, threads_end
from joblib import Parallel, delayed

import skkeras
from skkeras.fusion import backend
from skkeras.fusion.crew import Crew, Task, current_task
from skkeras.fusion.patience import SHORTEST
from skkeras.fusion.rendezvous import Rendezvous

pytestmark = pytest.mark.usefixtures("no_hang")


def test_all_fits_of_a_loop_meet_without_a_quiet_period(instant, endless_patience):
    with skkeras.fused():
        assert loop(fit, range(7)) == list(range(7))
    assert instant == [7]
    assert threads_end()


def test_parallel_config_does_the_same(instant, endless_patience):
    with joblib.parallel_config("fused"):
        assert loop(fit, range(7)) == list(range(7))
    assert instant == [7]


def test_outside_the_block_nothing_meets(instant):
    with skkeras.fused():
        pass
    loop(fit, range(3))
    fit(0)
    assert instant == [1, 1, 1, 1]


def test_a_single_fit_inside_the_block_trains_at_once(instant, endless_patience):
    with skkeras.fused():
        assert fit(5) == 5
    assert instant == [1]


def test_uneven_tasks(instant, endless_patience):
    def fits(count):
        return [fit(i) for i in range(count)]

    with skkeras.fused():
        outcome = loop(fits, [0, 1, 4, 2, 0])
    assert outcome == [list(range(n)) for n in [0, 1, 4, 2, 0]]
    assert instant == [3, 2, 1, 1]


def test_tasks_without_any_fit(instant):
    with skkeras.fused():
        assert loop(abs, range(-5, 0)) == [5, 4, 3, 2, 1]
        assert loop(abs, []) == []
    assert instant == []


def test_more_tasks_than_are_dispatched_at_first(instant, endless_patience):
    with skkeras.fused(max_members=8):
        assert loop(fit, range(50)) == list(range(50))
    assert instant == [8] * 6 + [2]


def test_a_long_task_without_a_fit_holds_up_nobody_for_long(instant):
    trained = threading.Event()

    def task(number):
        if number == 0:
            return trained.wait(60)
        fit(number)
        return trained.set()

    with skkeras.fused():
        assert loop(task, range(5))[0] is True
    assert sum(instant) == 4


def test_a_straggler_is_waited_for_once(instant):
    done = threading.Event()

    def task(number):
        if number == 0:
            return done.wait(60)
        start = time.monotonic()
        for i in range(20):
            fit(i)
        if number == 1:
            done.set()
        return time.monotonic() - start

    with skkeras.fused():
        straggler, *seconds = loop(task, range(4))
    assert straggler is True
    assert max(seconds) < 20 * SHORTEST / 4


def test_tasks_that_are_slow_on_their_way_are_waited_for(instant):
    def task(number):
        time.sleep(0.5)
        return fit(number)

    with skkeras.fused():
        loop(task, range(6))
    assert instant == [6]


def test_tasks_that_lock_each_other_out_of_their_fits(instant):
    lock = threading.Lock()

    def task(number):
        with lock:
            return fit(number)

    with skkeras.fused():
        assert loop(task, range(3)) == [0, 1, 2]
    assert sum(instant) == 3


# Loops in loops


def search(number):
    inner = loop(fit, range(10 * number, 10 * number + 4))
    return sum(inner) + fit(number)


def test_inner_loops_meet_across_the_tasks_of_the_outer(instant, endless_patience):
    with skkeras.fused():
        assert loop(search, range(3)) == [40 * n + 6 + n for n in range(3)]
    assert instant == [12, 3]
    assert threads_end()


def test_three_levels_of_loops(instant, endless_patience):
    with skkeras.fused():
        loop(lambda n: [*loop(search, range(2)), fit(n)], range(3))
    assert instant == [24, 6, 3]


def test_inner_tasks_go_before_outer_ones(instant, endless_patience):
    with skkeras.fused(max_members=8):
        loop(search, range(20))
    assert sum(instant) == 100
    assert max(instant) == 8


def test_what_is_inside_a_loop_is_done_before_the_loop_goes_on():
    """With one turn to give, at any depth: in the order of loops without threads."""
    meeting, done = Rendezvous(max_members=20, turns=1), []

    def run(parent, levels, name):
        crew = Crew(parent, limit=20)
        meeting.join(crew)
        for i in range(2):
            meeting.submit(Task(crew, functools.partial(step, levels, f"{name}{i}")))
        (meeting.serve if parent is None else meeting.wait)(crew)
        meeting.leave(crew)

    def step(levels, name):
        done.append(name)
        if levels:
            run(current_task(), levels - 1, name)

    run(None, 3, "")
    assert len(done) == 2 + 4 + 8 + 16
    assert done == sorted(done)
    assert threads_end()


def test_loops_in_loops_do_not_need_the_room_that_waiting_tasks_take(instant):
    with skkeras.fused(max_members=2):
        loop(lambda n: loop(search, range(3)), range(3))
    assert sum(instant) == 45


def test_a_block_inside_a_task_joins_the_outer_rendezvous(instant, endless_patience):
    def task(number):
        with skkeras.fused():
            return loop(fit, range(3))

    with skkeras.fused():
        loop(task, range(4))
    assert instant == [12]


def test_a_reused_parallel(instant, endless_patience):
    with skkeras.fused(), Parallel() as parallel:
        for count in (3, 5):
            parallel(delayed(fit)(i) for i in range(count))
    assert instant == [3, 5]


def test_results_one_by_one(instant):
    with skkeras.fused():
        results = Parallel(return_as="generator")(delayed(fit)(i) for i in range(5))
        assert list(results) == list(range(5))
        unordered = Parallel(return_as="generator_unordered")
        assert sorted(unordered(delayed(fit)(i) for i in range(5))) == list(range(5))
    assert instant == [5, 5]


# Explicit n_jobs


@pytest.mark.parametrize(
    ("n_jobs", "expected"), [(1, [1] * 6), (2, [2] * 3), (-1, [6]), (None, [6])]
)
def test_n_jobs(n_jobs, expected, instant, endless_patience):
    with skkeras.fused():
        loop(fit, range(6), n_jobs=n_jobs)
    assert instant == expected


def test_a_large_n_jobs(instant, endless_patience):
    with skkeras.fused():
        loop(fit, range(301), n_jobs=300)
    assert instant == [300, 1]


@pytest.mark.parametrize(
    ("n_jobs", "tasks"),
    [(1, 1), (3, 3), (8, 8), (100, 8), (None, 8), (-1, 8), (-2, 7), (-8, 1), (-99, 1)],
)
def test_negative_n_jobs_count_back_from_max_members(n_jobs, tasks):
    assert backend.FusedBackend(8).effective_n_jobs(n_jobs) == tasks
    most = backend.FusedBackend().effective_n_jobs(n_jobs)
    others = {None: 512, -1: 512, -2: 511, -8: 505, -99: 414}
    assert most == others.get(n_jobs, n_jobs)


def test_no_jobs_at_all_are_an_error():
    with skkeras.fused(), pytest.raises(ValueError, match="n_jobs == 0"):
        loop(fit, range(3), n_jobs=0)


@pytest.mark.parametrize(("n_jobs", "expected"), [(1, [3] * 4), (2, [6] * 2)])
def test_inner_n_jobs(n_jobs, expected, instant, endless_patience):
    with skkeras.fused():
        loop(lambda n: loop(fit, range(4), n_jobs=n_jobs), range(3))
    assert instant == expected


def test_outer_n_jobs_does_not_limit_inner_loops(instant, endless_patience):
    with skkeras.fused():
        loop(lambda n: loop(fit, range(4)), range(4), n_jobs=2)
    assert instant == [8, 8]


def test_n_jobs_around_the_block_is_not_inherited(instant, endless_patience):
    with joblib.parallel_config(n_jobs=2), skkeras.fused():
        loop(fit, range(6))
    assert instant == [6]


# How many members


def test_max_members(instant, endless_patience):
    with skkeras.fused(max_members=3):
        loop(fit, range(7))
        assert joblib.effective_n_jobs(None) == 3
    assert instant == [3, 3, 1]


@pytest.mark.parametrize("bad", [0, -1, 2.5, "all"])
def test_max_members_is_a_positive_integer(bad):
    with pytest.raises(ValueError, match=f"max_members must be .* got {bad!r}"):  # noqa: SIM117
        with skkeras.fused(bad):
            pass


def test_big_models_make_smaller_batches(instant, endless_patience):
    weights = 2 * 2**30 // (4 * 4) // 5 - 100  # 2 GiB, in four copies of four bytes

    with skkeras.fused():
        loop(lambda n: fit(n, weights), range(14))
    assert sum(instant) == 14
    assert max(instant) == 5


def test_a_model_beyond_the_memory_budget_trains_alone(instant, endless_patience):
    with skkeras.fused():
        assert loop(lambda n: fit(n, 2**30), range(8)) == list(range(8))
    # Its size is not known before it comes: as many as have turns are on their way.
    assert instant[1:] == [1] * (8 - instant[0])


def test_at_most_512_train_at_once(instant, endless_patience):
    with skkeras.fused():
        loop(lambda n: loop(fit, range(257)), range(2))
    assert instant == [512, 2]


def test_max_members_overrides_the_memory_budget(instant, endless_patience):
    with skkeras.fused(max_members=14):
        loop(lambda n: fit(n, 2 * 2**30), range(14))
    assert instant == [14]
