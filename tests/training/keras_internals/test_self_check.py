"""The search for private names in the modules where they lay."""

import types

import pytest

from skkeras.training.keras_internals import self_check
from skkeras.training.keras_internals.self_check import _not_mentioned, missing_names

SOURCE = """
import functools

_of_module = 1

def decorated(method):
    @functools.wraps(method)
    def other(*args):
        return method(*args)
    return other

def function(layer):
    def inside():
        return layer._read_inside
    setattr(layer, "_set_by_name", inside)

class Layer:
    _of_class = None

    def __init__(self):
        self._set = 0

    @property
    def shown(self):
        return self._of_property

    @shown.setter
    def shown(self, value):
        self._of_setter = value

    @staticmethod
    def static(layer):
        return layer._of_static

    @classmethod
    def of_class(cls):
        return cls._of_class_method

    @decorated
    def method(self):
        return self._of_decorated

    class Inner:
        def method(self):
            return self._of_inner
"""
MENTIONED = [
    *("_of_module", "_read_inside", "_set_by_name", "_of_class", "_set"),
    *("_of_property", "_of_setter", "_of_static", "_of_class_method"),
    *("_of_decorated", "_of_inner"),
]


@pytest.fixture
def module():
    made = types.ModuleType("made")
    exec(SOURCE, vars(made))
    return made


@pytest.mark.parametrize("name", MENTIONED)
def test_a_name_is_found_wherever_it_is_mentioned(module, name):
    assert _not_mentioned(module, (name,)) == set()
    assert _not_mentioned(module, ("_gone", name)) == {"_gone"}


def test_code_of_other_modules_does_not_count(module):
    module.function.__module__ = "another"
    assert _not_mentioned(module, ("_read_inside", "_of_inner")) == {"_read_inside"}


def test_a_missing_name_and_a_missing_module_are_told(monkeypatch):
    places = {"keras.src.layers.layer": ("_called", "_gone"), "keras.src.gone": ("_x",)}
    monkeypatch.setattr(self_check, "_OF_KERAS", places)
    monkeypatch.setattr(self_check, "_OF_TENSORFLOW", {})
    found = missing_names.__wrapped__()
    assert found == ("_gone of keras.src.layers.layer", "keras.src.gone")


def test_names_are_looked_for_once(monkeypatch):
    searched = []

    def search(module, names):
        searched.append(module.__name__)
        return _not_mentioned(module, names)

    monkeypatch.setattr(self_check, "_not_mentioned", search)
    missing_names.cache_clear()
    first = missing_names()
    assert len(searched) == len(set(searched)) >= len(self_check._OF_KERAS)
    assert missing_names() is first
    assert len(searched) == len(set(searched))


def test_the_search_ends_when_all_are_found(module):
    class Never:
        @property
        def __module__(self):
            raise AssertionError("looked at after all names were found")

    module.later = Never()
    assert _not_mentioned(module, ("_set", "_of_inner")) == set()
    with pytest.raises(AssertionError, match="looked at"):
        _not_mentioned(module, ("_gone",))
