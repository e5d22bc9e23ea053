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


TYPES = ("TYPE_CHECKING",)
FUNCTIONS = ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda


def run_time_nodes(node, closed=TYPES, left_out=()):
    """Yield all nodes but those under an ``if`` of a condition that is never met.

    Those that only a type checker reads are; and what kinds of nodes to leave out.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, left_out):
            continue
        yield child
        if isinstance(child, ast.If) and any(
            condition in ast.unparse(child.test) for condition in closed
        ):
            child = ast.Module(child.orelse, [])
        yield from run_time_nodes(child, closed, left_out)


def imported_modules(path, root, modules, closed=TYPES):
    """Yield which of the modules a file imports, inside of functions too."""
    package = module_name(path.parent / "__init__.py", root)
    for node in run_time_nodes(ast.parse(path.read_text()), closed):
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


WITHOUT_TENSORFLOW = (*TYPES, "backend() == 'tensorflow'")


def reached(root, modules, start, closed):
    """Return which modules are imported by some, packages around them too, and so on.

    Each with the module that imports it, None for those to start from.
    """
    by = dict.fromkeys(start)
    to_do = list(start)
    while to_do:
        module = to_do.pop()
        for name in imported_modules(modules[module], root, modules, closed):
            parts = name.split(".")
            around = (".".join(parts[:n]) for n in range(1, len(parts) + 1))
            for found in around:
                if found in modules and found not in by:
                    by[found] = module
                    to_do.append(found)
    return by


def loads_tensorflow(path):
    """Return whether importing a file imports TensorFlow, whatever the backend."""
    tree = ast.parse(path.read_text())
    nodes = run_time_nodes(tree, WITHOUT_TENSORFLOW, left_out=FUNCTIONS)
    names = (
        name
        for node in nodes
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    )
    return any(name.split(".")[0] == "tensorflow" for name in names)


def loading_tensorflow(root, paths, engine):
    """Return ways of imports to TensorFlow that no check of the backend guards.

    All modules outside of the engine may be reached, and its door; of the engine, what
    these import, inside of functions too.
    """
    modules = {module_name(path, root): path for path in paths}
    start = [m for m in modules if not m.startswith(f"{engine}.")]
    by = reached(root, modules, start, WITHOUT_TENSORFLOW)
    ways = []
    for module in by:
        if loads_tensorflow(modules[module]):
            way = [module]
            while by[way[-1]] is not None:
                way.append(by[way[-1]])
            ways.append(" <- ".join(way))
    return sorted(ways)


def test_no_other_backend_imports_tensorflow():
    paths = PACKAGE.rglob("*.py")
    assert loading_tensorflow(PACKAGE.parent, paths, "skkeras.training") == []


GUARD = 'if keras.backend.backend() == "tensorflow":\n    '


@pytest.mark.parametrize(
    ("of_user", "of_engine", "ways"),
    [
        ("import tensorflow as tf", "", ["house.user"]),
        ("def later():\n    import tensorflow", "", []),
        (f"{GUARD}from tensorflow import nn", "", []),
        (f"{GUARD}pass\nelse:\n    import tensorflow.nn", "", ["house.user"]),
        (
            "import house.engine",
            "from house.engine.tf import f",
            ["house.engine.tf <- house.engine"],
        ),
        ("import house.engine", f"def e():\n    {GUARD}    import house.engine.tf", []),
        (
            "import house.engine",
            "def e():\n    from house.engine import tf",
            ["house.engine.tf <- house.engine"],
        ),
        ("if TYPE_CHECKING:\n    from house.engine import tf", "", []),
        ("from house.engine import tf", "", ["house.engine.tf <- house.user"]),
        ("", "", []),
    ],
)
def test_a_way_to_tensorflow_is_found(tmp_path, of_user, of_engine, ways):
    house = tmp_path / "house"
    (house / "engine").mkdir(parents=True)
    files = {
        "__init__": "",
        "user": of_user,
        "engine/__init__": of_engine,
        "engine/tf": "import tensorflow as tf",
    }
    for name, text in files.items():
        (house / f"{name}.py").write_text(text)
    found = loading_tensorflow(tmp_path, house.rglob("*.py"), "house.engine")
    assert found == ways


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


@pytest.mark.in_turn
@pytest.mark.slow
def test_what_files_are_written_by_is_imported_when_one_is_written():
    code = """
import sys
import skkeras, skkeras.estimators, skkeras.exporting, skkeras.model_selection
skkeras.export, skkeras.save, skkeras.load
writers = {"onnx", "onnxruntime", "skl2onnx", "tf2onnx", "skops"}
print(sorted(writers & set(sys.modules)))"""
    assert run(code) == "[]"


@pytest.mark.in_turn
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
