"""Prediction by a graph that models of one architecture share, on TensorFlow."""

import logging
import operator
import weakref
from functools import partial
from itertools import repeat

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.audit.rounding import rounding_unit
from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.engines.agreement import agree
from skkeras.training.engines.base import BATCH_SIZE
from skkeras.training.engines.graph import Graph, as_tensors
from skkeras.training.engines.kept_graphs import KeptGraphs
from skkeras.training.hyperparameters.arithmetic import n_weights
from skkeras.training.hyperparameters.widths import (
    SHARED_WEIGHTS,
    Padded,
    Widths,
    padded_to,
    sizes_of,
)
from skkeras.training.job import Arrays
from skkeras.training.keras_internals.gradient_registry import forget_gradients_with
from skkeras.training.keras_internals.models import call
from skkeras.training.keras_internals.tracing_remarks import without_tracing_remarks
from skkeras.training.planning.by_value import NotComparable
from skkeras.training.planning.signature import architecture, spec
from skkeras.training.program.clone import clone
from skkeras.training.program.program import check_captured, tracing
from skkeras.training.routing.eligibility import (
    Ineligible,
    check_clonable,
    check_prediction,
    reason_of,
)
from skkeras.training.rows.arrays import n_rows
from skkeras.training.state.fit_model import FitModel, UnchangedModel
from skkeras.training.state.slots import Held

_SMALL_BATCH = 8
_FEW = 3  # rows that are predicted for alone, to see what others do to them
_checked = weakref.WeakSet()  # models that predict for each row by itself


class _Particular(Ineligible):
    """A model predicts in a way that only ``Model.predict`` follows."""


_log = logging.getLogger("skkeras.training")
_WIDTHS = Widths()
FUNCTIONS = LeastRecentlyUsed(64)


def predict_compiled(
    fit_model: FitModel,
    x: Arrays,
    batch_size: int | None = None,
    kept: KeptGraphs | None = None,
) -> Arrays:
    """Return the model's outputs for the rows of x.

    The graph is traced once for an architecture, not for each fitted model, and used
    where it gives what the first such model gives itself.

    Parameters
    ----------
    fit_model : BuiltModel or UnbuiltModel
    x, batch_size, kept
        As in `predict`.

    Returns
    -------
    ndarray, list of ndarray or dict of str to ndarray
    """
    rows = n_rows(x)
    kept, kind = kept or KeptGraphs(), _kind(x, batch_size)
    of_few = (kind, _SMALL_BATCH) if rows <= _SMALL_BATCH else kind
    if known := kept.get(fit_model, of_few):
        return _of_batches(*known, x, rows)
    if known := of_few != kind and kept.get(fit_model, kind):
        if batch_size is None and known[1] == BATCH_SIZE:
            known = _for_few(fit_model, x, kept, of_few)
        return _of_batches(*known, x, rows)
    size = batch_size or _declared_size(fit_model.prototype)
    size = size or _usual_size(fit_model, rows)
    keep = partial(kept.put, fit_model, kind, size)
    try:
        call = _compiled(fit_model, x, size, rows, keep)
    except Ineligible as reason:
        _log.debug("Model.predict predicts: %s", reason)
        return _by_keras(fit_model.build(), x, batch_size, rows)
    return _of_batches(call, size, x, rows)


def _kind(x, size):
    """Return what decides a graph of a batch beside the model."""
    is_one = isinstance(x, np.ndarray)
    return ((x.dtype, x.shape[1:]) if is_one else spec(x)), size


def _of_batches(call, size, x, rows):
    """Return what a function of a batch gives for all rows."""
    batches = [
        _as_arrays(call(_rows(x, start, size, rows)))
        for start in range(0, max(rows, 1), size)
    ]
    if isinstance(batches[0], np.ndarray):
        joined = np.concatenate(batches) if len(batches) > 1 else batches[0].copy()
        return joined[:rows]
    joined = tree.map_structure(lambda *parts: np.concatenate(parts)[:rows], *batches)
    return list(joined) if isinstance(joined, tuple) else joined


