"""A joblib backend that fuses tasks in the processes of another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from joblib.parallel import FallbackToBackend, ParallelBackendBase

from skkeras.fusion.backend import MAX_MEMBERS, FusedBackend
from skkeras.fusion.chunks import Call, cut, pack, results_of
from skkeras.fusion.workers import JoblibWorkers, workers_of

if TYPE_CHECKING:
    from joblib.parallel import BatchedCalls

# A loop asks how many tasks it may hand over at once: all, so that chunks can be cut.
_MOST_TASKS = 2**16

_logger = logging.getLogger(__name__)


class _Batch(NamedTuple):
    """What joblib submits: a few tasks, mostly one."""

    items: list[Call]
    callback: Callable[[Any], Any]


class ChunkedBackend(ParallelBackendBase):
    """Sends chunks of tasks to the workers of another backend, which fuse them.

    A loop's tasks are cut into as many chunks as there are workers. A chunk that is
    lost with its worker is sent again, a few times.

    Parameters
    ----------
    outer : joblib.parallel.ParallelBackendBase
        Has the workers.
    n_workers : int or None
        As ``n_jobs`` of the outer backend.
    max_members : int or None
        Most tasks in a chunk; None means 512.
    """

    supports_retrieve_callback = True
    supports_sharedmem = False
    supports_timeout = False
    default_n_jobs = -1

    def __init__(
        self,
        outer: ParallelBackendBase,
        n_workers: int | None,
        max_members: int | None,
    ) -> None:
        super().__init__()
        FusedBackend(max_members)  # which checks the number
        if isinstance(outer, ChunkedBackend):
            outer, n_workers = outer._outer, outer._n_workers
        self._outer, self._n_workers = outer, n_workers
        self._max_members = max_members
        self._waiting: list[_Batch] = []

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Most tasks at a time: 1 if one is asked for, else as many as there are."""
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        return 1 if n_jobs == 1 else _MOST_TASKS

    def configure(self, n_jobs: int = 1, parallel: Any = None, **options: Any) -> int:
        """Find the workers, or fuse in this process where it would be the only one.

        Raises
        ------
        joblib.parallel.FallbackToBackend
            Then.
        """
        self.parallel = parallel
        self._waiting = []
        if n_jobs == 1:
            return 1
        self._workers = workers_of(self._outer, self._n_workers, most=n_jobs)
        if isinstance(self._workers, JoblibWorkers) and self._workers.count() == 1:
            alone = FusedBackend(self._max_members, nesting_level=self.nesting_level)
            raise FallbackToBackend(alone)
        return self.effective_n_jobs(n_jobs)

    def submit(
        self, func: BatchedCalls, callback: Callable[..., Any] | None = None
    ) -> None:
        """Keep tasks until the loop has handed over all."""
        self._waiting.append(_Batch(func.items, callback or _no_callback))

    def retrieve_result_callback(self, out: Any) -> Any:
        """Return what `submit`'s callback was called with."""
        return out

    @contextmanager
    def retrieval_context(self) -> Iterator[None]:
        """Run all tasks before their results are retrieved."""
        while self._waiting:
            batches, self._waiting = self._waiting, []
            self._run(batches)
        yield

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Forget tasks that were not sent."""
        self._waiting = []

    def _run(self, batches):
        most = self._max_members or MAX_MEMBERS
        parts = [
            batches[part] for part in cut(len(batches), self._workers.count(), most)
        ]
        chunks = {
            number: pack([item for b in part for item in b.items], self._max_members)
            for number, part in enumerate(parts)
        }
        registry = {}
        for left in reversed(range(self._workers.attempts)):
            self._send(chunks, parts, registry, is_last=left == 0)
            if not chunks:
                return

    def _send(self, chunks, parts, registry, *, is_last):
        """Run chunks, and take those out that came back."""
        with closing(self._workers.run(dict(chunks))) as outcomes:
            while chunks:
                try:
                    number, outcome = next(outcomes)
                except Exception as error:
                    if is_last:
                        raise RuntimeError(_lost(chunks, parts, error)) from error
                    _logger.warning("%s They run again.", _lost(chunks, parts, error))
                    return
                del chunks[number]
                _deliver(parts[number], results_of(outcome, registry))


def _deliver(batches, results):
    results = iter(results)
    for batch in batches:
        batch.callback([next(results) for _ in batch.items])


def _lost(chunks, parts, error):
    n = sum(len(parts[number]) for number in chunks)
    return f"{n} tasks were lost with their workers ({type(error).__name__}: {error})."


def _no_callback(out):
    pass
