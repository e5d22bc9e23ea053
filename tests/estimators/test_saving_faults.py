"""Saves that are killed, or run out of disk: the old file stays, and nothing else."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

import skkeras
from skkeras import KerasMLPClassifier

pytestmark = pytest.mark.in_turn


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return a fitted estimator and its file."""
    path = tmp_path_factory.mktemp("saved") / "classifier.skkeras"
    X = np.random.default_rng(0).normal(size=(20, 2))
    fitted = KerasMLPClassifier((4,), epochs=1).fit(X, np.arange(20) % 2)
    fitted.save(path)
    return fitted, path


def copy_into(folder, saved):
    path = folder / "copy.skkeras"
    path.write_bytes(saved[1].read_bytes())
    return path


SAVER = """
import resource, signal, sys, tempfile, time
import keras, numpy as np
from skkeras import KerasMLPClassifier

X = np.random.default_rng(0).normal(size=(20, 2))
fitted = KerasMLPClassifier((30,), epochs=1).fit(X, np.arange(20) % 2)
kind, path = sys.argv[1:]
if kind == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))
elif kind == "killed":
    by_itself = keras.Model.save

    def save(model, where, **options):
        by_itself(model, where, **options)
        print("begun", flush=True)
        time.sleep(600)

    keras.Model.save = save
try:
    fitted.save(path)
except OSError as error:
    print(type(error).__name__, error)
"""


def saver(kind, path, temporary):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SAVER, kind, str(path)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folders(tmp_path):
    """Return where a file lies and where processes may write what they need."""
    for name in ("target", "temporary"):
        (tmp_path / name).mkdir()
    return tmp_path / "target", tmp_path / "temporary"


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_a_disk_that_is_full_leaves_the_old_file(saved, folders):
    """A limit of the size of files ends a write after some bytes, as a disk does."""
    target, temporary = folders
    path = copy_into(target, saved)
    before = path.read_bytes()
    with saver("full", path, temporary) as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "OSError" in said
    assert path.read_bytes() == before
    assert list(target.iterdir()) == [path]
    # Keras itself leaves an empty folder where it tries how much it may write.
    assert [each for each in temporary.rglob("*") if each.is_file()] == []


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signal")
def test_a_save_that_is_killed_is_cleaned_up_by_the_next(saved, folders):
    target, temporary = folders
    path = copy_into(target, saved)
    before = path.read_bytes()
    with saver("killed", path, temporary) as process:
        assert process.stdout.readline() == "begun\n"
        process.kill()
    assert path.read_bytes() == before
    (left,) = set(target.iterdir()) - {path}
    hour_ago = time.time() - 3600
    os.utime(left, (hour_ago, hour_ago))
    saved[0].save(path)
    assert skkeras.load(path).epochs == saved[0].epochs
    assert [list(folder.iterdir()) for folder in folders] == [[path], []]
