"""Private names of other libraries occur in rooms for them, and nowhere else.

A name is private where it, or a module that it lies in, begins with an underscore, or
where it lies in a package that its library keeps to itself. A room's docstring lists
those that it uses, each with what it is for and what to do when it goes.
"""

import ast
import importlib
import inspect
import re
import sys
from functools import cache
from pathlib import Path

import pytest

import skkeras

PACKAGE = Path(skkeras.__file__).parent

ROOMS = {
    "sklearn_internals.py",
    "estimators/keras_internals.py",
    "estimators/saving/skops_internals.py",
    "estimators/scikeras_parts.py",
    "exporting/skl2onnx_internals.py",
    "fusion/joblib_internals.py",
    "fusion/keras_internals.py",
    "model_selection/optuna_internals.py",
    "model_selection/sklearn_internals.py",
    "report/sklearn_internals.py",
    *(
        f"training/keras_internals/{name}.py"
        for name in (
            *("batch_normalization", "callbacks", "data", "forked", "generators"),
            *("functional_optimizer", "gradient_registry", "metrics", "models"),
            *("optimizers", "self_check", "tensors", "variable_memory"),
        )
    ),
}

# What needs an optional library to be imported.
NEEDING_MORE = {
    "training/engines/jax.py",
    "training/engines/jax_program.py",
    "training/audit/jax_products.py",
    "training/audit/jax_steps.py",
    "training/engines/jax_devices.py",
}
# Not there where .ci/versions tries versions; the extra "test" has them.
OF_EXTRAS = {"onnx", "onnxruntime", "skl2onnx", "tf2onnx"}

OWN_PACKAGES = ("keras.src", "tensorflow.python")
DOCUMENTED = {"os._exit"}  # public, by Python's documentation

# Functions that take the name of an attribute, or of a module.
BY_NAME = {
    *("getattr", "hasattr", "setattr", "delattr", "attrgetter", "methodcaller"),
    *("import_module", "find_spec", "__import__"),
}


def is_private(name):
    is_magic = name.startswith("__") and name.endswith("__")
    return name.startswith("_") and name != "_" and not is_magic and "." not in name


def is_private_path(path):
    """Whether a dotted path of another library leads to what it keeps to itself."""
    if path.split(".")[0] == "skkeras" or path in DOCUMENTED:
        return False
    is_inside = any(f"{path}.".startswith(f"{own}.") for own in OWN_PACKAGES)
    return is_inside or any(map(is_private, path.split(".")))


