"""The joblib backend ``"fused"``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from numbers import Integral
from typing import TYPE_CHECKING, Any

from skkeras.fusion.crew import Crew, Task, current_task
from skkeras.fusion.joblib_internals import PoolBackend
from skkeras.fusion.rendezvous import Rendezvous
from skkeras.fusion.thread_state import share_warning_filters, with_keras_settings

if TYPE_CHECKING:
    from joblib.parallel import BatchedCalls

MAX_MEMBERS = 512
_MEMORY = 2 * 2**30


class FusedBackend(PoolBackend):
    """Runs tasks in threads whose fits meet and are trained as one.

    Loops inside a task join the same rendezvous, at any depth.

    Parameters
    ----------
    max_members : int, default=None
        Most tasks at a time. None means 512, or as many as keep the models and rows
        of the waiting fits within 2 GiB.
    **kwargs : dict
        As joblib gives them.
    """

    default_n_jobs = -1
    # The thread that would watch the clock is the one that trains.
    supports_timeout = False

    def __init__(self, max_members: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if max_members is not None and not (
            isinstance(max_members, Integral) and max_members >= 1
        ):
            raise ValueError(
                f"max_members must be a positive integer or None, got {max_members!r}."
            )
        self._max_members = max_members

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Most tasks at a time; a negative number counts back from ``max_members``."""
        most = self._max_members or MAX_MEMBERS
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        if n_jobs is None:
            return most
        return min(n_jobs, most) if n_jobs > 0 else max(most + 1 + n_jobs, 1)

    def configure(self, n_jobs: int = 1, parallel: Any = None, **options: Any) -> int:
        """Prepare for a loop; return how many tasks run at a time."""
        most = super().configure(n_jobs, parallel, **options)
        parallel.pre_dispatch = number_of_tasks(parallel.pre_dispatch, most)
        return most

    def get_nested_backend(self) -> tuple[FusedBackend, None]:
        """Give the backend of loops inside a task: this one, at the next level."""
        level = self.nesting_level + 1
        return FusedBackend(self._max_members, nesting_level=level), None

    def submit(
        self, func: BatchedCalls, callback: Callable[..., Any] | None = None
    ) -> Any:
        """Run a task in a thread of its own, when it is its turn."""
        share_warning_filters(func)
        return super().submit(self.pool.watch(func), callback)

    @contextmanager
    def retrieval_context(self) -> Iterator[None]:
        """Train what the tasks bring before their results are retrieved."""
        self.pool.finish()
        yield

    def new_pool(self, n_jobs: int) -> _CrewPool:
        """Make the pool of this loop: a crew that meets others.

        Parameters
        ----------
        n_jobs : int
            Tasks at a time.

        Returns
        -------
        object
        """
        memory = _MEMORY if self._max_members is None else None
        pool = _CrewPool(n_jobs, self.effective_n_jobs(None), memory)
        if not self.parallel.return_generator:
            pool.keep_warning_filters()
        return pool


def number_of_tasks(pre_dispatch: Any, n_jobs: int) -> Any:
    """Compute a loop's ``pre_dispatch``, where it is as usual, instead of joblib.

    joblib has Python parse it, which fails at random where other threads parse as well
    (https://github.com/python/cpython/issues/106905), as TensorFlow does in tracing.

    Parameters
    ----------
    pre_dispatch : object
        As `joblib.Parallel` takes it.
    n_jobs : int
        Tasks at a time.

    Returns
    -------
    object
        A number for ``"n_jobs"`` and multiples of it, else what was given.

    Examples
    --------
    >>> number_of_tasks("2 * n_jobs", 4)
    8
    """
    if not isinstance(pre_dispatch, str):
        return pre_dispatch
    found = re.fullmatch(r"(?:(\d+)\*)?n_jobs", pre_dispatch.replace(" ", ""))
    return int(found[1] or 1) * n_jobs if found else pre_dispatch


class _CrewPool:
    """A crew with the methods of a pool that joblib's thread backend uses."""

    def __init__(self, n_jobs, max_members, memory):
        parent = current_task()
        self._crew = Crew(parent, limit=n_jobs)
        self._kept = ExitStack()
        if parent is None:
            self._rendezvous = Rendezvous(max_members, memory)
        else:
            self._rendezvous = parent.crew.rendezvous
        self._rendezvous.join(self._crew)

    def keep_warning_filters(self):
        """Restore them after tasks that changed them side by side.

        Not for a loop that gives its results one by one: its caller's own changes
        happen in between.
        """
        if self._crew.parent is None:
            self._kept.enter_context(warnings.catch_warnings())

    def watch(self, func):
        """Let the crew know when a task fails, so that nothing waits for the others."""

        def watched():
            try:
                return func()
            except BaseException:
                self._crew.failed = True
                raise

        return watched

    def apply_async(self, func, args, callback, error_callback):
        # joblib has made func return what it raises: error_callback is not needed.
        task = Task(self._crew, with_keras_settings(lambda: callback(func(*args))))
        self._rendezvous.submit(task)
        return task

    def finish(self):
        """Return when all tasks are done, or one has failed."""
        if self._crew.parent is None:
            self._rendezvous.serve(self._crew)
        else:
            self._rendezvous.wait(self._crew)

    def close(self):
        """Nothing to do: joblib submits no more."""

    def terminate(self):
        self._rendezvous.leave(self._crew)
        self._kept.close()
