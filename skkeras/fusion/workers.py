"""The processes that another joblib backend has, and how chunks get there."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from skkeras.fusion.chunks import Chunk, run

if TYPE_CHECKING:
    from joblib.parallel import ParallelBackendBase


class Workers(Protocol):
    """Processes that run chunks.

    Attributes
    ----------
    attempts : int
        How often a chunk is sent that is lost each time.
    """

    attempts: int

    def run(self, chunks: Mapping[int, Chunk]) -> Iterator[tuple[int, bytes]]:
        """Run chunks, and yield number and outcome of each as it comes.

        Closing the iterator gives up what is left. An error is that of a process or of
        the way there; what a task raises is in the outcome.
        """
        ...

    def count(self) -> int:
        """Count the processes."""
        ...


def chosen_processes() -> tuple[ParallelBackendBase, int | None] | None:
    """Return the joblib backend that the user chose, if it has several processes.

    Returns
    -------
    backend : joblib.parallel.ParallelBackendBase
        Active. A number of jobs alone chooses none.
    n_jobs : int or None
        Chosen with it.
    """
    # What joblib would take by itself gives way to threads.
    backend, n_jobs = get_active_backend(prefer="threads")
    if getattr(backend, "uses_threads", False):
        return None
    is_one = (backend.default_n_jobs if n_jobs is None else n_jobs) == 1
    return None if is_one else (backend, n_jobs)


def workers_of(backend: ParallelBackendBase, n_jobs: int | None, most: int) -> Workers:
    """Return the workers of a joblib backend.

    Parameters
    ----------
    backend : joblib.parallel.ParallelBackendBase
        Any that runs tasks in other processes.
    n_jobs : int or None
        How many were chosen with it; None, or -1, for all.
    most : int
        No more of them than this, if it is positive.

    Returns
    -------
    Workers
    """
    is_dask = type(backend).__name__ == "DaskDistributedBackend"
    kind = DaskWorkers if is_dask else JoblibWorkers
    workers = kind(backend, n_jobs)
    return kind(backend, min(workers.count(), most)) if most > 0 else workers


class JoblibWorkers:
    """Those of any joblib backend.

    Parameters
    ----------
    backend : joblib.parallel.ParallelBackendBase
        Sends calls to processes.
    n_jobs : int or None
        As joblib takes it.
    """

    attempts = 3

    def __init__(self, backend: ParallelBackendBase, n_jobs: int | None) -> None:
        self._joblib = backend
        self._most = backend.default_n_jobs if n_jobs is None else n_jobs

    def run(self, chunks: Mapping[int, Chunk]) -> Iterator[tuple[int, bytes]]:
        """Run chunks, and yield number and outcome of each."""
        # As they come, so that those are not lost that came before a process dies.
        lazy = self._joblib.supports_return_generator
        outcomes = Parallel(
            n_jobs=self._most,
            backend=self._joblib,
            return_as="generator_unordered" if lazy else "list",
            pre_dispatch="all",
            batch_size=1,
        )(
            delayed(_numbered)(number, chunk.tasks, *chunk.tables)
            for number, chunk in chunks.items()
        )
        try:
            # "yield from" would close them itself.
            for outcome in outcomes:  # noqa: UP028
                yield outcome
        finally:
            if lazy:
                _close(outcomes)

    def count(self) -> int:
        """Count the processes."""
        return self._joblib.effective_n_jobs(self._most)


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

    attempts = 2  # and in each of them four workers

    def __init__(self, backend: Any, n_jobs: int | None) -> None:
        self._client = backend.client
        self._placed = backend.data_futures
        self._submit_kwargs = backend.submit_kwargs
        self._patience = backend.wait_for_workers_timeout
        self._most = n_jobs

    def run(self, chunks: Mapping[int, Chunk]) -> Iterator[tuple[int, bytes]]:
        """Run chunks, and yield number and outcome of each as it comes."""
        from distributed import as_completed  # pyright: ignore[reportMissingImports]

        with _out_of_the_way():
            tables = self._scatter(chunks)
            futures, lost = {}, None
            try:
                for number, chunk in chunks.items():
                    placed = [tables[id(table)] for table in chunk.tables]
                    future = self._client.submit(
                        run, chunk.tasks, *placed, pure=False, **self._submit_kwargs
                    )
                    futures[future] = number
                for future in as_completed(list(futures)):
                    number = futures.pop(future)
                    if future.status != "finished":
                        # Not before the others have come: some may be as good as done.
                        lost = future.exception()
                        future.release()
                        continue
                    outcome = future.result()
                    # Else Dask would run it again when this worker dies later.
                    future.release()
                    yield number, outcome
                if lost is not None:
                    raise lost
            finally:
                self._client.cancel(list(futures))

    def count(self) -> int:
        """Count the processes, and wait for the first."""
        if not self._client.ncores():
            # A cluster that adapts starts one for a task alone.
            first = self._client.submit(os.getpid, pure=False)
            try:
                first.result(timeout=self._patience or None)
            except TimeoutError as error:
                raise TimeoutError(
                    f"Dask had no worker within {self._patience} s. Start some, or "
                    "have it wait for longer by "
                    'joblib.parallel_config("dask", wait_for_workers_timeout=...).'
                ) from error
        found = len(self._client.ncores())
        if self._most is None or self._most < 0:
            return found
        return min(found, self._most)

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
    import distributed  # pyright: ignore[reportMissingImports]

    try:
        distributed.get_worker()
    except ValueError:
        yield
        return
    distributed.secede()
    try:
        yield
    finally:
        distributed.rejoin()
