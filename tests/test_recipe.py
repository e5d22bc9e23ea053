"""The conda recipe asks for what pyproject.toml asks for, and reads the rest there."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
RECIPE = yaml.safe_load((ROOT / "conda" / "recipe.yaml").read_text())

# What conda-forge calls otherwise than PyPI.
OTHER_NAMES = {"matplotlib": "matplotlib-base"}


def as_conda_has_it(requirement):
    """Return (name, versions) of a requirement of Python's."""
    name = requirement.name.lower()
    # conda's == takes no star: 0.13.* stands alone.
    versions = re.sub(r"^==(.*\.\*)$", r"\1", str(requirement.specifier))
    return OTHER_NAMES.get(name, name), versions


def in_recipe(section):
    """Return name to versions of a section of the recipe's requirements."""
    pairs = [line.partition(" ") for line in RECIPE["requirements"][section]]
    assert len({name for name, _, _ in pairs}) == len(pairs)
    return {name: versions for name, _, versions in pairs}


def pythons():
    """Return the minor versions of Python that the recipe's package runs on."""
    allowed = SpecifierSet(in_recipe("run")["python"])
    return [f"3.{minor}" for minor in range(30) if f"3.{minor}" in allowed]


def test_run_requirements_are_those_of_the_project():
    found = in_recipe("run")
    del found["python"]
    wanted = [Requirement(line) for line in PROJECT["dependencies"]]
    for python in pythons():
        held = [
            one
            for one in wanted
            if one.marker is None or one.marker.evaluate({"python_version": python})
        ]
        assert found == dict(map(as_conda_has_it, held)), python


def test_pythons_begin_where_the_project_does():
    oldest = pythons()[0]
    assert oldest in SpecifierSet(PROJECT["requires-python"])
    before = f"3.{Version(oldest).minor - 1}"
    assert before not in SpecifierSet(PROJECT["requires-python"])
    assert in_recipe("host")["python"] == PROJECT["requires-python"]


def test_it_is_built_with_what_the_project_is_built_with():
    found = in_recipe("host")
    wanted = map(Requirement, PYPROJECT["build-system"]["requires"])
    assert found == {
        **dict(map(as_conda_has_it, wanted)),
        **{"pip": "", "python": PROJECT["requires-python"]},
    }


def test_license_and_commands_are_those_of_the_project():
    assert RECIPE["about"]["license"] == PROJECT["license"]
    assert [RECIPE["about"]["license_file"]] == PROJECT["license-files"]
    commands = [f"{name} = {at}" for name, at in PROJECT["scripts"].items()]
    assert RECIPE["build"]["python"]["entry_points"] == commands


@pytest.mark.parametrize(
    ("value", "key"),
    [("name", "name"), ("version", "version"), ("summary", "description")],
)
def test_name_version_and_summary_are_read_from_the_project(value, key):
    found = re.fullmatch(
        r'\$\{\{ load_from_file\("(.*)"\)\.project\.(\w+) \}\}',
        RECIPE["context"][value],
    )
    assert found is not None
    file, read = found.groups()
    assert (ROOT / "conda" / file).resolve() == ROOT / "pyproject.toml"
    assert read == key
    assert PROJECT[key]


def test_the_version_stands_in_one_place():
    for name in ("skkeras/__init__.py", "conda/recipe.yaml", "CITATION.cff"):
        assert PROJECT["version"] not in (ROOT / name).read_text(), name
