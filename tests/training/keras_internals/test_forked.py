"""A forked process says that it cannot train, where it would hang."""

import subprocess
import sys
from types import ModuleType

import pytest

from skkeras.training.keras_internals import forked

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.in_turn]

SCRIPT = """
import multiprocessing, sys, tempfile
import joblib
import numpy as np
import skkeras
from skkeras import KerasMLPClassifier

X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
path = tempfile.mkdtemp() + "/model"
if sys.argv[2] == "after":
    ready = KerasMLPClassifier((2,), l2=0.01, epochs=1).fit(X, y)
    ready.save(path)

def work():
    calls = {
        "fit": lambda: KerasMLPClassifier(l2=0.01, epochs=1).fit(X, y),
        "predict": lambda: ready.predict(X),
        "predict_proba": lambda: ready.predict_proba(X),
        "partial_fit": lambda: ready.partial_fit(X, y),
        "evaluate": lambda: ready.evaluate(X, y),
        "score": lambda: ready.score(X, y),
        "initialize": lambda: KerasMLPClassifier(l2=0.01, epochs=1).initialize(X, y),
        "load": lambda: skkeras.load(path),
    }
    try:
        return str(calls[sys.argv[1]]())
    except RuntimeError as error:
        return str(error)

if sys.argv[3] == "joblib":
    parallel = joblib.Parallel(2, backend="multiprocessing", timeout=60)
    print(parallel(joblib.delayed(work)() for _ in range(2)))
else:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.apply_async(work).get(timeout=60))
"""


def said(*arguments):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


CALLS = ["fit", "predict", "predict_proba", "partial_fit", "evaluate", "score"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize("by", ["multiprocessing", "joblib"])
@pytest.mark.parametrize("call", [*CALLS, "initialize", "load"])
def test_a_forked_process_says_what_to_do(call, by):
    assert "multiprocessing.get_context('spawn')" in said(call, "after", by)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_process_forked_before_tensorflow_ran_trains():
    assert "KerasMLPClassifier" in said("fit", "before", "multiprocessing")


@pytest.mark.parametrize("module", [None, ModuleType("half imported")])
def test_a_fork_while_tensorflow_is_not_there_yet_is_no_error(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "tensorflow.python.eager.context", module)
    assert not forked._has_run()
