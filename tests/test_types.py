"""What editors and type checkers learn from the package."""

import ast
import tomllib
import typing
from pathlib import Path

import pytest
import typing_sample

import skkeras

PACKAGE = Path(skkeras.__file__).parent
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
ENGINE = PACKAGE / "training"
ESTIMATORS = (
    "KerasClassifier",
    "KerasMLPClassifier",
    "KerasMLPRegressor",
    "KerasRegressor",
)


def is_public(name):
    return not name.startswith("_") or name.endswith("__")


def functions(node, home):
    """Public functions and methods in a module or a class, as (name, node)."""
    for child in node.body:
        if isinstance(child, ast.ClassDef) and is_public(child.name):
            yield from functions(child, f"{home}.{child.name}")
        elif isinstance(child, ast.FunctionDef) and is_public(child.name):
            yield f"{home}.{child.name}", child


def public_functions():
    for path in sorted(PACKAGE.rglob("*.py")):
        if ENGINE not in path.parents:
            home = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            yield from functions(ast.parse(path.read_text(encoding="utf-8")), home)


def unannotated(function, is_method):
    """Names of the parameters without a type, and "return"."""
    given = function.args
    named = given.posonlyargs + given.args
    decorators = {ast.unparse(each) for each in function.decorator_list}
    if is_method and "staticmethod" not in decorators:
        named = named[1:]
    starred = [each for each in (given.vararg, given.kwarg) if each is not None]
    parameters = [*named, *given.kwonlyargs, *starred]
    missing = [each.arg for each in parameters if each.annotation is None]
    return missing + ["return"] * (function.returns is None)


def test_everything_public_has_types():
    found = list(public_functions())
    missing = {}
    for name, function in found:
        is_method = name.rpartition(".")[0].rpartition(".")[2][:1].isupper()
        if names := unannotated(function, is_method):
            missing[name] = names
    assert missing == {}
    assert len(found) > 400


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("def f(a: int, *b: int, c: int = 1, **d: int) -> None: ...", []),
        ("def f(a, *b, c=1, **d): ...", ["a", "c", "b", "d", "return"]),
        ("class A:\n    def f(self, a): ...", ["a", "return"]),
        ("class A:\n    @staticmethod\n    def f(a) -> None: ...", ["a"]),
    ],
)
def test_missing_types_are_found(source, missing):
    module = ast.parse(source)
    ((name, function),) = functions(module, "m")
    assert unannotated(function, is_method=".A." in name) == missing


def test_the_wheel_says_that_it_is_typed():
    settings = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    assert "py.typed" in settings["tool"]["setuptools"]["package-data"]["skkeras"]
    assert (PACKAGE / "py.typed").is_file()


def test_lazy_names_are_those_that_type_checkers_see():
    module = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (each for each in module.body if isinstance(each, ast.If))
    seen = {alias.name: each.module for each in block.body for alias in each.names}
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    assert seen == skkeras._HOMES
    assert set(skkeras.__all__) == {*seen, "__version__"}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_types_of_constructors_can_be_read_at_run_time(name):
    hints = typing.get_type_hints(getattr(skkeras, name).__init__)
    assert hints["epochs"] is int
    assert set(typing.get_args(hints["engine"])) == {"auto", "keras"}


@pytest.mark.in_turn
@pytest.mark.slow
@pytest.mark.parametrize("part", ["classify", "search", "report"])
def test_the_program_for_type_checkers_runs(part):
    assert getattr(typing_sample, part)()
