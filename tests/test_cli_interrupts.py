"""Ctrl-C while `skkeras benchmark` measures: a real signal to a real process."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

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
def test_the_second_ctrl_c_ends_at_once(tmp_path):
    with interrupted(tmp_path, keeps_on=100) as process:
        wait_for(tmp_path / "swallowed")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
