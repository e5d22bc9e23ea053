"""What the constructors of a class and of those it is derived from take.

A subclass with a constructor of its own names its new parameters, and hands the rest
on with ``**kwargs``: what its class takes are then its parameters too.
"""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any

_STARRED = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def _own_constructors(cls):
    """Return the constructors from the class's own up to that of the first base."""
    classes = (c for c in cls.__mro__ if c is not object and "__init__" in vars(c))
    return [c.__init__ for c in classes]


def _named(constructor):
    parameters = list(signature(constructor).parameters.values())[1:]
    return {p.name: p.default for p in parameters if p.kind not in _STARRED}


def _takes_any(constructor):
    kinds = {p.kind for p in signature(constructor).parameters.values()}
    return Parameter.VAR_KEYWORD in kinds


def named_parameters(cls: type) -> list[str]:
    """Return the parameter names of a class's own constructor.

    Parameters
    ----------
    cls : type
        A class.

    Returns
    -------
    list of str
    """
    return list(_named(cls.__init__))


def all_parameters(cls: type) -> list[str]:
    """Return the parameter names of the constructors of a class and its bases.

    Parameters
    ----------
    cls : type
        A class.

    Returns
    -------
    list of str
        Each once, the bases' last.
    """
    return list(dict.fromkeys(n for c in _own_constructors(cls) for n in _named(c)))


def accepted_parameters(cls: type) -> list[str]:
    """Return the parameter names that a constructor takes, ``**kwargs`` followed.

    Parameters
    ----------
    cls : type
        A class.

    Returns
    -------
    list of str
        As :func:`all_parameters`, but only as far up as there is ``**kwargs``.
    """
    names = {}
    for constructor in _own_constructors(cls):
        names |= _named(constructor)
        if not _takes_any(constructor):
            break
    return list(names)


def accepts_any(cls: type) -> bool:
    """Check whether all constructors of a class take parameters of any name.

    Parameters
    ----------
    cls : type
        A class.

    Returns
    -------
    bool
        False where one that it hands them on to does not.
    """
    return all(_takes_any(c) for c in _own_constructors(cls))


def first_accepts_any(cls: type) -> bool:
    """Check whether the topmost constructor takes parameters of any name.

    Parameters
    ----------
    cls : type
        A class.

    Returns
    -------
    bool
    """
    return _takes_any(_own_constructors(cls)[-1])


def first_defaults(cls: type) -> dict[str, Any]:
    """Return the defaults of the topmost constructor.

    Parameters
    ----------
    cls : type
        A class.

    Returns
    -------
    dict
        Values by name; ``Parameter.empty`` for what has none.
    """
    return _named(_own_constructors(cls)[-1])
