"""Chunks of fits in other processes: the same results, whatever happens there."""

import pickle
import signal
import threading
import time
import warnings

import joblib
import numpy as np
import pytest
from distant_tasks import (
    Broken,
    Told,
    broken_at_three,
    dying,
    in_a_task_of_dask,
    lock_of,
    loop,
    nested,
    noted,
    process_of,
    shape_and_sum,
    sleeping,
    untold_at_three,
    warning,
)

import skkeras

pytestmark = pytest.mark.usefixtures("no_hang_for_minutes")


# What is sent


def test_a_chunk_for_each_process(elsewhere, sizes):
    with elsewhere():
        found = loop(process_of, range(11))
    assert sizes == [5, 6]
    assert joblib.parallel.os.getpid() not in found
    # A chunk is not divided.
    assert len(set(found[:5])) == len(set(found[5:])) == 1


def test_more_chunks_than_processes_where_members_are_limited(elsewhere, sizes):
    with elsewhere(), skkeras.fused(max_members=3):
        assert loop(broken_at_three, [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]) == [
            *(0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11)
        ]
    assert sizes == [2, 3, 3, 3]


@pytest.mark.parametrize(
    ("n_jobs", "expected"), [(2, [5, 5]), (-1, [5, 5]), (3, [5, 5]), (1, [])]
)
def test_n_jobs_of_a_loop_is_a_number_of_processes(elsewhere, sizes, n_jobs, expected):
    with elsewhere():
        found = loop(process_of, range(10), n_jobs=n_jobs)
    assert sizes == expected
    assert (joblib.parallel.os.getpid() in found) == (n_jobs == 1)


def test_loops_in_tasks_stay_in_their_process(elsewhere, sizes):
    with elsewhere():
        for inner, outer in loop(nested, range(4)):
            assert set(inner) == {outer}
    assert sizes == [2, 2]


def test_results_one_by_one(elsewhere):
    with elsewhere():
        results = loop(broken_at_three, range(3), return_as="generator")
        assert list(results) == [0, 1, 2]


def test_no_task(elsewhere, sizes):
    with elsewhere():
        assert loop(process_of, []) == []
    assert sizes == []


def test_large_arrays(elsewhere):
    # Of a size that Dask would not take as part of a task without a warning.
    table = np.ones((2_000_000, 1))
    with elsewhere():
        assert loop(shape_and_sum, [table] * 4) == [((2_000_000, 1), 2e6)] * 4


def test_arrays_that_the_user_has_sent_before(cluster):
    table = np.ones((20_000, 4))
    with joblib.parallel_config("dask", scatter=[table]), skkeras.fused():
        assert loop(shape_and_sum, [table] * 4) == [((20_000, 4), 8e4)] * 4


def test_from_a_task_of_the_cluster_itself(cluster):
    """On the only thread of its worker."""
    assert len(cluster.submit(in_a_task_of_dask, range(10)).result(timeout=120)) == 10


def test_a_cluster_without_workers():
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 0, "dashboard_address": ":0"}
    with (
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config("dask", wait_for_workers_timeout=1),
        skkeras.fused(),
        pytest.raises(TimeoutError, match="no worker within 1 s"),
    ):
        loop(process_of, range(4))


# Where it runs


@pytest.mark.parametrize(
    "config",
    [{"n_jobs": 2}, {"backend": "threading", "n_jobs": 2}, {"backend": "loky"}],
)
def test_without_processes_of_ones_own_choice_it_is_this_one(config, sizes):
    with joblib.parallel_config(**config), skkeras.fused():
        assert set(loop(process_of, range(4))) == {joblib.parallel.os.getpid()}
    assert sizes == []


def test_fused_as_a_backend_is_this_process(elsewhere, sizes):
    with elsewhere(), joblib.parallel_config("fused"):
        assert set(loop(process_of, range(4))) == {joblib.parallel.os.getpid()}
    assert sizes == []


