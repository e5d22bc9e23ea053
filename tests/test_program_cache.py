"""What one process compiles the next one finds, and computes the same with."""

import datetime
import json
import os
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

import skkeras

SCRIPT = Path(__file__).parent / "cached_programs.py"
SEED = datetime.date.today().toordinal()


def python(*arguments, backend="tensorflow", **environment):
    environment = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"} | environment
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


@pytest.mark.in_turn
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_second_process_compiles_nothing_and_computes_the_same(tmp_path, backend):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    print(f"nets of seed {SEED}")
    told = []
    for _ in range(2):
        process = python(SCRIPT, tmp_path, SEED, backend=backend)
        assert process.returncode == 0, process.stderr
        told.append(json.loads(process.stdout.splitlines()[-1]))
    first, second = told
    assert {*first["engines"], *second["engines"]} == {"compiled"}
    assert first["new"] > 0
    assert second["new"] == 0
    assert second["predictions"] == first["predictions"]
    assert first["used"].startswith(f"{backend}-")


@pytest.mark.tensorflow
def test_where_it_is_too_late_an_error_says_so_and_nothing_is_set(tmp_path):
    """This process has computed something, or does so now."""
    import tensorflow as tf

    tf.function(lambda: tf.range(3), jit_compile=True)()
    flags = os.environ.get("TF_XLA_FLAGS")
    with pytest.raises(RuntimeError, match=r"call skkeras\.cache_programs first"):
        skkeras.cache_programs(tmp_path)
    assert os.environ.get("TF_XLA_FLAGS") == flags


@pytest.mark.tensorflow
def test_another_folder_in_the_environment_is_named(tmp_path, monkeypatch):
    named = "--tf_xla_persistent_cache_directory=/elsewhere"
    monkeypatch.setenv("TF_XLA_FLAGS", f"--tf_xla_auto_jit=0 {named}")
    with pytest.raises(ValueError, match=named):
        skkeras.cache_programs(tmp_path)
    assert os.environ["TF_XLA_FLAGS"].endswith(named)


@pytest.mark.in_turn
@pytest.mark.tensorflow
def test_processes_of_this_one_may_call_it_again(tmp_path):
    """They inherit the flag; other flags stay."""
    code = (
        "import os, subprocess, sys, skkeras\n"
        f"used = skkeras.cache_programs({str(tmp_path)!r})\n"
        "assert os.environ['TF_XLA_FLAGS'].startswith('--tf_xla_auto_jit=0 ')\n"
        "if len(sys.argv) == 1:\n"
        "    again = [sys.executable, '-c', sys.orig_argv[2], 'again']\n"
        "    sys.exit(subprocess.run(again).returncode)\n"
        "assert list(used.iterdir()) == []\n"
    )
    process = python("-c", code, TF_XLA_FLAGS="--tf_xla_auto_jit=0")
    assert process.returncode == 0, process.stderr


DAMAGE = {
    "cut": lambda content, at: content[: at % len(content)],
    "other": lambda content, at: random.Random(at).randbytes(5000),
}


@pytest.mark.in_turn
@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", DAMAGE)
def test_files_that_cannot_be_read_change_no_result(tmp_path, kind):
    """TensorFlow raises, and `Model.fit` trains; other programs follow from there."""
    at = random.Random(f"{SEED} {kind}").randrange(1, 100_000)
    print(f"nets of seed {SEED}, {kind} at {at}")
    whole = python(SCRIPT, tmp_path, SEED)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(DAMAGE[kind](path.read_bytes(), at))
    damaged = python(SCRIPT, tmp_path, SEED)
    assert damaged.returncode == 0, damaged.stderr
    expected, found = (
        json.loads(process.stdout.splitlines()[-1]) for process in (whole, damaged)
    )
    assert found["engines"][0] == "keras"
    for a, b in zip(expected["predictions"], found["predictions"], strict=True):
        assert_allclose(a, b, atol=1e-4)
