"""Where TensorFlow is not installed, all works on JAX; where nothing is, we say so."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

import skkeras
from skkeras.missing_backend import BACKENDS, MissingBackend

HERE = Path(__file__).parent
PACKAGE = Path(skkeras.__file__).parent


def run(*arguments, backend):
    environment = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    if find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    folder = tmp_path_factory.mktemp("saved")
    process = run(HERE / "without_tensorflow.py", folder, backend="jax")
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.splitlines()[-1])


@pytest.mark.slow
def test_nothing_of_ours_asks_for_tensorflow(done):
    assert not done["loaded tensorflow"]
    assert [name for name in done["asked"] if Path(name).is_relative_to(PACKAGE)] == []


@pytest.mark.slow
def test_a_fit_is_compiled_and_as_in_model_fit(done):
    assert done["fit"]["engine"] == "compiled"
    assert_allclose(done["loss"], done["loss of Model.fit"], atol=1e-5)


@pytest.mark.slow
def test_folds_are_trained_together_and_as_in_model_fit(done):
    predicted, trainings = done["fused"]
    assert [(t["engine"], t["members"]) for t in trainings] == [("fused", 3)] * 3
    for fold, expected in zip(predicted, done["folds of Model.fit"], strict=True):
        assert_allclose(fold, expected, atol=1e-5)


@pytest.mark.slow
def test_a_search_finds_a_rate(done):
    assert done["search"]["trials"] == 3
    assert 1e-3 <= done["search"]["best"]["learning_rate"] <= 1e-1
    assert 0 < done["search"]["score"] <= 1


@pytest.mark.slow
def test_a_table_is_learnt(done):
    assert_allclose(done["table"], [1.0] * 120, atol=1e-5)


@pytest.mark.slow
def test_saved_and_copied_estimators_predict_the_same(done):
    assert done["loaded"]
    assert done["copied"]


@pytest.mark.slow
def test_a_report_names_the_backend_there_is(done):
    assert "jax" in done["versions"]
    assert "tensorflow" not in done["versions"]


def run_without(names, statement, backend):
    return run(HERE / "not_installed.py", ",".join(names), statement, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "statement",
    [
        "from skkeras import KerasClassifier",
        "import skkeras.layers",
        "from skkeras.training import train",
    ],
)
def test_a_missing_backend_is_explained(backend, statement):
    process = run_without(BACKENDS, statement, backend)
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith("skkeras.missing_backend.MissingBackend: ")
    assert f"Keras is to run on {backend}, which is not installed" in last
    assert f"pip install {backend}" in last


def test_the_command_says_it_in_one_line(tmp_path):
    options = ["benchmark", "iris", "--quick", "--out", str(tmp_path / "report")]
    statement = f"from skkeras.cli import app; app({options})"
    process = run_without(BACKENDS, statement, backend="")
    assert process.returncode == 2
    (line,) = process.stderr.strip().splitlines()
    assert line.startswith("skkeras: Keras is to run on")


def test_other_modules_that_are_missing_are_named_as_ever():
    backend = next(name for name in BACKENDS if find_spec(name) is not None)
    process = run_without(["absl"], "import skkeras.layers", backend)
    last = process.stderr.strip().splitlines()[-1]
    assert last == "ModuleNotFoundError: No module named 'absl'"


@pytest.mark.parametrize(
    ("missing", "there", "advice"),
    [
        ("tensorflow", ["jax"], "or set KERAS_BACKEND=jax, which is installed"),
        ("jax", ["tensorflow"], "or set KERAS_BACKEND=tensorflow, which"),
        ("jax", ["tensorflow", "torch"], "KERAS_BACKEND=tensorflow or KERAS_BACKEND="),
        ("torch", [], "or another: pip install 'skkeras[jax]'"),
    ],
)
def test_what_is_installed_is_proposed(monkeypatch, missing, there, advice):
    monkeypatch.setattr(
        "skkeras.missing_backend.find_spec",
        lambda name: object() if name in there else None,
    )
    error = MissingBackend(missing)
    assert advice in str(error)
    assert error.name == missing
