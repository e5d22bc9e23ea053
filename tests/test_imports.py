"""What importing costs and leaves behind, and which way the arrows point."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import skkeras

PACKAGE = Path(skkeras.__file__).parent

# room: what it may import of skkeras, besides itself
ALLOWED = {
    "heads": set(),
    "whole_files": set(),
    "sklearn_internals": set(),
    "models": {"heads"},
    "datasets": set(),
    "training": set(),
    "preprocessing": {"sklearn_internals"},
    "fusion": {"training", "sklearn_internals"},
    "estimators": {
        *("fusion", "training", "models", "heads", "whole_files", "sklearn_internals"),
    },
    "model_selection": {
        *("estimators", "fusion", "training", "models", "heads", "whole_files"),
        "sklearn_internals",
    },
}
FOREIGN = {
    "training": {"sklearn", "scikeras", "optuna", "pandas"},
    "estimators": {"optuna"},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module == "skkeras":
                yield from (f"skkeras.{alias.name}" for alias in node.names)
            else:
                yield node.module


def files(room):
    single = PACKAGE / f"{room}.py"
    return [single] if single.exists() else sorted((PACKAGE / room).rglob("*.py"))


@pytest.mark.parametrize("room", ALLOWED)
def test_arrows_run_one_way(room):
    for path in files(room):
        for name in imports(path):
            if name.startswith("skkeras."):
                target = name.split(".")[1]
                assert target in ALLOWED[room] | {room}, f"{path} imports {name}"
            top = name.split(".")[0]
            assert top not in FOREIGN.get(room, set()), f"{path} imports {name}"


def test_only_one_file_knows_scikeras():
    knowing = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == "scikeras" for name in imports(path))
        or 'find_spec("scikeras")' in path.read_text()
    ]
    assert knowing == ["estimators/scikeras_parts.py"]


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_importing_skkeras_does_not_import_tensorflow():
    code = "import sys, skkeras; print('tensorflow' in sys.modules, dir(skkeras))"
    assert run(code).startswith("False")


@pytest.mark.slow
def test_the_estimators_leave_keras_and_the_environment_as_they_were():
    code = """
import os, sys
before = dict(os.environ)
import keras
kept = [keras.Model.__reduce__, keras.losses.Loss.__reduce__,
        keras.metrics.Metric.__reduce__, keras.optimizers.Optimizer.__reduce__]
after_keras = dict(os.environ)
from skkeras import KerasClassifier
now = [keras.Model.__reduce__, keras.losses.Loss.__reduce__,
       keras.metrics.Metric.__reduce__, keras.optimizers.Optimizer.__reduce__]
print(kept == now, after_keras == dict(os.environ), "scikeras" in sys.modules,
      "optuna" in sys.modules)
"""
    assert run(code) == "True True False False"


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'KerasClasifier'"):
        skkeras.KerasClasifier  # noqa: B018