def _for_few(fit_model, x, kept, kind):
    """Return how to predict for few rows: in a small batch, if no bit is different.

    It is traced for a model that is asked again, since tracing takes longer than it
    saves on a prediction.
    """
    tried = []
    for size in (BATCH_SIZE, _SMALL_BATCH):
        batch = partial(_batch, x, 0, size, n_rows(x))
        try:
            graph = _graph(fit_model, (spec(x), size), batch)
        except Ineligible:  # of a size that the model does not take
            break
        run = _with_weights_of(graph, fit_model)
        found = _as_arrays(run(_rows(x, 0, size, n_rows(x))))
        tried.append((graph, size, tree.flatten(found)))
    (graph, size, expected), (small, small_size, found) = tried[0], tried[-1]
    if all(
        np.array_equal(a, b[: len(a)], equal_nan=True)
        for a, b in zip(found, expected, strict=True)
    ):
        graph, size = small, small_size
    kept.put(fit_model, kind, size, graph)
    return _with_weights_of(graph, fit_model), size


def _with_weights_of(graph, fit_model):
    return graph.with_weights(graph.reader_of(fit_model.variables)())


def _as_arrays(outputs):
    """Return tensors as arrays; one alone without the time that a nest takes."""
    if isinstance(outputs, np.ndarray):
        return outputs
    if tf.is_tensor(outputs):
        return np.asarray(outputs)
    return tree.map_structure(np.asarray, outputs)


def _usual_size(fit_model, rows):
    """Return a batch's rows: few where a large model predicts for one or two."""
    if isinstance(fit_model, UnchangedModel) and rows <= _SMALL_BATCH:
        return 1 if rows == 1 else _SMALL_BATCH
    return BATCH_SIZE


