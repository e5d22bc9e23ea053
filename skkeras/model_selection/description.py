"""Telling by a short text whether two objects mean the same, in any process.

The training engine's `by_value` does so within one process: its keys hold code objects,
and it needs Keras.
"""

from __future__ import annotations

import functools
import inspect
import os
import sysconfig
import types
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from optuna.distributions import BaseDistribution

_WITHOUT_EFFECT = {"n_jobs", "verbose", "memory"}
_PLAIN = (bool, int, float, str, bytes, type(None), BaseDistribution)
_OF_CODE = (
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
)
_CONTAINERS = (Mapping, list, tuple, set, frozenset)
# Kinds of a class's members that have no function of a user's in them.
_WITHOUT_FUNCTIONS = {
    *(bool, int, float, str, bytes, type(None)),
    *(dict, list, tuple, set, frozenset),
    *(types.GetSetDescriptorType, types.MemberDescriptorType),
    types.BuiltinFunctionType,
}


def digest_of(value: Any) -> str:
    """Return a text that tells a value from others, the same in every process.

    Parameters
    ----------
    value : object
        Functions count by their compiled code, which comments and layout do not change
        but Python's version may, by what they close over and by the plain globals
        that they name; estimators and other objects by their class, with the methods of
        a class of one's own, and parameters; data by every value.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    Examples
    --------
    >>> digest_of({"alpha": [1, 2]}) == digest_of({"alpha": [1, 2]})
    True
    >>> digest_of({"alpha": [1, 2]}) == digest_of({"alpha": [1, 3]})
    False
    """
    return _digest([_Descriptions().of(value)])[:16]


class _Descriptions:
    """Describes objects by what they hold, each once, whoever refers to them."""

    def __init__(self):
        self._found, self._kept = {}, []

    def of(self, value):
        """Return a plain value's text, or a digest of the texts of its parts."""
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, _PLAIN):
            return repr(value)
        if id(value) not in self._found:
            self._kept.append(value)  # an id is good for as long as its object lives
            self._found[id(value)] = "a part of itself"  # until all parts are known
            kind, parts = _kind_and_parts(value)
            words = [self.of(part) for part in parts]
            if isinstance(value, set | frozenset):
                words.sort()
            self._found[id(value)] = _digest([kind, *words])
        return self._found[id(value)]


def _digest(words):
    return sha256(repr(words).encode()).hexdigest()


def _kind_and_parts(value):
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: repr(pair[0]))
        return "mapping", [each for pair in pairs for each in pair]
    if isinstance(value, list | tuple):
        return "sequence", value
    if isinstance(value, set | frozenset):
        return "set", value
    if isinstance(value, types.FunctionType):
        return value.__qualname__, [value.__code__, *_bound_to(value)]
    if isinstance(value, types.CodeType):
        return "code", [getattr(value, name) for name in _OF_CODE]
    if isinstance(value, types.MethodType):
        return "method", [value.__func__, value.__self__]
    if isinstance(value, types.ModuleType):
        return value.__name__, []
    if isinstance(value, type):
        return value.__qualname__, [_own_methods(value), value.__bases__]
    if hasattr(value, "__qualname__"):  # a function in C
        return value.__qualname__, []
    if hasattr(value, "shape"):
        return _digest_of_data(value), []
    return "object", [type(value), _state_of(value)]


def _state_of(value):
    """Return what makes an object what it is."""
    if isinstance(value, functools.partial):
        return [value.func, value.args, value.keywords]
    if hasattr(value, "get_params"):
        params = value.get_params(deep=False)
        return {k: v for k, v in params.items() if k not in _WITHOUT_EFFECT}
    if hasattr(value, "rvs") and hasattr(value, "kwds"):  # a distribution of SciPy's
        return [value.dist.name, value.args, value.kwds]
    if hasattr(value, "get_config"):
        try:
            return value.get_config()
        except NotImplementedError:  # a layer of the user's own
            return None
    return vars(value) if hasattr(value, "__dict__") else None


def _own_methods(kind):
    """Return the code of what a class of the user's own defines."""
    return {
        (name, part): function.__code__
        for name, value in vars(kind).items()
        for part, function in _functions_in(value)
        if not _is_installed(function)
    }


def _functions_in(member):
    """Yield the functions of a method, or of a descriptor of any kind around some."""
    if isinstance(member, types.FunctionType):
        yield "", member
    elif type(member) not in _WITHOUT_FUNCTIONS and not isinstance(member, type):
        for part in dir(member):
            function = inspect.getattr_static(member, part, None)
            if isinstance(function, types.MemberDescriptorType):  # as property has them
                function = getattr(member, part, None)
            if isinstance(function, types.FunctionType):
                yield part, function


def _bound_to(function):
    """Return what a function of the user's own takes from where it was defined."""
    if _is_installed(function):
        return []
    cells = [_contents(cell) for cell in function.__closure__ or ()]
    named = _named_globals(function)
    return [function.__defaults__, function.__kwdefaults__, cells, named]


def _named_globals(function):
    """Return the globals that a function names, where they are data or functions."""
    kinds = (*_PLAIN, *_CONTAINERS, np.ndarray, np.generic, types.FunctionType)
    found = function.__globals__
    names = sorted(_names_in(function.__code__) & found.keys())
    return {name: found[name] for name in names if isinstance(found[name], kinds)}


def _names_in(code):
    inner = (each for each in code.co_consts if isinstance(each, types.CodeType))
    return set(code.co_names).union(*map(_names_in, inner))


def _is_installed(function):
    """Return whether a function is a library's, so that its version stands for it."""
    return function.__code__.co_filename.startswith(_folders_of_libraries())


@functools.cache
def _folders_of_libraries():
    """Return where libraries lie; this one may be installed elsewhere, to be edited."""
    paths = sysconfig.get_paths()
    libraries = (paths[name] for name in ("stdlib", "purelib", "platlib"))
    ours = Path(__file__).parents[1]
    return tuple(f"{folder}{os.sep}" for folder in (*libraries, ours))


def _contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # of a name that is not bound yet
        return None


def _digest_of_data(data):
    if hasattr(data, "iloc"):  # its blocks may lie otherwise, its values count
        from pandas.util import hash_pandas_object

        data = [
            [str(name) for name in getattr(data, "columns", ())],
            hash_pandas_object(data, index=False).to_numpy(),
        ]
    return joblib.hash(data)
