"""Counts what meets, and ends a run that hangs."""

import faulthandler

import pytest

from skkeras import training
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
