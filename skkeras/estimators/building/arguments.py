"""Routed arguments on their way into classes: optimizers, losses, metrics, callbacks.

What an argument is for is told by its name: ``loss__delta`` is for the loss,
``callbacks__0__patience`` for the first of the callbacks, ``callbacks__patience`` for
each of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from skkeras.estimators.legacy import OPTIMIZER_PARAMETERS, modern_name
from skkeras.estimators.scikeras_parts import accepts_kwargs, unflatten_params
from skkeras.spelling import nearest


def with_arguments(destination: str, items: Any, arguments: dict[str, Any]) -> Any:
    """Instantiate the classes among some items.

    Parameters
    ----------
    destination : str
        The parameter that holds the items, such as ``"callbacks"``.
    items : object
        A class, or a list, tuple or dict of them; what is no class stays as it is.
    arguments : dict
        Arguments of the classes, by name or, after the place of an item in its list or
        dict, by place and name.

    Returns
    -------
    object
        As `items`, with instances.

    Raises
    ------
    ValueError
        When nothing takes an argument.
    """
    full_names = {name: f"{destination}__{name}" for name in arguments}
    _check_taken(destination, items, full_names)
    return unflatten_params(items, arguments)


def _check_taken(destination, items, full_names):
    """Check a part of the items, and the arguments that are left for it."""
    if inspect.isclass(items):
        _check_class(items, full_names)
    elif isinstance(items, Mapping):
        _check_places(destination, items, full_names)
    elif isinstance(items, list | tuple):
        _check_places(destination, dict(enumerate(items)), full_names)
    elif full_names:
        first = next(iter(full_names.values()))
        raise ValueError(
            f"{first} has no effect, since {destination} is {items!r}: arguments are "
            "for a class or the name of one."
        )


def _check_places(destination, items, full_names):
    places = {str(place): item for place, item in items.items()}
    shared, placed = {}, {place: {} for place in places}
    for name, full in full_names.items():
        place, _, rest = name.partition("__")
        if not rest:
            shared[name] = full
        elif place in placed:
            placed[place][rest] = full
        else:
            raise ValueError(
                f"{full} has no effect: {destination} has no {place!r}, only "
                f"{', '.join(map(repr, places)) or 'nothing'}."
                f"{nearest(place, places)}"
            )
    if shared and not places:
        raise ValueError(
            f"{next(iter(shared.values()))} has no effect, since {destination} is "
            "empty."
        )
    for place, item in places.items():
        _check_taken(f"{destination}__{place}", item, shared | placed[place])


def _check_class(cls, full_names):
    known = inspect.signature(cls).parameters
    # Keras's own have **kwargs as well, but only to say what they do not take.
    takes_any = accepts_kwargs(cls) and not cls.__module__.startswith("keras.")
    given = {name for name in full_names if "__" not in name}
    for name, full in full_names.items():
        head, _, rest = name.partition("__")
        if rest and head in given:
            continue
        if rest:
            raise ValueError(
                f"{full} has no effect: there is no "
                f"{full.removesuffix('__' + rest)} whose argument it could be."
            )
        if not (name in known or name[0].isdigit() or takes_any):
            hint = modern_name(name, OPTIMIZER_PARAMETERS) or nearest(name, known)
            raise ValueError(f"{full} is no argument of {cls.__name__}.{hint}")
