"""What a model's configuration leaves out, given to a copy made from it."""

import types

import keras

from skkeras.training.keras_internals.models import layers_of, operations_of
from skkeras.training.keras_internals.stock import bookkeeping_of

_STATE = (
    keras.Variable,
    keras.layers.Layer,
    keras.metrics.Metric,
    keras.optimizers.Optimizer,
    keras.random.SeedGenerator,
    keras.KerasTensor,
    keras.Operation,
)
_SET_BY_SHAPE = ("units", "activation")
_DEPTH = 8


def adopt_constants(copy, original, apart_from=()):
    """Give an object the attributes that another of its class has, but for state.

    Configurations leave out what was set, adapted or computed after an object was
    made, and name functions that only look alike.

    Parameters
    ----------
    copy, original : object
        Of the same class; `copy` is changed in place.
    apart_from : tuple of str, default=()
        Attributes to leave alone.
    """
    skipped = (bookkeeping_of(original) - {"activity_regularizer"}).union(apart_from)
    for name, value in vars(original).items():
        if name not in skipped and name[:6] != "_self_" and not _holds_state(value):
            vars(copy)[name] = value


def adopt_layers(copy, original, has_other_shape=False):
    """Give a model's layers and variables what those of another have, but for state.

    Parameters
    ----------
    copy, original : keras.Model
        Of the same configuration, built; `copy` is changed in place.
    has_other_shape : bool, default=False
        Whether the copy was made with other hidden widths and activations.
    """
    apart_from = _SET_BY_SHAPE if has_other_shape else ()
    for mine, own in zip(_parts(copy), _parts(original), strict=True):
        adopt_constants(mine, own, apart_from)
    for mine, own in zip(copy.variables, original.variables, strict=True):
        mine.regularizer, mine.constraint = own.regularizer, own.constraint
        if mine.trainable != own.trainable:
            mine.trainable = own.trainable


def _parts(model):
    """Return a model's layers, and the operations beside them."""
    layers = layers_of(model)
    operations = [o for layer in layers for o in operations_of(layer)]
    return [*layers, *(o for o in operations if not isinstance(o, keras.layers.Layer))]


def _holds_state(value, depth=0):
    """Return whether a fit's own state, or a part of a graph, is in a value."""
    if depth > _DEPTH or isinstance(value, _STATE):
        return True
    if keras.ops.is_tensor(value):
        return hasattr(value, "assign")
    if isinstance(value, types.MethodType):
        return _holds_state(value.__self__, depth + 1)
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = value
    elif isinstance(value, (type, types.FunctionType, types.ModuleType)):
        parts = ()
    else:
        parts = getattr(value, "__dict__", {}).values()
    return any(_holds_state(part, depth + 1) for part in parts)
