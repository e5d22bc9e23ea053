"""The processes that another joblib backend has, and how chunks get there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from joblib import Parallel, delayed

from skkeras.fusion.chunks import Chunk, run

if TYPE_CHECKING:
    from joblib.parallel import ParallelBackendBase


class Workers(Protocol):
    """Processes that run chunks."""

    def run(self, chunks: Mapping[int, Chunk]) -> Iterator[tuple[int, bytes]]:
        """Run chunks, and yield number and outcome of each as it comes.

        Closing the iterator gives up what is left. An error is that of a process or of
        the way there; what a task raises is in the outcome.
        """
        ...

    def count(self) -> int:
        """Count the processes."""
        ...

    def is_final(self, error: Exception) -> bool:
        """Tell whether a chunk that was lost with this error is not to be run again."""
        ...


def has_workers(backend: ParallelBackendBase, n_jobs: int | None) -> bool:
    """Tell whether a joblib backend, as chosen, runs tasks in several processes.

    Parameters
    ----------
    backend : joblib.parallel.ParallelBackendBase
        Active.
    n_jobs : int or None
        Chosen with it.

    Returns
    -------
    bool
    """
    if getattr(backend, "uses_threads", False):
        return False
    return (backend.default_n_jobs if n_jobs is None else n_jobs) != 1


def workers_of(backend: ParallelBackendBase, n_jobs: int | None) -> Workers:
    """Return the workers of a joblib backend.

    Parameters
    ----------
    backend : joblib.parallel.ParallelBackendBase
        Any that runs tasks in other processes.
    n_jobs : int or None
        How many of them; None, or -1, for all.

    Returns
    -------
    Workers
    """
    if type(backend).__name__ == "DaskDistributedBackend":
        return DaskWorkers(backend, n_jobs)
    return JoblibWorkers(backend, n_jobs)


class JoblibWorkers:
    """Those of any joblib backend.

    Parameters
    ----------
    backend : joblib.parallel.ParallelBackendBase
        Sends calls to processes.
    n_jobs : int or None
        As joblib takes it.
    """

    def __init__(self, backend: ParallelBackendBase, n_jobs: int | None) -> None:
        self._backend = backend
        self._n_jobs = backend.default_n_jobs if n_jobs is None else n_jobs

    def run(self, chunks: Mapping[int, Chunk]) -> Iterator[tuple[int, bytes]]:
        """Run chunks, and yield number and outcome of each."""
        # As they come, so that those are not lost that came before a process dies.
        lazy = self._backend.supports_return_generator
        outcomes = Parallel(
            n_jobs=self._n_jobs,
            backend=self._backend,
            return_as="generator_unordered" if lazy else "list",
            pre_dispatch="all",
            batch_size=1,
        )(
            delayed(_numbered)(number, chunk.tasks, *chunk.tables)
            for number, chunk in chunks.items()
        )
        try:
            yield from outcomes
        finally:
            if lazy:
                _close(outcomes)

    def count(self) -> int:
        """Count the processes."""
        return self._backend.effective_n_jobs(self._n_jobs)

    def is_final(self, error: Exception) -> bool:
        """Tell whether a chunk that was lost with this error is not to be run again."""
        return False


def _numbered(number, tasks, *tables):
    return number, run(tasks, *tables)


def _close(outcomes):
    with warnings.catch_warnings():
        # That there are results nobody asks for.
        warnings.simplefilter("ignore")
        outcomes.close()


class DaskWorkers:
    """Those of a Dask cluster, asked by its own client.

    joblib's backend waits for ever where a task kills its worker each time, or cannot
    be pickled, and loses arrays that lie on one worker alone.

    Parameters
    ----------
    backend : joblib._dask.DaskDistributedBackend
        Has the client and what the user chose.
    n_jobs : int or None
        Most processes.
    """

    def __init__(self, backend: Any, n_jobs: int | None) -> None:
        self._client = backend.client
        self._placed = backend.data_futures
        self._submit_kwargs = backend.submit_kwargs
        self._patience = backend.wait_for_workers_timeout
        self._n_jobs = n_jobs

    def run(self, chunks: Mapping[int, Chunk]) -> Iterator[tuple[int, bytes]]:
        """Run chunks, and yield number and outcome of each as it comes."""
        from distributed import as_completed

        with _out_of_the_way():
            tables = self._scatter(chunks)
            futures = {}
            try:
                for number, chunk in chunks.items():
                    placed = [tables[id(table)] for table in chunk.tables]
                    future = self._client.submit(
                        run, chunk.tasks, *placed, pure=False, **self._submit_kwargs
                    )
                    futures[future] = number
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                self._client.cancel([f for f in futures if not f.done()])

    def count(self) -> int:
        """Count the processes, and wait for the first."""
        self._client.wait_for_workers(1, timeout=self._patience or None)
        found = len(self._client.ncores())
        return found if self._n_jobs in (None, -1) else min(found, self._n_jobs)

    def is_final(self, error: Exception) -> bool:
        """Tell whether Dask has run a chunk often enough by itself."""
        from distributed import KilledWorker

        return isinstance(error, KilledWorker)

    def _scatter(self, chunks):
        """Send tables to all workers, so that they are still there when one dies."""
        tables = {id(t): t for chunk in chunks.values() for t in chunk.tables}
        placed = {key: self._placed[key] for key in tables.keys() & self._placed.keys()}
        rest = [key for key in tables if key not in placed]
        if rest:
            sent = self._client.scatter(
                [tables[key] for key in rest], broadcast=True, hash=False
            )
            placed.update(zip(rest, sent, strict=True))
        return placed


@contextmanager
def _out_of_the_way():
    """Leave room for chunks where this is a task of the cluster itself."""
    from distributed import get_worker, rejoin, secede

    try:
        get_worker()
    except ValueError:
        yield
        return
    secede()
    try:
        yield
    finally:
        rejoin()
