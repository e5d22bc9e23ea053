"""No deadlock and no wrong result where something goes wrong."""

import signal
import threading
import time

import pytest
from fused_tasks import fit, loop, threads_end
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import Parallel, delayed
from joblib import parallel as joblib_parallel

import skkeras
from skkeras import fusion, training

pytestmark = pytest.mark.usefixtures("no_hang")


class Broken(Exception):
    pass


def press_ctrl_c():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def train_for_a_minute():
    # One long sleep can miss a signal that comes just before it.
    for _ in range(600):
        time.sleep(0.1)


def broken_at_three(number):
    if number == 3:
        raise Broken("task 3")
    return fit(number)


def test_a_task_that_raises_before_its_fit(instant):
    with skkeras.fused():
        with pytest.raises(Broken, match="task 3"):
            loop(broken_at_three, range(6))
        assert threads_end()
        assert loop(fit, range(4)) == [0, 1, 2, 3]


def test_a_task_that_raises_after_its_fit(instant):
    def task(number):
        fit(number)
        return broken_at_three(number)

    with skkeras.fused(), pytest.raises(Broken):
        loop(task, range(6))
    assert threads_end()


def test_tasks_of_a_failed_loop_do_not_go_on(instant):
    later = []

    def task(number):
        broken_at_three(number)
        later.append(number)

    with skkeras.fused(), pytest.raises(Broken):
        loop(task, range(4), n_jobs=2)
    assert threads_end()
    assert 3 not in later


def test_a_failed_inner_loop_is_the_failure_of_its_task_alone(instant):
    def task(number):
        try:
            return loop(broken_at_three, range(number, number + 3))
        except Broken:
            return fit(100)

    with skkeras.fused():
        assert loop(task, [1, 7, 10]) == [100, [7, 8, 9], [10, 11, 12]]
    assert threads_end()


def test_a_failed_inner_loop_ends_the_outer(instant):
    with skkeras.fused(), pytest.raises(Broken):
        loop(lambda n: loop(broken_at_three, range(n, n + 3)), range(5))
    assert threads_end()


def test_what_train_raises_reaches_every_fit(monkeypatch):
    depths = []

    def train(jobs):
        raise Broken("no device")

    def task(number):
        try:
            fit(number)
        except Broken as error:
            trace, depth = error.__traceback__, 0
            while trace is not None:
                trace, depth = trace.tb_next, depth + 1
            depths.append(depth)
            return str(error)

    monkeypatch.setattr(training, "train", train)
    with skkeras.fused():
        assert loop(task, range(20)) == ["no device"] * 20
        with pytest.raises(Broken):
            loop(fit, range(20))
    assert max(depths) < 10  # the traces of the others do not pile up
    assert threads_end()


def test_the_tasks_own_trace_is_shown(instant):
    with skkeras.fused(), pytest.raises(Broken) as caught:
        loop(broken_at_three, range(6))
    assert "in broken_at_three" in str(caught.value.__cause__)


def test_interrupt_while_training(monkeypatch):
    started = threading.Event()

    def train(jobs):
        started.set()
        train_for_a_minute()

    def interrupt():
        started.wait(60)
        press_ctrl_c()

    monkeypatch.setattr(training, "train", train)
    threading.Thread(target=interrupt).start()
    begin = time.monotonic()
    with skkeras.fused(), pytest.raises(KeyboardInterrupt):
        loop(lambda n: loop(fit, range(3)) if n else fit(n), range(4))
    assert threads_end()
    assert time.monotonic() - begin < 20


def test_interrupt_while_a_task_is_on_its_way(instant):
    release = threading.Event()

    def task(number):
        if number == 0:
            press_ctrl_c()
            release.wait(60)
        if number == 1:
            return loop(task, range(2, 400))
        return fit(number)

    with skkeras.fused(max_members=4), pytest.raises(KeyboardInterrupt):
        loop(task, range(6))
    release.set()
    assert threads_end()
    with skkeras.fused():
        assert loop(fit, range(3)) == [0, 1, 2]


