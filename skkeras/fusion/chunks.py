"""Tasks of a loop as chunks that travel to other processes, and what comes back."""

from __future__ import annotations

import io
import itertools
import pickle
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cloudpickle
import numpy as np
from joblib import Parallel, parallel_config

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

# Arrays from here on travel apart from the tasks: once, however many tasks have them.
_LARGE = 2**16

# Warning filters belong to the process, and a chunk uses all of its cores.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Chunk:
    """Tasks as bytes.

    Parameters
    ----------
    tasks : bytes
        Pickled, less the tables.
    tables : list
        Arrays, tables and sparse matrices that the tasks have, each once.
    """

    tasks: bytes
    tables: list[Any]


class TracebackOfWorker(Exception):
    """Where an error was raised in another process, as text; the error's cause."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


def cut(n_tasks: int, n_workers: int, most: int) -> list[slice]:
    """Cut tasks into a chunk for each worker, or more where they would be too long.

    Tasks keep their order: scikit-learn has all folds of a candidate follow each
    other, so that one architecture is compiled by few workers.

    Parameters
    ----------
    n_tasks : int
        How many there are.
    n_workers : int
        How many chunks, if none gets too long.
    most : int
        Tasks in a chunk.

    Returns
    -------
    list of slice
        Whose lengths differ by one at most.

    Examples
    --------
    >>> cut(5, 2, 512)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    n_chunks = max(min(n_workers, n_tasks), -(-n_tasks // most))
    ends = [n_tasks * number // n_chunks for number in range(n_chunks + 1)]
    return [slice(*pair) for pair in itertools.pairwise(ends)]


def pack(calls: Sequence[Call], max_members: int | None) -> Chunk:
    """Pickle tasks.

    Parameters
    ----------
    calls : sequence of (callable, tuple, dict)
        Functions and their arguments.
    max_members : int or None
        For the worker's :func:`skkeras.fused`.

    Returns
    -------
    Chunk

    Raises
    ------
    pickle.PicklingError
        When a task cannot be.
    """
    file = io.BytesIO()
    pickler = _Pickler(file)
    try:
        pickler.dump((list(calls), max_members, list(warnings.filters)))
    except Exception as error:
        raise pickle.PicklingError(
            f"A fit cannot be sent to other processes: {error}. What it needs must be "
            "such as can be pickled: no open files, locks or generators. It can be "
            'trained in this process, with joblib.parallel_config("fused").'
        ) from error
    return Chunk(file.getvalue(), pickler.tables)


def run(tasks: bytes, *tables: Any) -> bytes:
    """Run a chunk in this process, its fits together.

    Parameters
    ----------
    tasks : bytes
        Of a :class:`Chunk`.
    *tables : object
        Of the same.

    Returns
    -------
    bytes
        For :func:`results_of`.
    """
    calls, max_members, filters = _Unpickler(io.BytesIO(tasks), tables).load()
    with _one_at_a_time, warnings.catch_warnings(record=True) as caught:
        _use_filters(filters)
        try:
            with parallel_config("fused", n_jobs=None, max_members=max_members):
                results = Parallel()(calls)
            told = [(w.message, w.category, w.filename, w.lineno) for w in caught]
            return cloudpickle.dumps((results, told, None, ""))
        except Exception as error:
            return _failed(error)


def results_of(outcome: bytes, registry: dict[Any, Any]) -> list[Any]:
    """Return what the tasks of a chunk returned, and warn as they did.

    Parameters
    ----------
    outcome : bytes
        From :func:`run`.
    registry : dict
        Of warnings that were shown already; changed in place.

    Returns
    -------
    list
        One a task.

    Raises
    ------
    Exception
        The first that a task raised.
    """
    results, told, error, trace = _unpickled(outcome)
    if error is not None:
        raise error from TracebackOfWorker(trace)
    for message, category, filename, lineno in told:
        warnings.warn_explicit(message, category, filename, lineno, registry=registry)
    return results


def _unpickled(outcome):
    # Of a worker that runs this process's code, by the outer backend's own connection.
    return pickle.loads(outcome)  # nosec B301


def _use_filters(filters):
    """Warn as the process does that sent the chunk."""
    # Where filters belong to a thread's context, scikit-learn's tasks bring their own.
    if not getattr(sys.flags, "context_aware_warnings", False):
        warnings.filters[:] = filters


def _failed(error):
    trace = "".join(traceback.format_exception(error))
    try:
        outcome = cloudpickle.dumps(([], [], error, trace))
        _unpickled(outcome)
    except Exception:  # some errors cannot travel, such as those that need arguments
        error = RuntimeError(f"{type(error).__name__}: {error}")
        outcome = cloudpickle.dumps(([], [], error, trace))
    return outcome


class _Pickler(cloudpickle.Pickler):
    """Leaves tables out, and lists them."""

    def __init__(self, file):
        super().__init__(file)
        self.tables = []
        self._places = {}

    def persistent_id(self, obj):
        if not _is_table(obj):
            return None
        if id(obj) not in self._places:
            self._places[id(obj)] = len(self.tables)
            self.tables.append(obj)
        return self._places[id(obj)]


class _Unpickler(pickle.Unpickler):
    """Puts the tables in again."""

    def __init__(self, file, tables):
        super().__init__(file)
        self._tables = tables

    def persistent_load(self, pid):
        return self._tables[pid]


def _is_table(value):
    if isinstance(value, np.ndarray):
        return value.nbytes >= _LARGE and not value.dtype.hasobject
    # Of pandas, or sparse.
    return hasattr(type(value), "iloc") or hasattr(type(value), "tocsr")
