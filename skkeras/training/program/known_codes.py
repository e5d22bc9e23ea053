"""Whether each Embedding has a row for every code that it is asked for.

Outside XLA a CPU raises where it has none. A compiled program would take another row
without a word, so such rows are looked for before, and left to ``Model.fit``.
"""

from contextlib import contextmanager, suppress
from contextvars import ContextVar

import keras
import numpy as np
from keras import ops, tree

from skkeras.training.keras_internals.models import layers_inside
from skkeras.training.routing.eligibility import Ineligible

_ROWS_AT_ONCE = 100_000
_lookups = ContextVar("lookups", default=None)


class _Seen(BaseException):
    """All lookups were seen, or one without a row; no error for Keras to comment on."""


class _Lookups:
    """The lookups of one call of a model.

    Parameters
    ----------
    last : int or None
        After how many the call is ended.
    """

    def __init__(self, last=None):
        self.count, self._last, self.reason = 0, last, None

    def check(self, layer, codes):
        """End the call where a code has no row, or where no lookup is left."""
        self.count += 1
        if self._last is None:
            return
        if codes.dtype not in ("int32", "int64"):
            codes = ops.cast(codes, "int32")  # as the layer does
        codes, rows = np.asarray(codes), layer.input_dim
        for code in (codes.min(initial=0), codes.max(initial=0)):
            if not -rows <= code < rows:  # negative ones count from the end
                self.reason = f"{layer.name} has {rows} rows, and none for {code}"
        if self.reason or self.count == self._last:
            raise _Seen


@contextmanager
def counted_lookups(model):
    """Count how often a model looks rows up when it is called inside the block.

    Parameters
    ----------
    model : keras.Model
        Not shared with anybody: the method `call` of its embeddings is replaced.

    Yields
    ------
    object
        With an attribute ``count``.
    """
    for layer in layers_inside(model):
        if isinstance(layer, keras.layers.Embedding):
            layer.call = _watched(layer, layer.call)
    with _watching(_Lookups()) as lookups:
        yield lookups


def check_codes(template, *parts):
    """Raise `Ineligible` where an Embedding has no row for a code.

    Parameters
    ----------
    template : Template
    *parts : nest of ndarray
        Inputs of the model: rows to train and to evaluate with.
    """
    if not template.n_lookups:
        return
    for x in parts:
        rows = len(tree.flatten(x)[0])
        for start in range(0, rows, _ROWS_AT_ONCE):
            _check_some(template, x, slice(start, start + _ROWS_AT_ONCE))


def _check_some(template, x, which):
    some = tree.map_structure(lambda leaf: ops.convert_to_tensor(leaf[which]), x)
    with (
        _watching(_Lookups(template.n_lookups)) as lookups,
        keras.StatelessScope(),
        suppress(_Seen),
    ):
        template.model(some)
    if lookups.reason:
        raise Ineligible(lookups.reason)


@contextmanager
def _watching(lookups):
    token = _lookups.set(lookups)
    try:
        yield lookups
    finally:
        _lookups.reset(token)


def _watched(layer, by_keras):
    def call(inputs):
        lookups = _lookups.get()
        if lookups is not None:
            lookups.check(layer, inputs)
        return by_keras(inputs)

    return call
