"""Counts what meets, and ends a run that hangs."""

import faulthandler
from contextlib import contextmanager

import joblib
import pytest
from joblib.externals.loky import get_reusable_executor

import skkeras
from skkeras import training
from skkeras.fusion import chunked_backend
from skkeras.fusion.patience import Patience


@pytest.fixture
def no_hang():
    """Print all stacks and end the process where a test never comes back."""
    faulthandler.dump_traceback_later(120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def batches(monkeypatch):
    """Sizes of the calls of train."""
    sizes, train = [], training.train

    def spy(jobs):
        sizes.append(len(jobs))
        return train(jobs)

    monkeypatch.setattr(training, "train", spy)
    return sizes


@pytest.fixture
def instant(monkeypatch):
    """Replace training: the result of a job is its x; returns the batches' sizes."""
    sizes = []

    def train(jobs):
        sizes.append(len(jobs))
        return [job.x.item() for job in jobs]

    monkeypatch.setattr(training, "train", train)
    return sizes


@pytest.fixture
def endless_patience(monkeypatch):
    """Start a batch only when all that run wait in it."""
    monkeypatch.setattr(Patience, "left", 1000.0)


@pytest.fixture
def no_hang_for_minutes():
    faulthandler.dump_traceback_later(300, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(params=["loky", "dask"], scope="module")
def elsewhere(request):
    """Return the block in which fits run in two other processes."""
    config = {"backend": request.param}
    if request.param == "dask":
        cluster = request.getfixturevalue("cluster")
    else:
        config["n_jobs"] = 2

    @contextmanager
    def block():
        if request.param == "dask":
            cluster.wait_for_workers(2, timeout=60)  # after one was killed
        with joblib.parallel_config(**config), skkeras.fused():
            yield

    yield block
    if request.param == "loky":
        get_reusable_executor().shutdown(kill_workers=True)


@pytest.fixture
def sizes(monkeypatch):
    """Numbers of tasks in the chunks that are sent."""
    sizes, pack = [], chunked_backend.pack

    def spy(calls, max_members):
        sizes.append(len(calls))
        return pack(calls, max_members)

    monkeypatch.setattr(chunked_backend, "pack", spy)
    return sizes
