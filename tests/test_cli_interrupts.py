"""Ctrl-C while `skkeras benchmark` measures: a real signal to a real process."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import pandas as pd
import pytest

INTERRUPTED = """
import sys, time
from sklearn.dummy import DummyClassifier
from skkeras.cli import main
from skkeras.report import command

class Endless(DummyClassifier):
    def fit(self, X, y):
        open("fitting", "a").write("x")
        for _ in range(KEEPS_ON):
            try:
                time.sleep(60)
            except KeyboardInterrupt:  # as scikit-learn's MLP does
                if KEEPS_ON == 1:
                    raise
                open("swallowed", "w").close()
                if KEEPS_ON == 2:
                    break
        return super().fit(X, y)

command.default_models = lambda problem, settings: {
    "dummy": DummyClassifier(), "endless": Endless(), "another": DummyClassifier()
}
sys.argv = ["skkeras", "benchmark", "iris", "--jobs", "1"]
main()
"""


SWALLOWING = """
import sys
from sklearn.dummy import DummyClassifier
from sklearn.neural_network import MLPClassifier
from skkeras.cli import main
from skkeras.report import command

def note():
    open("fitting", "a").close()

class Classic(MLPClassifier):
    def fit(self, X, y):
        note()
        return super().fit(X, y)

def models(problem, settings):
    from skkeras import KerasMLPClassifier
    from skkeras.model_selection import OptunaSearchCV

    class Net(KerasMLPClassifier):
        def fit(self, X, y):
            note()
            return super().fit(X, y)

    endless = 10**6
    found = {
        "scikit-learn's": Classic((200,), max_iter=endless, n_iter_no_change=endless),
        "Keras's": Net((200,), epochs=endless),
        "a search": OptunaSearchCV(
            Classic((200,), max_iter=200, n_iter_no_change=endless, tol=0),
            lambda trial: {"alpha": trial.suggest_float("alpha", 0, 1)},
            n_trials=endless, cv=2, random_state=0,
        ),
    }
    return {"dummy": DummyClassifier(), "endless": found[MODEL]}

MODEL = sys.argv.pop()
command.default_models = models
sys.argv = ["skkeras", "benchmark", "iris", *sys.argv[1:]]
main()
"""


@contextmanager
def interrupted(tmp_path, keeps_on):
    """Run a command in a process, and press Ctrl-C while its second model fits."""
    with subprocess.Popen(
        [sys.executable, "-c", f"KEEPS_ON = {keeps_on}\n{INTERRUPTED}"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(tmp_path / "fitting")
        process.send_signal(signal.SIGINT)
        try:
            yield process
        finally:
            process.kill()


def wait_for(path):
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.in_turn
@pytest.mark.parametrize("keeps_on", [1, 2])
def test_ctrl_c_writes_what_is_finished(tmp_path, keeps_on):
    """A real signal, also where the model swallows it."""
    with interrupted(tmp_path, keeps_on) as process:
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (130, "")
    assert "Stopped by Ctrl-C. Wrote skkeras-report/report.md" in stdout
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert set(scores["model"]) == {"dummy"}
    assert (tmp_path / "fitting").read_text() == "x"  # no second fold


@pytest.mark.in_turn
@pytest.mark.parametrize("jobs", [[], ["--jobs", "1"]])
@pytest.mark.parametrize("model", ["scikit-learn's", "Keras's", "a search"])
def test_ctrl_c_in_a_terminal_ends_every_process(tmp_path, model, jobs):
    """It goes to all processes of the command, and models that swallow it."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SWALLOWING, *jobs, model],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            wait_for(tmp_path / "fitting")
            time.sleep(1)
            os.killpg(process.pid, signal.SIGINT)
            stdout, stderr = process.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, stderr) == (130, "")
    assert "Stopped by Ctrl-C. Wrote skkeras-report/report.md" in stdout
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert set(scores["model"]) == {"dummy"}


@pytest.mark.in_turn
def test_the_second_ctrl_c_ends_at_once(tmp_path):
    with interrupted(tmp_path, keeps_on=100) as process:
        wait_for(tmp_path / "swallowed")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
