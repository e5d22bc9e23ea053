"""What importing costs and leaves behind, and which way the arrows point."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import skkeras

PACKAGE = Path(skkeras.__file__).parent


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module == "skkeras":
                yield from (f"skkeras.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_arrows_run_one_way(pytestconfig):
    """The contracts in pyproject.toml hold; they say which room may import which."""
    # A process of its own, since it disables the loggers of all others.
    lint = ["-c", "from importlinter.cli import lint_imports_command as c; c()"]
    contracts = str(pytestconfig.rootpath / "pyproject.toml")
    done = subprocess.run(
        [sys.executable, *lint, "--no-cache", "--config", contracts],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def module_name(path, root):
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def run_time_nodes(node):
    """Yield all nodes but those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            child = ast.Module(child.orelse, [])
        yield from run_time_nodes(child)


def imported_modules(path, root, modules):
    """Yield which of the modules a file imports, inside of functions too."""
    package = module_name(path.parent / "__init__.py", root)
    for node in run_time_nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            home = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                name = f"{home}.{alias.name}"
                yield name if name in modules else home


def import_circle(root, paths):
    """Return modules that import each other in a circle, or None."""
    modules = {module_name(path, root): path for path in paths}
    graph = {
        m: set(imported_modules(path, root, modules)) for m, path in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_no_module_imports_itself_in_a_circle():
    assert import_circle(PACKAGE.parent, PACKAGE.rglob("*.py")) is None


@pytest.mark.parametrize(
    ("of_a", "is_circle"),
    [
        ("from house import b", True),
        ("from .b import name", True),
        ("def later():\n    import house.b", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.b", 0),
        ("import other.b", False),
    ],
)
def test_a_circle_is_found(tmp_path, of_a, is_circle):
    house = tmp_path / "house"
    house.mkdir()
    files = {"__init__": "", "a": of_a, "b": "from house.a import name"}
    for name, text in files.items():
        (house / f"{name}.py").write_text(text)
    circle = import_circle(tmp_path, house.rglob("*.py"))
    assert (circle is not None) == is_circle


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
def test_what_files_are_written_by_is_imported_when_one_is_written():
    code = """
import sys
import skkeras, skkeras.estimators, skkeras.exporting, skkeras.model_selection
skkeras.export, skkeras.save, skkeras.load
writers = {"onnx", "onnxruntime", "skl2onnx", "tf2onnx", "skops"}
print(sorted(writers & set(sys.modules)))"""
    assert run(code) == "[]"


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