def test_who_gives_up_waits_for_unbroken_blocks_and_none_begins_after(instant):
    inside, begun, state = threading.Event(), [], []

    def task(number):
        if number == 0:
            inside.wait(60)
            raise Broken("task 0")
        with fusion.unbroken():
            begun.append(number)
            state.append("moved")
            inside.set()
            time.sleep(0.3)
            state.clear()
        with fusion.unbroken():
            begun.append(number)

    with skkeras.fused(), pytest.raises(Broken):
        loop(task, [0, 1])
    assert state == []
    assert threads_end()
    assert begun == [1]


def test_a_fit_that_was_cancelled_cannot_be_taken_for_a_failed_one(monkeypatch):
    swallowed = []

    def train(jobs):
        press_ctrl_c()
        train_for_a_minute()

    def task(number):
        try:
            return fit(number)
        except Exception as error:
            swallowed.append(error)

    monkeypatch.setattr(training, "train", train)
    with skkeras.fused(), pytest.raises(KeyboardInterrupt):
        loop(task, range(4))
    assert threads_end()
    assert swallowed == []


def test_abandoned_results_end_their_tasks(instant):
    with skkeras.fused():
        results = Parallel(return_as="generator")(delayed(fit)(i) for i in range(5))
        with pytest.warns(UserWarning, match="still being processed"):
            del results
    assert threads_end()


def test_tasks_whose_making_fails(instant):
    def numbers():
        yield from range(3)
        raise Broken("no more")

    with skkeras.fused(), pytest.raises(Broken):
        loop(fit, numbers())
    assert threads_end()


def test_a_system_that_gives_few_threads(instant, monkeypatch):
    start = threading.Thread.start

    def start_if_few(thread):
        if sum(t.name == thread.name for t in threading.enumerate()) >= 5:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_if_few)
    with skkeras.fused():
        assert loop(fit, range(23)) == list(range(23))
    assert max(instant) == 5


# Any tree of loops: a plan is a list of steps, each a fit, an error, or a loop.


def perform(plan):
    fits = 0
    for step in plan:
        if step == "fit":
            assert fit(7) == 7
            fits += 1
        elif step == "error":
            raise Broken
        else:
            n_jobs, catches, plans = step
            try:
                fits += sum(loop(perform, plans, n_jobs=n_jobs))
            except Broken:
                if not catches:
                    raise
    return fits


def expected(plan):
    """Count the fits that are returned, or None where an error gets out."""
    fits = 0
    for step in plan:
        if step == "fit":
            fits += 1
        elif step == "error":
            return None
        else:
            _, catches, plans = step
            inner = [expected(p) for p in plans]
            if None not in inner:
                fits += sum(inner)
            elif not catches:
                return None
    return fits


def steps(plans):
    loops = st.tuples(
        st.sampled_from([None, None, None, 1, 2]),
        st.booleans(),
        st.lists(plans, max_size=4),
    )
    one = st.one_of(st.just("fit"), st.just("fit"), st.just("error"), loops)
    return st.lists(one, max_size=3)


PLANS = st.recursive(st.lists(st.just("fit"), max_size=3), steps, max_leaves=20)


@settings(max_examples=60)
@given(st.lists(PLANS, max_size=5), st.sampled_from([None, 1, 2, 5]))
def test_any_tree_of_loops_comes_back(plans, max_members):
    original = training.train
    training.train = lambda jobs: [job.x.item() for job in jobs]
    try:
        with skkeras.fused(max_members):
            wanted = [expected(plan) for plan in plans]
            if None in wanted:
                with pytest.raises(Broken):
                    loop(perform, plans)
            else:
                assert loop(perform, plans) == wanted
        assert threads_end()
    finally:
        training.train = original


@pytest.mark.parametrize("given", [None, "2 * n_jobs", "n_jobs", "3*n_jobs", 5, "all"])
def test_loops_in_threads_have_no_python_parsed(instant, monkeypatch, given):
    """CPython 3.11's parser fails at random in one thread when another parses."""
    parsed = []
    monkeypatch.setattr(joblib_parallel, "eval_expr", parsed.append)
    options = {} if given is None else {"pre_dispatch": given}
    with skkeras.fused():
        loops = loop(lambda n: loop(fit, range(n, n + 7), **options), range(3))
    assert loops == [list(range(n, n + 7)) for n in range(3)]
    assert parsed == []


def test_what_joblib_must_parse_still_works(instant):
    with skkeras.fused():
        assert loop(fit, range(9), n_jobs=2, pre_dispatch="n_jobs+1") == [*range(9)]
