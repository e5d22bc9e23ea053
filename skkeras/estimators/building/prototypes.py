"""Models that fits with the same parameters share until they are looked at."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np

from skkeras.estimators.randomness import BUILDING
from skkeras.layers import (
    FeatureScale,
    PeriodicEmbedding,
    PiecewiseLinearEncoding,
    TableFeatures,
)
from skkeras.training import LeastRecentlyUsed, UnbuiltModel

_PROTOTYPES = LeastRecentlyUsed(64)
_VALUES = LeastRecentlyUsed(8)  # folds of one seed follow each other
_SEEDS = 1, 10**9  # the range that Keras draws from for a layer without a seed
_PLAIN = (str, int, float, type, type(None))


def prototype(
    key: tuple[Any, ...], build: Callable[[], keras.Model], seed: int
) -> keras.Model | None:
    """Return a model to share, built when first asked for.

    Parameters
    ----------
    key : tuple
        All that decides the model, but for the seed.
    build : callable
        Returns a new model.
    seed : int
        That `build` draws its weights by.

    Returns
    -------
    keras.Model or None
        None where `draw_values` would not give the weights that Keras does.
    """
    key = key, keras.config.floatx(), keras.config.dtype_policy().name

    def build_and_check():
        model = build()
        values = _initial_values(model, seed)
        same = values is not None and all(
            np.array_equal(variable.numpy(), value)
            for variable, value in zip(model.variables, values, strict=True)
        )
        return model if same else None

    with BUILDING:
        return _found(_PROTOTYPES, key, build_and_check)


def _found(cache, key, make):
    try:
        return cache.get(key, make)
    except Exception:
        cache.forget(key)  # the next fit may find memory, say
        raise


def is_plain(value: Any) -> bool:
    """Return whether a parameter is a plain value, which a key can hold."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return isinstance(value, _PLAIN)


def unbuilt_model(
    model: keras.Model, build: Callable[[], keras.Model], seed: int
) -> UnbuiltModel:
    """Return the weights that a model built now would have.

    Parameters
    ----------
    model : keras.Model
        From `prototype`.
    build : callable
        Returns the model that has them.
    seed : int
        Decides them.

    Returns
    -------
    UnbuiltModel
    """
    return UnbuiltModel(model, _initial_values(model, seed), build)


def _initial_values(model, seed):
    """Return `draw_values` of a prototype; nobody changes the arrays."""
    return _found(_VALUES, (model, seed), partial(draw_values, model, seed))


def draw_values(model: keras.Model, seed: int) -> list[np.ndarray] | None:
    """Return the weights that a seed gives to the layers of `create_mlp` and of tables.

    Keras draws a seed from Python's generator for each initializer and each dropout,
    in the order that the layers are made in, and then those are built.

    Returns
    -------
    list of ndarray or None
        One for each of the model's variables; None where there are other layers.
    """
    layers = [part for layer in model.layers for part in _parts(layer)]
    if not {type(layer) for layer in layers} <= _WHEN_MADE.keys() | _WHEN_BUILT.keys():
        return None
    seeds, values = random.Random(seed), {}
    for draw_of in (_WHEN_MADE, _WHEN_BUILT):
        for layer in layers:
            if draw := draw_of.get(type(layer)):
                values |= draw(layer, seeds)
    return [values[id(variable)] for variable in model.variables]


def _parts(layer):
    """Return the layers that draw the weights of a layer, in the order of making."""
    if type(layer) is not TableFeatures:
        return [layer]
    encoding = [] if layer.encoding is None else [layer.encoding]
    return [*encoding, *layer.embeddings]


def _dense(layer, seeds):
    kernel, bias = layer.kernel, layer.bias
    drawn = _reseeded(layer.kernel_initializer, seeds)(kernel.shape, kernel.dtype)
    return {id(kernel): np.asarray(drawn), id(bias): np.zeros(bias.shape, bias.dtype)}


def _embedding(layer, seeds):
    table = layer.embeddings
    drawn = _reseeded(layer.embeddings_initializer, seeds)(table.shape, table.dtype)
    return {id(table): np.asarray(drawn)}


def _reseeded(initializer, seeds):
    config = initializer.get_config() | {"seed": seeds.randint(*_SEEDS)}
    return type(initializer).from_config(config)


def _dropout(layer, seeds):
    state = layer.seed_generator.state
    return {id(state): np.array([seeds.randint(*_SEEDS), 0], state.dtype)}


def _batch_normalization(layer, seeds):
    starts = {
        "gamma": np.ones,
        "beta": np.zeros,
        "moving_mean": np.zeros,
        "moving_variance": np.ones,
    }
    variables = {name: getattr(layer, name) for name in starts}
    return {id(v): starts[name](v.shape, v.dtype) for name, v in variables.items()}


def _periodic_embedding(layer, seeds):
    variables = [layer.frequencies, layer.phases, layer.kernel, layer.bias]
    initializers = layer.initializers([seeds.randint(*_SEEDS) for _ in variables])
    return {
        id(v): np.asarray(initializer(v.shape, v.dtype))
        for v, initializer in zip(variables, initializers, strict=True)
    }


def _piecewise_linear_encoding(layer, seeds):
    return {id(layer.edges): np.asarray(layer.edges)}


def _feature_scale(layer, seeds):
    return {id(layer.scale): np.ones(layer.scale.shape, layer.scale.dtype)}


def _nothing(layer, seeds):
    return {}


_WHEN_MADE = {
    keras.layers.Dense: _dense,
    keras.layers.Dropout: _dropout,
    keras.layers.BatchNormalization: _batch_normalization,
    keras.layers.Activation: _nothing,
    keras.layers.Embedding: _embedding,
    PiecewiseLinearEncoding: _piecewise_linear_encoding,
    FeatureScale: _feature_scale,
}
_WHEN_BUILT = {PeriodicEmbedding: _periodic_embedding}
