"""The tasks of one parallel loop, and their place among the loops around it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skkeras.fusion.rendezvous import Rendezvous

_here = threading.local()


class FitCancelled(BaseException):
    """Ends a task whose parallel loop has been given up.

    Not an `Exception`: scikit-learn must not take it for a fit that failed, score it
    as NaN and go on to the next.
    """


def current_task() -> Task | None:
    """Return the task that runs in this thread, or None."""
    return getattr(_here, "task", None)


class Task:
    """One call of a parallel loop.

    Parameters
    ----------
    crew : Crew
        The loop it belongs to.
    call : callable
        Runs it, reports what it gave, and raises nothing.
    """

    def __init__(self, crew: Crew, call: Callable[[], Any]) -> None:
        self.crew = crew
        self._call = call

    def run(self) -> None:
        """Run in a thread of its own, which knows it as its `current_task`."""
        _here.task = self
        self._call()

    def check_cancelled(self) -> None:
        """Raise `FitCancelled` where this loop, or one around it, was given up."""
        if self.crew.is_cancelled:
            raise FitCancelled


class Crew:
    """The tasks of one parallel loop.

    Parameters
    ----------
    parent : Task or None
        The task the loop runs in.
    limit : int
        Most tasks at a time.
    """

    def __init__(self, parent: Task | None, limit: int) -> None:
        self.rendezvous: Rendezvous
        self.parent = parent
        self.limit = limit
        self.depth = 0 if parent is None else parent.crew.depth + 1
        self.queue: deque[Task] = deque()
        self.running: int = 0
        self.failed: bool = False
        self.cancelled: bool = False
        # Whether its parent waits for it.
        self.awaited: bool = False
        # Whether there is nothing to wait for: all are done, or one has failed.
        self.settled = threading.Event()
        self.settled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether this loop, or one around it, was given up."""
        return self.cancelled or (
            self.parent is not None and self.parent.crew.is_cancelled
        )

    @property
    def has_startable(self) -> bool:
        """Whether a task may start now."""
        return bool(self.queue) and self.running < self.limit

    def enqueue(self, task: Task) -> None:
        """Add a task to those that have not started."""
        self.queue.append(task)
        self.settled.clear()

    def begin(self) -> Task:
        """Take the next task out of the queue."""
        self.running += 1
        return self.queue.popleft()

    def end(self) -> None:
        """Count out a task that ran."""
        self.running -= 1
        if self.failed or not (self.running or self.queue):
            self.settled.set()

    def give_up(self) -> None:
        """Drop the tasks that have not started, and stop waiting for the others."""
        self.queue.clear()
        self.settled.set()
