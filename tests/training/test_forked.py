"""A forked process says that it cannot train, where it would hang."""

import subprocess
import sys
from types import ModuleType

import pytest

from skkeras.training.keras_internals import forked

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.in_turn]

SCRIPT = """
import multiprocessing, sys
import numpy as np

def work(queue, method):
    try:
        estimator = ready if method == "predict" else KerasMLPClassifier(epochs=1)
        queue.put(str(getattr(estimator, method)(*((X,) if ready else (X, y)))))
    except RuntimeError as error:
        queue.put(str(error))

from skkeras import KerasMLPClassifier
X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
ready = None
if sys.argv[1] != "fit before":
    ready = KerasMLPClassifier((2,), epochs=1).fit(X, y)
method = "predict" if sys.argv[1] == "predict after" else "fit"
if method == "fit":
    ready = None
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=work, args=(queue, method))
process.start()
print(queue.get(timeout=60))
process.terminate()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.parametrize("when", ["fit after", "predict after"])
def test_a_forked_process_says_what_to_do(when):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, when],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "multiprocessing.get_context('spawn')" in run.stdout, run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_process_forked_before_tensorflow_ran_trains():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, "fit before"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "KerasMLPClassifier" in run.stdout, run.stderr


@pytest.mark.parametrize("module", [None, ModuleType("half imported")])
def test_a_fork_while_tensorflow_is_not_there_yet_is_no_error(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "tensorflow.python.eager.context", module)
    assert not forked._has_run()
