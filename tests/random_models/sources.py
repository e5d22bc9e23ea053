"""Kinds of rows, and the layers that a model begins with for each."""

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

L = keras.layers


@dataclass
class Source:
    """An input.

    Parameters
    ----------
    kind : str
    shape : tuple of int
        Of a row.
    rows : callable
        Makes rows of a generator and a shape.
    dtype : str
        Of the data.
    first : callable
        Draws the layers that take these rows; none by default.
    input_dtype : str or None
        Of the model's input.
    """

    kind: str
    shape: tuple
    rows: Any
    dtype: str = "float32"
    first: Any = field(default=lambda draws: [])
    input_dtype: str | None = None

    def data(self, rng, n_rows):
        return self.rows(rng, (n_rows, *self.shape)).astype(self.dtype)

    def input(self):
        return keras.Input(self.shape, dtype=self.input_dtype)


def _normal(rng, shape):
    return rng.normal(size=shape)


def _ragged(rng, shape):
    """Give sequences that end in zeros."""
    values = rng.normal(size=shape)
    lengths = rng.integers(1, shape[1] + 1, len(values))
    values[np.arange(shape[1]) >= lengths[:, None]] = 0
    return values


def _bytes(rng, shape):
    return rng.integers(0, 256, shape)


def _codes(rng, shape):
    return rng.integers(0, 7, shape)


def _scaled(draws):
    return [L.Rescaling(1 / 255)]


def _embedded(draws):
    return [L.Embedding(7, draws.integer(2, 4), mask_zero=draws.chance(0.4))]


def _encoded(draws):
    return draws.choice(
        [
            lambda: [L.CategoryEncoding(7, output_mode="multi_hot")],
            lambda: [L.Embedding(7, draws.integer(2, 4)), L.Flatten()],
            lambda: [L.IntegerLookup(vocabulary=[1, 3, 5]), L.Embedding(4, 2)],
            lambda: [L.IntegerLookup(vocabulary=[0, 2, 4], output_mode="multi_hot")],
            lambda: [L.Hashing(5), L.Embedding(5, 3)],
        ]
    )()


def source(draws):
    """Draw a kind of rows."""
    n = draws.integer(3, 5)
    side = draws.integer(5, 7)
    kinds = [
        Source("table", (n,), _normal),
        Source("table", (n,), _normal),
        Source("float64 table", (n,), _normal, "float64"),
        Source("uint8 table", (n,), _bytes, "uint8", _scaled),
        Source("sequence", (n + 1, 2), _normal),
        Source("sequence", (n + 1, 2), _normal),
        Source(
            "masked sequence", (n, 2), _ragged, first=lambda draws: [L.Masking(0.0)]
        ),
        Source("image", (side, side, draws.integer(1, 2)), _normal),
        Source("uint8 image", (side, side, 1), _bytes, "uint8", _scaled),
        Source("volume", (4, 4, 4, 1), _normal),
        Source("tokens", (n,), _codes, "int64", _embedded),
        Source("codes", (2,), _codes, "int32", _encoded, "int32"),
    ]
    return draws.choice(kinds)