def bound(tree):
    """Names that a file gives to something: functions, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute):
            on_self = isinstance(node, ast.Name) or (
                isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            )
            if isinstance(node.ctx, ast.Store) and on_self:
                yield node.id if isinstance(node, ast.Name) else node.attr


def imported(tree):
    """What each name that a file imports stands for: a dotted path."""
    paths = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.split(".")[0]
                paths[alias.asname or path] = path
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                paths[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return paths


def dotted(node, paths):
    """Write an attribute of an imported name as a dotted path; None for others."""
    attributes = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in paths:
        return None
    return ".".join([paths[node.id], *reversed(attributes)])


def constants_by_name(call):
    function = call.func
    name = getattr(function, "id", getattr(function, "attr", None))
    if name in BY_NAME:
        for argument in call.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def private_names(source, own):
    """Find private names of other libraries in a file.

    Parameters
    ----------
    source : str
        Python.
    own : set of str
        Private names that are ours, whatever they are attributes of.

    Returns
    -------
    set of str
        Names of attributes and dotted paths.
    """
    tree = ast.parse(source)
    paths = imported(tree)
    libraries = {path.split(".")[0] for path in paths.values()}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names if is_private_path(a.name)}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "the package imports by whole names"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= set(filter(is_private_path, names))
        elif isinstance(node, ast.Attribute):
            path = dotted(node, paths)
            if path is not None and is_private_path(path):
                found.add(path)
            elif is_private(node.attr) and node.attr not in own and path is None:
                found.add(node.attr)
        elif isinstance(node, ast.Call):
            for name in constants_by_name(node):
                if is_private(name) and name not in own:
                    found.add(name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_path = re.fullmatch(r"\w+(\.\w+)+", node.value)
            known = libraries | {own.split(".")[0] for own in OWN_PACKAGES}
            if is_path and node.value.split(".")[0] in known:
                found |= set(filter(is_private_path, [node.value]))
    return found


def place(path):
    return path.relative_to(PACKAGE).as_posix()


@cache
def sources():
    return {place(path): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}


def listed(room):
    """Names that the docstring of a room has lines for."""
    text = ast.get_docstring(ast.parse(sources()[room]))
    lines = re.findall(r"^- (``.*?):", text, re.MULTILINE | re.DOTALL)
    return {name for line in lines for name in re.findall(r"``(.+?)``", line)}


def listed_attributes():
    """Attributes that the rooms list: nobody else may call a thing so."""
    return {name for room in ROOMS for name in listed(room) if is_private(name)}


@cache
def own_names():
    names = {name for text in sources().values() for name in bound(ast.parse(text))}
    return names - listed_attributes()


OTHERS = [file for file in sources() if file not in ROOMS]


@pytest.mark.parametrize("file", OTHERS)
def test_no_private_name_of_another_library_outside_the_rooms(file):
    assert private_names(sources()[file], own_names()) == set()


@pytest.mark.parametrize("file", OTHERS)
def test_nothing_is_called_like_a_private_name_of_another_library(file):
    """Else the name would count as ours, and could not be told from the other."""
    assert set(bound(ast.parse(sources()[file]))) & listed_attributes() == set()


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_lists_what_it_uses_and_uses_what_it_lists(room):
    text = sources()[room]
    names = listed(room)
    for found in private_names(text, own_names()):
        inside = [name for name in names if f".{name}." in f".{found}."]
        assert inside, f"{found} has no line in the docstring"
    code = text.replace(ast.get_docstring(ast.parse(text), clean=False), "")
    for name in names:
        assert name.split(".")[-1] in code, f"{name} is not used"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from keras.src import x", "keras.src.x"),
        ("from keras import src", "keras.src"),
        ("import keras.src.models as m", "keras.src.models"),
        ("import keras\nkeras.src.utils.naming.to_snake_case(x)", "keras.src.utils"),
        ("import tensorflow.python.eager", "tensorflow.python.eager"),
        ("import tensorflow as tf\ntf.python.eager.context", "tensorflow.python"),
        ("from sklearn.model_selection._search import BaseSearchCV", "_search"),
        ("from sklearn.base import _fit_context", "sklearn.base._fit_context"),
        ("import joblib\njoblib.parallel._backend", "joblib.parallel._backend"),
        ("from joblib import parallel\nparallel._backend", "joblib.parallel._backend"),
        ("def f(model):\n    return model._flatten_layers()", "_flatten_layers"),
        ("class A(B):\n    def f(self):\n        return self._theirs", "_theirs"),
        ("def f(x):\n    x._theirs = 1", "_theirs"),
        ('getattr(x, "_private")', "_private"),
        ('hasattr(x, "_private")', "_private"),
        ('import operator\noperator.attrgetter("_private")', "_private"),
        ('import sys\nsys.modules.get("keras.src.backend")', "keras.src.backend"),
        ('from importlib import import_module\nimport_module("tensorflow.python")', ""),
    ],
)
def test_a_private_name_is_found(line, found):
    assert any(found in name for name in private_names(line, {"_ours"}))


@pytest.mark.parametrize(
    "line",
    [
        "from skkeras.training._x import _y",
        "class A:\n    def f(self, other):\n        return self._ours + other._ours",
        'getattr(x, "_ours")',
        "x.__class__.__name__",
        "import os\nos._exit(1)",
        "from __future__ import annotations",
        "import keras\nkeras.ops.add(1, 2)",
        'text = "keras.source of all"',
    ],
)
def test_what_is_ours_or_public_is_not_found(line):
    assert private_names(line, {"_ours"}) == set()


def test_a_name_of_a_library_that_is_our_own_elsewhere_is_found():
    line = "import joblib\njoblib.parallel._ours"
    assert private_names(line, {"_ours"}) == {"joblib.parallel._ours"}


def modules():
    """Import each file but the rooms, and but what needs an optional library."""
    for file in sources():
        if file not in ROOMS and file not in NEEDING_MORE:
            name = "skkeras." + file.removesuffix(".py").replace("/", ".")
            try:
                importlib.import_module(name.removesuffix(".__init__"))
            except ModuleNotFoundError as error:
                if error.name not in OF_EXTRAS:
                    raise
            else:
                yield sys.modules[name.removesuffix(".__init__")]


def classes_of(module):
    return [
        cls
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__ == module.__name__
    ]


def is_of_a_library(cls):
    top = cls.__module__.split(".")[0]
    return top != "skkeras" and top not in sys.stdlib_module_names


@pytest.mark.slow
def test_no_class_of_ours_overrides_a_private_name_of_its_base():
    """Only a room may: what a base calls itself may be called otherwise tomorrow."""
    ours = {cls for module in modules() for cls in classes_of(module)}
    assert len(ours) > 80
    by_machinery = {"_abc_impl", "_sklearn_auto_wrap_output_keys"}
    overridden = {
        (cls.__qualname__, name, base.__qualname__)
        for cls in ours
        for own in cls.__mro__
        for name in vars(own)
        if own in ours and is_private(name) and name not in by_machinery
        for base in cls.__mro__
        if is_of_a_library(base) and name in vars(base)
    }
    assert overridden == {("OptunaSearchCV", "_parameter_constraints", "BaseSearchCV")}
