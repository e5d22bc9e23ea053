"""Telling by a short text whether two objects mean the same, in any process."""

import functools
import inspect
import types
from collections.abc import Mapping
from hashlib import sha256

import joblib
import numpy as np
from optuna.distributions import BaseDistribution

_WITHOUT_EFFECT = {"n_jobs", "verbose", "memory"}
_DEEPEST = 8


def digest_of(value):
    """Return a number that tells a value from others, the same in every process.

    Parameters
    ----------
    value : object
        Functions count by their name and source, estimators and other objects by
        their class and parameters, data by every value.

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
    return sha256(repr(_described(value, ())).encode()).hexdigest()[:16]


def _described(value, path):
    """Write as nested tuples and dicts of strings; `path` has the objects around."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    if isinstance(value, BaseDistribution):
        return repr(value)
    if isinstance(value, np.generic):
        return repr(value.item())
    if id(value) in path or len(path) > _DEEPEST:
        return type(value).__qualname__
    describe = functools.partial(_described, path=(*path, id(value)))
    if isinstance(value, types.FunctionType):
        return value.__qualname__, _source_of(value), describe(_bound_to(value))
    if hasattr(value, "__qualname__"):  # a class, or a function without source
        return value.__qualname__
    if isinstance(value, Mapping):
        pairs = ((describe(key), describe(each)) for key, each in value.items())
        return {"mapping": sorted(pairs, key=repr)}
    if isinstance(value, list | tuple):
        return tuple(map(describe, value))
    if isinstance(value, set | frozenset):
        return {"set": sorted(map(describe, value), key=repr)}
    if hasattr(value, "shape"):
        return _digest_of_data(value)
    return type(value).__qualname__, describe(_parts_of(value))


def _parts_of(value):
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


def _bound_to(function):
    """Return what a function's arguments default to, and what it closes over."""
    cells = [_contents(cell) for cell in function.__closure__ or ()]
    return [function.__defaults__, function.__kwdefaults__, cells]


def _contents(cell):
    try:
        return cell.cell_contents
    except ValueError:  # of a name that is not bound yet
        return None


def _source_of(function):
    """Return the source, where there is one: an interpreter keeps none."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return None


def _digest_of_data(data):
    if hasattr(data, "iloc"):  # its blocks may lie otherwise, its values count
        from pandas.util import hash_pandas_object

        data = [
            [str(name) for name in getattr(data, "columns", ())],
            hash_pandas_object(data, index=False).to_numpy(),
        ]
    return joblib.hash(data)
