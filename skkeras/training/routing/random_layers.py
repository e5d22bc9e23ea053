"""Layers that draw random numbers as they train.

XLA draws others than TensorFlow does outside it. So that a program can be compared
with Keras, layers whose draws are known can be told to leave them out; a layer that
draws in a way of its own is left to ``Model.fit``.
"""

from contextlib import contextmanager

import keras

from skkeras.training.keras_internals.models import layers_of, seed_generators_of

# They only draw, and only in training.
_DRAWING = (
    keras.layers.Dropout,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.SpatialDropout3D,
    keras.layers.GaussianNoise,
    keras.layers.GaussianDropout,
    keras.layers.AlphaDropout,
)
_CELLS = (
    keras.layers.SimpleRNNCell,
    keras.layers.GRUCell,
    keras.layers.LSTMCell,
)
_MASKS = ("get_dropout_mask", "get_recurrent_dropout_mask")


def layer_with_own_draws(model):
    """Return a layer that draws in a way that cannot be left out, or None.

    Parameters
    ----------
    model : keras.Model
    """
    for layer in layers_of(model):
        draws = bool(seed_generators_of(layer)) and not _is_silent(layer)
        if draws and type(layer) not in _DRAWING + _CELLS:
            return layer
    return None


def draws_random_numbers(model):
    """Return whether a layer draws in training: its draws depend on a batch's size.

    Parameters
    ----------
    model : keras.Model
    """
    layers = layers_of(model)
    return any(seed_generators_of(layer) and not _is_silent(layer) for layer in layers)


def _is_silent(layer):
    """Return whether a layer owns a generator that it never asks."""
    rates = [getattr(layer, name, None) for name in ("dropout", "recurrent_dropout")]
    return hasattr(layer, "dropout") and not any(rates)


def lift_draws(model):
    """Make the layers that draw read from a variable whether to.

    Parameters
    ----------
    model : keras.Model
        Its layers are changed in place.

    Returns
    -------
    keras.Variable or None
        None where no layer draws.
    """
    if not draws_random_numbers(model):
        return None
    drawing = keras.Variable(True, trainable=False, dtype="bool", name="drawing")
    for layer in layers_of(model):
        if type(layer) in _DRAWING:
            layer.call = _choose(layer.call, drawing)
        elif type(layer) in _CELLS and not _is_silent(layer):
            for name in _MASKS:
                setattr(layer, name, _choose_mask(getattr(layer, name), drawing))
    return drawing


def _choose(by_keras, drawing):
    def call(inputs, training=False):
        outputs = by_keras(inputs, training=training)
        return keras.ops.where(drawing.value, outputs, inputs) if training else outputs

    return call


def _choose_mask(by_keras, drawing):
    def choose(mask):
        return keras.ops.where(drawing.value, mask, keras.ops.ones_like(mask))

    def mask_of(step_input):
        mask = by_keras(step_input)
        return None if mask is None else keras.tree.map_structure(choose, mask)

    return mask_of


@contextmanager
def without_draws(model):
    """Switch the random draws of a model's layers off inside the block.

    Parameters
    ----------
    model : keras.Model
    """
    before = []

    def put(layer, name, value):
        before.append((layer, name, vars(layer).get(name, _ABSENT)))
        vars(layer)[name] = value

    for layer in layers_of(model):
        if type(layer) in _DRAWING:
            put(layer, "call", _undrawn(layer.call))
        elif type(layer) in _CELLS:
            put(layer, "dropout", 0.0)
            put(layer, "recurrent_dropout", 0.0)
    try:
        yield
    finally:
        for layer, name, value in reversed(before):
            if value is _ABSENT:
                del vars(layer)[name]
            else:
                vars(layer)[name] = value


_ABSENT = object()


def _undrawn(by_keras):
    return lambda inputs, training=False: by_keras(inputs, training=False)
