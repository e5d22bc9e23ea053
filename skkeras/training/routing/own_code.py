"""Which parts of a model a user has written."""

import types

from skkeras.training.keras_internals.models import layers_inside
from skkeras.training.keras_internals.stock import is_stock


def custom_objects(model):
    """Return the classes and functions of a model's layers that are a user's, by name.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    dict of str to (type or function)
    """
    return {definition.__name__: definition for definition in _own_definitions(model)}


def has_own_code(model):
    """Return whether a class or a function of a model's layers is a user's.

    Parameters
    ----------
    model : keras.Model
    """
    return next(_own_definitions(model), None) is not None


def _own_definitions(model):
    for part in (model, *layers_inside(model)):
        for value in (type(part), *vars(part).values()):
            is_definition = isinstance(value, (type, types.FunctionType))
            definition = value if is_definition else type(value)
            if not is_stock(definition):
                yield definition