def test_max_members_is_checked(elsewhere):
    inner = skkeras.fused(max_members=0)
    with pytest.raises(ValueError, match="max_members"), elsewhere(), inner:
        pass


# What goes wrong


def times_run(folder):
    names = [mark.name.partition("-")[0] for mark in folder.iterdir()]
    return [names.count(str(number)) for number in range(10)]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.mark.in_turn
def test_a_killed_process_loses_its_chunk_alone(elsewhere, folder):
    with elsewhere():
        tasks = [(number, folder, False) for number in range(10)]
        assert loop(dying, tasks) == list(range(10))
        assert times_run(folder) == [1] * 5 + [2] * 5
        # Nothing is left of it.
        assert loop(noted, [(9, folder)] * 4) == [9] * 4


def test_a_task_that_raises(elsewhere):
    with elsewhere():
        with pytest.raises(Broken, match="task 3") as caught:
            loop(broken_at_three, range(10))
        assert "in broken_at_three" in str(caught.value.__cause__)
        assert loop(broken_at_three, range(3)) == [0, 1, 2]


def test_an_error_that_cannot_travel(elsewhere):
    with elsewhere(), pytest.raises(RuntimeError, match="Untold: task 3"):
        loop(untold_at_three, range(10))


@pytest.mark.in_turn
def test_a_task_or_a_result_that_cannot_travel(elsewhere):
    with elsewhere():
        with pytest.raises(pickle.PicklingError, match="A fit cannot be sent"):
            loop(process_of, [threading.Lock()] * 4)
        with pytest.raises(TypeError, match="lock"):
            loop(lock_of, range(4))


def test_ctrl_c(elsewhere):
    begin = time.monotonic()
    main = threading.main_thread().ident
    threading.Timer(2, signal.pthread_kill, (main, signal.SIGINT)).start()
    with elsewhere():
        with pytest.raises(KeyboardInterrupt):
            loop(sleeping, [5] * 2)
        assert time.monotonic() - begin < 4.5


# What it leaves behind, and takes along


def test_warnings_come_back_each_once(elsewhere):
    with elsewhere(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        assert loop(warning, range(8)) == list(range(8))
    assert sorted(str(one.message) for one in caught) == ["task 0", "task 1"]
    assert {one.category for one in caught} == {Told}
    assert {one.filename.rpartition("/")[2] for one in caught} == {"distant_tasks.py"}


@pytest.mark.in_turn
def test_warnings_as_errors(elsewhere):
    with elsewhere(), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Told):
            loop(warning, range(8))
        warnings.simplefilter("ignore")
        assert loop(warning, range(8)) == list(range(8))


def test_nothing_is_left(elsewhere):
    filters = list(warnings.filters)
    before = joblib.parallel.get_active_backend()
    with elsewhere():
        loop(broken_at_three, range(3))
        with pytest.raises(Broken):
            loop(broken_at_three, range(10))
    assert type(joblib.parallel.get_active_backend()[0]) is type(before[0])
    assert warnings.filters == filters


def test_nothing_is_left_on_a_cluster(cluster):
    table = np.ones((20_000, 4))
    with joblib.parallel_config("dask"), skkeras.fused():
        loop(shape_and_sum, [table] * 3)
        with pytest.raises(Broken):
            loop(broken_at_three, range(10))
    deadline = time.monotonic() + 10
    while cluster.futures and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not cluster.futures


# The last, since a cluster takes its time to recover


@pytest.mark.in_turn
@pytest.mark.slow
def test_a_chunk_that_kills_each_process(elsewhere, folder):
    tasks = [(number, folder, True) for number in range(10)]
    with elsewhere():
        with pytest.raises(RuntimeError, match="5 tasks were lost with their workers"):
            loop(dying, tasks)
        assert times_run(folder)[:5] == [1] * 5
        assert 3 <= times_run(folder)[5] <= 4
        assert loop(broken_at_three, range(3)) == [0, 1, 2]
