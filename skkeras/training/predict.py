"""Prediction with a fitted model."""

import logging
from functools import partial
from itertools import repeat

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.clone import clone
from skkeras.training.deferred import Held
from skkeras.training.eligibility import Ineligible, check_clonable
from skkeras.training.program import tracing
from skkeras.training.quiet import without_tracing_remarks
from skkeras.training.rows import as_keras, n_rows
from skkeras.training.signature import architecture, spec
from skkeras.training.template import check_same
from skkeras.training.unbuilt import Unbuilt
from skkeras.training.widths import (
    Padded,
    common_widths,
    hidden_widths,
    padded_to,
)

BATCH_SIZE = 256

_log = logging.getLogger("skkeras.training")
_functions = LeastRecentlyUsed(64)


def predict(model, x, batch_size=None):
    """Return the model's outputs for the rows of x.

    Every batch has the same size, the last one filled up with copies of real rows, so
    that what is predicted for a row does not depend on how many rows are beside it.
    The graph is traced once for an architecture, not for each fitted model.

    Parameters
    ----------
    model : keras.Model or Unbuilt
    x : ndarray, list of ndarray or dict of str to ndarray
    batch_size : int, default=None
        256 when None.

    Returns
    -------
    ndarray, list of ndarray or dict of str to ndarray
        Outputs as the model nests them, one row a row of `x`.
    """
    x, size = as_keras(x), batch_size or BATCH_SIZE
    rows = n_rows(x)
    call = _compiled(model, x, size)
    batches = [
        tree.map_structure(np.asarray, call(_batch(x, start, size, rows)))
        for start in range(0, max(rows, 1), size)
    ]
    joined = tree.map_structure(lambda *parts: np.concatenate(parts)[:rows], *batches)
    return list(joined) if isinstance(joined, tuple) else joined


def _batch(x, start, size, rows):
    """Return a batch of rows, filled up with the first rows of x, or zeros if empty."""

    def take(leaf):
        if rows == 0:
            return tf.zeros((size, *leaf.shape[1:]), leaf.dtype)
        if start + size <= rows:
            return tf.constant(leaf[start : start + size])
        return tf.constant(leaf[np.arange(start, start + size) % rows])

    return tree.map_structure(take, x)


def _compiled(model, x, size):
    """Return a function of a batch that gives the model's outputs."""
    unbuilt, variables = None, model.variables
    if isinstance(model, Unbuilt):
        unbuilt, model = model, model.prototype
    try:
        check_clonable(model)
        widths = _shared_widths(model)
        key = architecture(model, widths), spec(x), size
        new = partial(_trace, model, widths, _batch(x, 0, size, 0))
        function, shapes = _functions.get(key, new)
    except Ineligible as reason:
        _log.debug("prediction without a compiled graph: %s", reason)
        own = model if unbuilt is None else unbuilt.build()
        return lambda batch: _call(own, batch)
    parts = padded_to(variables, shapes, repeat(0, len(shapes)))
    weights = [_tensor(part) for part in parts]
    return lambda batch: function(weights, batch)


def _tensor(part):
    """Return a weight's value."""
    value = part.numpy() if isinstance(part, (Padded, Held)) else part.value
    return tf.convert_to_tensor(value)


def _shared_widths(model):
    """Return hidden widths that other models share, None where they must be exact."""
    if hidden_widths(model) is None:
        return None
    return next(iter(common_widths([model])), None)


def _trace(model, widths, batch):
    """Return a graph of the model's outputs, as a function of weights and a batch.

    It holds a clone: it does not keep the model alive.

    Returns
    -------
    function : callable
    shapes : list of tuple
        Of the weights it takes.
    """
    with tracing, without_tracing_remarks():
        copy = clone(model, widths)
        if widths is None:
            check_same(copy, model, batch)
        variables = copy.variables
        shapes = [tuple(v.shape) for v in variables]

        @tf.function(autograph=False)
        def outputs(weights, batch):
            mapping = list(zip(variables, weights, strict=True))
            with keras.StatelessScope(mapping):
                return _call(copy, batch)

        try:
            outputs([tf.convert_to_tensor(v.value) for v in variables], batch)
        except Exception as error:
            line = str(error).strip().split("\n")[0]
            raise Ineligible(f"{type(error).__name__}: {line}") from error
        return outputs, shapes


def _call(model, batch):
    if model._call_has_training_arg:
        return model(batch, training=False)
    return model(batch)
