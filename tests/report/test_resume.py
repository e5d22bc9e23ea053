"""A report that was killed, ran out of disk, or was measured otherwise, goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skkeras.model_selection import OptunaSearchCV
from skkeras.report.benchmark import Observer, Settings, run
from skkeras.report.errors import InputError
from skkeras.report.folder_keeper import FolderKeeper
from skkeras.report.measurements import _plain, _restored
from skkeras.report.provenance import provenance
from skkeras.report.save import save

pytestmark = pytest.mark.in_turn

SETTINGS = Settings(folds=3, seed=1)
COMMAND = """
import os, sys
from sklearn.tree import DecisionTreeClassifier
from skkeras.report import command
import time

class Tree(DecisionTreeClassifier):
    def fit(self, X, y):
        with open("fits", "a") as log:
            print(self.max_depth, file=log)
        time.sleep(float(os.environ["SECONDS"]))  # the same code, however long
        return super().fit(X, y)

def models(problem, settings):
    return {f"tree {n}": Tree(max_depth=n, random_state=0) for n in range(1, 9)}

command.default_models = models
from skkeras.cli import main
sys.argv = ["skkeras", *sys.argv[1:]]
main()
"""


def keeper(folder, resume=False):
    return FolderKeeper(folder, provenance({"data": []}), resume=resume)


def measured(problem, models, folder, *, resume=False):
    observer = Observer()
    of_one = {problem.name: models}
    return run([problem], SETTINGS, of_one, observer, keeper(folder, resume))


def without_times(frame):
    return frame.drop(columns=[c for c in frame if c.endswith("seconds")])


@pytest.fixture
def models(cheap_models):
    """Classic ones, and a search whose record is kept as well."""
    search = OptunaSearchCV(
        cheap_models["tree"],
        {"decisiontreeclassifier__max_depth": [1, 2, 3]},
        n_trials=3,
        cv=2,
        random_state=0,
    )
    return {**cheap_models, "tuned": search}


def test_nothing_is_measured_twice(problem, models, tmp_path, monkeypatch):
    first = measured(problem, models, tmp_path)
    again = {name: clone(model) for name, model in models.items()}
    monkeypatch.setattr(DecisionTreeClassifier, "fit", None)
    monkeypatch.setattr(DummyClassifier, "fit", None)
    second = measured(problem, again, tmp_path, resume=True)
    pd.testing.assert_frame_equal(first.scores, second.scores)
    assert second.studies[0].failures == {}
    about = provenance({"data": []})
    for number, benchmark in enumerate((first, second)):
        (tmp_path / str(number)).mkdir()
        save(benchmark, about, tmp_path / str(number))
    for file in ("scores.csv", "report.json", "report.md"):
        texts = [(tmp_path / n / file).read_text() for n in "01"]
        assert texts[0] == texts[1]
    pictures = {
        file.name: file.read_bytes() for file in (tmp_path / "0/figures").glob("*.png")
    }
    assert pictures
    for name, picture in pictures.items():
        assert (tmp_path / "1/figures" / name).read_bytes() == picture


@pytest.fixture
def start(tmp_path):
    """Start the command on eight trees, each fit of which takes some seconds."""

    processes = []

    def started(*arguments, seconds=0.0):
        environment = {
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "SECONDS": str(seconds),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "benchmark", *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def test_folds_of_a_model_that_was_killed_are_not_fitted_again(start, tmp_path):
    """By SIGKILL between two folds; the report is that of a run without it."""
    options = ["iris", "--folds", "10", "--jobs", "1", "--models", "tree 1"]
    whole = start(*options, "--out", "whole")
    assert whole.wait() == 0, whole.communicate()[0]
    (tmp_path / "fits").unlink()
    victim = start(*options, "--out", "killed", seconds=0.3)
    kept = tmp_path / "killed" / "measurements"

    def folds():
        files = list(kept.glob("*.begun"))
        return len(json.loads(files[0].read_text())["observations"]) if files else 0

    while folds() < 6:
        assert victim.poll() is None, victim.communicate()[0]
        time.sleep(0.02)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    n_kept = folds()
    (tmp_path / "fits").unlink()
    rest = start("--resume", "--out", "killed")
    assert rest.wait() == 0, rest.communicate()[0]
    assert len((tmp_path / "fits").read_text().split()) == 10 - n_kept
    assert not list(kept.glob("*.begun"))
    tables = [
        pd.read_csv(tmp_path / name / "scores.csv") for name in ("whole", "killed")
    ]
    pd.testing.assert_frame_equal(*map(without_times, tables))


def test_a_killed_report_goes_on(start, tmp_path):
    """By SIGKILL, wherever it is."""
    options = ["iris", "--quick", "--folds", "4"]
    whole = start(*options, "--out", "whole")
    victim = start(*options, "--out", "killed", seconds=0.2)
    kept = tmp_path / "killed" / "measurements"
    while len(list(kept.glob("*.json"))) < 3:
        assert victim.poll() is None, victim.communicate()[0]
        time.sleep(0.02)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    killed = tmp_path / "killed"
    scores = pd.read_csv(killed / "scores.csv")
    manifest = json.loads((killed / "report.json").read_text())
    assert manifest["interrupted"]
    assert 2 <= scores["model"].nunique() < 8
    rest = start("--resume", "--out", "killed")
    assert rest.wait() == 0, rest.communicate()[0]
    assert whole.wait() == 0, whole.communicate()[0]
    expected = pd.read_csv(tmp_path / "whole" / "scores.csv")
    found = pd.read_csv(killed / "scores.csv")
    pd.testing.assert_frame_equal(without_times(found), without_times(expected))
    # What was measured before it was killed was not measured again.
    before = scores.merge(found, on=["model", "metric", "fold"])
    assert (before["fit_seconds_x"] == before["fit_seconds_y"]).all()
    assert (killed / "report.html").exists()
    for process in (whole, victim, rest):
        process.stdout.close()


def test_a_full_disk_names_what_could_not_be_written(problem, cheap_models, tmp_path):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    measured(problem, {"dummy": cheap_models["dummy"]}, tmp_path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
    try:
        with pytest.raises(InputError, match=r"tree could not be written .*--resume"):
            measured(problem, cheap_models, tmp_path, resume=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept = {
        file.name.split("-")[2]: (file.suffix, json.loads(file.read_text()))
        for file in (tmp_path / "measurements").iterdir()
    }
    assert {name: ending for name, (ending, _) in kept.items()} == {
        "dummy": ".json",
        "tree": ".begun",
    }
    assert 0 < len(kept["tree"][1]["observations"]) < SETTINGS.folds


def other_rows(problem, models):
    problem.X.iloc[1, 0] += 1
    return models


def another_parameter(problem, models):
    models["tree"].set_params(decisiontreeclassifier__max_depth=2)
    return models


@pytest.mark.parametrize(
    ("change", "named"),
    [(other_rows, "other data"), (another_parameter, "other parameters")],
)
def test_what_was_measured_otherwise_is_refused(
    problem, cheap_models, tmp_path, change, named
):
    measured(problem, cheap_models, tmp_path)
    models = change(problem, cheap_models)
    said = rf"^--resume: \S+ was measured with {named}, .*begin anew"
    with pytest.raises(InputError, match=said):
        measured(problem, models, tmp_path, resume=True)


@settings(max_examples=20)
@given(st.floats(0, 1, exclude_max=True))
def test_a_damaged_file_is_named(tmp_path_factory, share):
    folder = tmp_path_factory.mktemp("report")
    problem, models = tiny()
    measured(problem, models, folder)
    (file,) = (folder / "measurements").iterdir()
    content = bytearray(file.read_bytes())
    file.write_bytes(bytes(content[: int(share * len(content))]))
    with pytest.raises(InputError, match="damaged"):
        measured(problem, models, folder, resume=True)


def tiny():
    from skkeras.report.problem import Problem

    X = pd.DataFrame({"a": np.arange(12.0)})
    y = np.arange(12) % 2
    problem = Problem("tiny", X, y, "b", "classification", "", ("no", "yes"))
    return problem, {"linear": LogisticRegression()}


def test_a_new_report_forgets_the_old_one(problem, cheap_models, tmp_path):
    measured(problem, cheap_models, tmp_path)
    measured(problem, {"dummy": cheap_models["dummy"]}, tmp_path)
    assert len(list((tmp_path / "measurements").iterdir())) == 1


numbers = arrays.arrays(
    st.sampled_from(["float32", "float64", "int64", "bool", "U3"]),
    arrays.array_shapes(max_dims=2, max_side=4),
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | numbers


def containers(inner):
    lists = st.lists(inner, max_size=3)
    keys = st.text() | st.integers()
    return lists | lists.map(tuple) | st.dictionaries(keys, inner, max_size=3)


def same(a, b):
    if isinstance(a, np.ndarray):
        is_equal = np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        return a.dtype == b.dtype and a.shape == b.shape and is_equal
    if isinstance(a, list | tuple):
        pairs = zip(a, b, strict=True)
        return type(a) is type(b) and all(same(x, y) for x, y in pairs)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and (a == b or a != a)


@given(st.recursive(leaves, containers))
def test_any_values_come_back(value):
    assert same(value, _restored(json.loads(json.dumps(_plain(value)))))


@pytest.mark.parametrize("content", [None, "{"])
def test_without_a_report_there_is_nothing_to_go_on_with(tmp_path, content):
    from skkeras.report.command import execute_rest

    if content is not None:
        (tmp_path / "report.json").write_text(content)
    with pytest.raises(InputError, match="--resume"):
        execute_rest(Path(tmp_path))
