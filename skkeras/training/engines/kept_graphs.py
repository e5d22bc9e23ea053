"""Graphs of one model's predictions, found again without reading the whole model."""

from __future__ import annotations

import operator
import types
import weakref
from collections.abc import Callable, Hashable
from itertools import chain
from typing import TYPE_CHECKING, Any

import keras

from skkeras.training.keras_internals.models import layers_of
from skkeras.training.keras_internals.stock import is_stock
from skkeras.training.state.fit_model import FitModel

if TYPE_CHECKING:
    from skkeras.training.engines.graph import Graph

_GROUPS = (list, tuple, set, frozenset, dict)
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


class KeptGraphs:
    """What one estimator's model was compiled to, by the kind of batch.

    The key of a graph that models share takes as long to make as a hundred rows to
    predict. Here the layers are compared with what they were, attribute by attribute:
    one that is replaced, added or taken away makes the key again. Models with code of a
    user's own are not kept, since such code reads what no attribute shows.

    Examples
    --------
    >>> from skkeras.training import KeptGraphs
    >>> kept = KeptGraphs()
    """

    def __init__(self) -> None:
        self._entries: dict[Hashable, _Entry] = {}

    def get(
        self, fit_model: FitModel, batch: Hashable
    ) -> tuple[Callable[[Any], Any], int] | None:
        """Return how this model predicts for a kind of batch, if `put` was told.

        Parameters
        ----------
        fit_model : BuiltModel or UnbuiltModel
        batch : hashable
            Kind of the batch.

        Returns
        -------
        tuple of callable and int, or None
            A function of a batch of arrays, and the rows of a batch. None where the
            model is another one, or has changed, or where the graph has been given
            back.
        """
        entry = self._entries.get(batch)
        if entry is None or entry.owner is not _owner(fit_model):
            return None
        graph = entry.graph()
        if graph is None or not entry.is_same():
            self._entries.pop(batch, None)
            return None
        return graph.with_weights(entry.weights()), entry.size

    def put(
        self, fit_model: FitModel, batch: Hashable, size: int, graph: Graph
    ) -> None:
        """Keep a graph, if all that it was traced from can be compared.

        Parameters
        ----------
        fit_model, batch
            As in `get`.
        size : int
            Rows of a batch.
        graph : Graph
            A function of weights and a batch. It is not kept alive.
        """
        parts = _Parts(fit_model.prototype)
        if parts.are_stock():
            self._entries[batch] = _Entry(fit_model, parts, graph, size)


def consists_of_stock_parts(model: keras.Model) -> bool:
    """Return whether none of what a model's layers have is code of a user's own.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    bool
    """
    return _Parts(model).are_stock()


class _Entry:
    def __init__(self, fit_model, parts, graph, size):
        self.owner, self.graph, self.size = _owner(fit_model), weakref.ref(graph), size
        self.weights = graph.reader_of(fit_model.variables)
        self._parts, self._floatx = parts, keras.config.floatx()

    def is_same(self):
        """Return whether the model is as it was when its graph was found."""
        return keras.config.floatx() == self._floatx and self._parts.are_same()


def _owner(fit_model):
    """Return the object that stays the same as long as the model does."""
    return fit_model if fit_model.built is None else fit_model.built


class _Parts:
    """The attributes of a model's layers, and what is in those that are lists."""

    def __init__(self, model):
        attributes = [vars(layer) for layer in layers_of(model)]
        values = [view.values() for view in attributes]
        inside = [_inside(v) for v in chain(*values) if isinstance(v, _GROUPS)]
        self._homes = [*attributes, *values, *inside]
        self._lengths, self.all = self._now()

    def are_stock(self):
        """Return whether none of them is code of a user's own."""
        return all(map(_can_be_compared, self.all))

    def are_same(self):
        """Return whether all of them are the objects that they were."""
        lengths = list(map(len, self._homes))
        if lengths != self._lengths:
            return False
        try:
            now = chain.from_iterable(self._homes)
            return all(map(operator.is_, now, self.all))
        except RuntimeError:  # another thread sets an attribute now
            return False

    def _now(self):
        return list(map(len, self._homes)), list(chain(*self._homes))


def _inside(group):
    return group.values() if isinstance(group, dict) else group


def _can_be_compared(part):
    """Return whether a part gives what it gave as long as it is the same object."""
    if isinstance(part, _PLAIN):
        return True
    if isinstance(part, types.MethodType):
        return is_stock(part.__func__)
    if isinstance(part, types.FunctionType | type):
        return is_stock(part)
    return is_stock(type(part)) and type(part).__module__ != "functools"