def _by_keras(model, x, batch_size, rows):
    """Return what ``Model.predict`` gives, with batches of a size that it takes."""
    declared = _declared_size(model)
    if declared is not None:
        filled_up = np.arange(-(-rows // declared) * declared) % rows
        x = tree.map_structure(lambda leaf: leaf[filled_up], x)
    x = tree.map_structure(lambda a: a if a.dtype.kind in "fiub" else tf.constant(a), x)
    outputs = model.predict(x=x, batch_size=batch_size or declared, verbose=0)
    return tree.map_structure(lambda leaf: leaf[:rows], outputs)


def _declared_size(model):
    """Return the rows of a batch, where the model's inputs fix them."""
    sizes = [tensor.shape[0] for tensor in getattr(model, "inputs", None) or ()]
    return next((size for size in sizes if size is not None), None)


def _rows(x, start, size, rows):
    """Return a batch of rows, filled up with the first rows of x, or blank if empty."""

    def take(leaf):
        if rows == 0:
            dtype = "U1" if leaf.dtype.kind == "O" else leaf.dtype
            return np.zeros((size, *leaf.shape[1:]), dtype)
        if start + size <= rows:
            return leaf[start : start + size]
        return leaf.take(np.arange(start, start + size), axis=0, mode="wrap")

    return take(x) if isinstance(x, np.ndarray) else tree.map_structure(take, x)


def _batch(x, start, size, rows):
    """Return such a batch as tensors."""
    return as_tensors(_rows(x, start, size, rows))


def _compiled(fit_model, x, size, rows, keep):
    """Return a function of a batch of arrays that gives the model's outputs.

    Raises
    ------
    Ineligible
        Where only `Model.predict` itself gives what it does.
    """
    check_prediction(fit_model.prototype)
    first_batch = partial(_batch, x, 0, size, rows)
    of_batch = spec(x), size
    try:
        if isinstance(fit_model, UnchangedModel):
            new = partial(_trace_itself, fit_model.prototype, first_batch)
            itself = fit_model.graphs.get(of_batch, new)
            return itself.of_batch
        graph = _graph(fit_model, of_batch, first_batch)
    except _Particular:
        raise
    except (NotComparable, RecursionError) as reason:
        raise _Particular(str(reason)) from reason
    except Ineligible as reason:
        _log.debug("prediction without a compiled graph: %s", reason)
        own = fit_model.build()
        if own not in _checked:
            _checked_own(own, first_batch())
            _checked.add(own)
        return lambda batch: _call(own, as_tensors(batch))
    keep(graph)
    return _with_weights_of(graph, fit_model)


def _graph(fit_model, of_batch, first_batch):
    """Return a graph of a model's outputs, as `_trace` does, made now or before."""
    model, variables = fit_model.prototype, fit_model.variables
    check_clonable(model)
    sizes = _covered_sizes(model)
    like = architecture(model, () if sizes is None else (_WIDTHS,))
    new = partial(_trace, model, variables, sizes and sizes[1:-1], first_batch)
    return FUNCTIONS.get((like, sizes, *of_batch), new)


def _trace_itself(model, first_batch):
    """Return a graph of a model's outputs for a batch, which reads its own weights."""
    batch = first_batch()
    with tracing, without_tracing_remarks():
        outputs = tf.function(partial(_call, model), autograph=False)
        try:
            traced = outputs.get_concrete_function(batch)
            forget_gradients_with(outputs, traced.graph)
            graph = Graph(traced, model.count_params())
            found = graph(batch)
        except Exception as error:
            raise Ineligible(reason_of(error)) from error
        if not agree(found, _checked_own(model, batch), rounding_unit(model)):
            raise Ineligible("the compiled outputs differ from the model's own")
        if n_rows(batch) <= _SMALL_BATCH:
            graph.use_numpy_for_batches(rounding_unit(model), model.variables, batch)
    return graph


def _padded_tensors(variables, shapes):
    """Return weights of a model for a graph of a model of certain shapes."""
    return list(map(_tensor, padded_to(variables, shapes, repeat(0, len(shapes)))))


def _tensor(part):
    """Return a weight's value."""
    value = part.numpy() if isinstance(part, (Padded, Held)) else part.value
    return tf.convert_to_tensor(value)


def _covered_sizes(model):
    """Return sizes of layers that other models share, None where they must be exact."""
    own = sizes_of(model)
    sizes = own and next(iter(_WIDTHS.cover({own}, set())))
    return None if sizes is None or n_weights(own) > SHARED_WEIGHTS else sizes


def _trace(model, variables, widths, first_batch):
    """Return a graph of the model's outputs, as a function of weights and a batch.

    It holds a clone: it does not keep the model alive.

    Returns
    -------
    Graph
        Of weights, whose shapes it knows, and a batch.
    """
    batch = first_batch()
    with tracing, without_tracing_remarks():
        copy = clone(model, batch, widths)
        shapes = [tuple(v.shape) for v in copy.variables]

        @tf.function(autograph=False)
        def outputs(weights, batch):
            mapping = list(zip(copy.variables, weights, strict=True))
            with keras.StatelessScope(mapping) as scope:
                given = dict(scope.state_mapping)
                result = _call(copy, batch)
            if any(
                scope.state_mapping[k] is not given.get(k) for k in scope.state_mapping
            ):
                raise _Particular("its state changes as it predicts")
            return result

        weights = _padded_tensors(variables, shapes)
        try:
            traced = outputs.get_concrete_function(weights, batch)
            check_captured(traced)
            forget_gradients_with(outputs, traced.graph)
            graph = Graph(traced, copy.count_params(), shapes)
            found = graph(weights, batch)
        except Ineligible:
            raise
        except Exception as error:
            raise Ineligible(reason_of(error)) from error
        expected = _outputs_of(model, variables, batch)
        _check_rows_apart(expected, model, variables, batch)
        if not agree(found, expected, rounding_unit(model)):
            raise Ineligible("the compiled outputs differ from the model's own")
        graph.use_numpy(rounding_unit(model), weights, batch)
        return graph


def _outputs_of(model, variables, batch):
    """Return what a model itself gives, with its own or with other values."""
    if all(map(operator.is_, variables, model.variables)):
        return _call(model, batch)
    mapping = list(zip(model.variables, map(_tensor, variables), strict=True))
    with keras.StatelessScope(mapping):
        return _call(model, batch)


def _checked_own(model, batch):
    """Return a model's outputs; raise `_Particular` if more than a row decides them."""
    with keras.StatelessScope() as scope:
        outputs = _call(model, batch)
        _check_rows_apart(outputs, model, model.variables, batch)
    if scope.state_mapping:
        raise _Particular("its state changes as it predicts")
    return outputs


def _check_rows_apart(outputs, model, variables, batch):
    """Raise `_Particular` where a row's outputs depend on the rows beside it."""
    if len(tree.flatten(batch)[0]) <= _FEW or _declared_size(model) is not None:
        return
    # The other way round, so that their neighbours are others, too.
    few, among_all = (
        tree.map_structure(lambda leaf: leaf[:_FEW][::-1], each)
        for each in (batch, outputs)
    )
    alone = _outputs_of(model, variables, few)
    if not agree(among_all, alone, rounding_unit(model)):
        raise _Particular("what a row gives depends on the rows beside it")


def _call(model, batch):
    return call(model, batch, training=False)
