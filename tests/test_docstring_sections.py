"""Docstrings of what is public have the sections of numpydoc, and each says something.

numpydoc is installed with the site's tools; where it is not, this is skipped.
"""

import importlib
import inspect

import pytest
from test_api_page import packages

validate = pytest.importorskip("numpydoc.validate").validate

# Not asked for: a second paragraph, examples of each method, related names,
# and a description below a type of what is returned that says all by itself.
NOT_ASKED_FOR = {"ES01", "EX01", "SA01", "RT02", "RT03"}


def own_methods(found):
    """Yield the names of a class's public methods that this package defines."""
    for name, member in inspect.getmembers(found, callable):
        home = getattr(member, "__module__", None) or ""
        if not name.startswith("_") and home.startswith("skkeras"):
            yield name


def public_names():
    for package in packages():
        module = importlib.import_module(package)
        for name in getattr(module, "__all__", ()):
            found = getattr(module, name)
            if not callable(found) or not found.__module__.startswith("skkeras"):
                continue
            yield f"{package}.{name}"
            if inspect.isclass(found):
                yield from (f"{package}.{name}.{each}" for each in own_methods(found))


@pytest.mark.parametrize("name", list(public_names()))
def test_sections_are_there(name):
    errors = validate(name)["errors"]
    assert [each for each in errors if each[0] not in NOT_ASKED_FOR] == []


def test_what_is_missing_is_found():
    """Parameters without a description, and such as the signature does not have."""
    errors = {code for code, _ in validate(f"{__name__}.undescribed")["errors"]}
    assert {"PR01", "PR02", "PR07"} <= errors


def undescribed(given, forgotten):
    """Do nothing.

    Parameters
    ----------
    given : int

    other : int
        Is no parameter.
    """
