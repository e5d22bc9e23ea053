"""Where fits of tasks that run at the same time meet, to be trained as one."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from skkeras.fusion.crew import FitCancelled, current_task
from skkeras.fusion.memory import job_bytes
from skkeras.fusion.own_thread import training_here
from skkeras.fusion.patience import Patience

if TYPE_CHECKING:
    from skkeras.fusion.crew import Crew, Task
    from skkeras.training import Job, Result

# More threads than cores only fight for the interpreter.
_TURNS = min(os.cpu_count() or 1, 4)


def fit(job: Job) -> Result:
    """Train a job, together with those of the tasks that run beside this one.

    Inside a task of the ``"fused"`` joblib backend it waits until the other tasks have
    come to their fits; elsewhere it trains at once.

    Parameters
    ----------
    job : skkeras.training.Job

    Returns
    -------
    skkeras.training.Result

    Raises
    ------
    Exception
        What training as a whole raised; what this job alone raised is in the result.
    """
    task = current_task()
    if task is None:
        return _train([job])[0]
    return task.crew.rendezvous.fit(task, job)


@contextmanager
def unbroken() -> Iterator[None]:
    """Run a block that a parallel loop waits for when it is given up.

    For what changes the state of the whole process and restores it: who called the
    loop must not go on in between. A task whose loop was given up before does not
    begin it.

    Raises
    ------
    skkeras.fusion.crew.FitCancelled
        Where the loop of this thread's task was given up.
    """
    task = current_task()
    if task is None:
        yield
        return
    with task.crew.rendezvous.unbroken(task):
        yield


def _train(jobs):
    from skkeras import training  # imports TensorFlow

    with training_here():
        return training.train(jobs)


class _Fit:
    """A job whose task waits, and what became of it."""

    def __init__(self, task, job):
        self.task, self.job = task, job
        self.result = self.error = self.traceback = None
        self.resumed = threading.Event()


class Rendezvous:
    """Runs the tasks of nested parallel loops in threads, and trains their fits.

    At most ``turns`` tasks run at a time. A task that has come to its fit waits and
    leaves its turn to another; when none is left to run, the main loop's thread trains
    all that wait. A task that takes long is waited for no longer than `Patience` says.

    Parameters
    ----------
    max_members : int
        Most tasks that have started and not ended, those that wait for a loop of
        their own apart.
    memory : int or None
        Bytes that the models and data of waiting fits may take together.
    turns : int, default=number of cores, at most 4
        Most tasks that run at a time.
    """

    def __init__(
        self, max_members: int, memory: int | None = None, turns: int = _TURNS
    ) -> None:
        self._changed = threading.Condition()
        self._patience = Patience()
        self._max_members, self._memory, self._turns = max_members, memory, turns
        self._largest_job = 1
        self._crews = []
        self._started = 0
        self._active, self._stragglers = set(), set()
        self._waiting, self._trained = [], deque()
        self._unbroken = []

    # What a parallel loop asks for

    def join(self, crew: Crew) -> None:
        """Take in a parallel loop."""
        crew.rendezvous = self
        with self._changed:
            # The innermost loops first: what they hold up is already running.
            self._crews.append(crew)
            self._crews.sort(key=lambda crew: -crew.depth)

    def submit(self, task: Task) -> None:
        """Run a task as soon as there is room."""
        with self._changed:
            task.crew.enqueue(task)
            self._advance()

    def serve(self, crew: Crew) -> None:
        """Train in this thread what comes, until all tasks of the loop are done."""
        while batch := self._next_batch(crew):
            self._train(batch)

    def wait(self, crew: Crew) -> None:
        """Let others run and train until all tasks of an inner loop are done."""
        with self._changed:
            if not crew.settled.is_set():
                crew.awaited = True
                self._started -= 1
                self._pause(crew.parent)
        crew.settled.wait()
        crew.parent.check_cancelled()  # pyright: ignore[reportOptionalMemberAccess]

    def leave(self, crew: Crew) -> None:
        """Let a loop go, and end what may be left of its tasks.

        Those in an `unbroken` block are waited for until they leave it.
        """
        with self._changed:
            crew.cancelled = True
            for other in self._crews:
                if other.is_cancelled:
                    other.give_up()
                    self._take_up_parent(other)
            self._crews.remove(crew)
            for fits in (self._waiting, self._trained):
                for stopped in [f for f in fits if f.task.crew.is_cancelled]:
                    fits.remove(stopped)
                    self._resume(stopped)
            self._advance()
            self._changed.wait_for(
                lambda: not any(task.crew.is_cancelled for task in self._unbroken)
            )

    # What a task does

    @contextmanager
    def unbroken(self, task: Task) -> Iterator[None]:
        """Hold up, in a block, who gives up the loop of a task."""
        with self._changed:
            task.check_cancelled()
            self._unbroken.append(task)
        try:
            yield
        finally:
            with self._changed:
                self._unbroken.remove(task)
                self._changed.notify_all()

    def fit(self, task: Task, job: Job) -> Result:
        """Wait for the job's result; other tasks run meanwhile."""
        fit, size = _Fit(task, job), job_bytes(job)
        with self._changed:
            task.check_cancelled()
            self._largest_job = max(self._largest_job, size)
            self._waiting.append(fit)
            self._pause(task)
        fit.resumed.wait()
        task.check_cancelled()
        if fit.error is not None:
            # All fits of a batch raise the same error: without the traces of others.
            raise fit.error.with_traceback(fit.traceback)
        return fit.result  # pyright: ignore[reportReturnType]

    def _run(self, task):
        try:
            task.run()
        finally:
            with self._changed:
                self._started -= 1
                task.crew.end()
                self._take_up_parent(task.crew)
                self._pause(task)

    # Who runs; the lock is held

    def _take_up_parent(self, crew):
        """Count the task that a settled loop goes on in, before its thread wakes up."""
        if crew.awaited and crew.settled.is_set():
            crew.awaited = False
            self._started += 1
            self._active.add(crew.parent)

    def _pause(self, task):
        self._active.discard(task)
        self._stragglers.discard(task)
        self._patience.saw_progress()
        self._advance()

    def _advance(self):
        """Hand out free turns, and let the thread that trains look again."""
        while len(self._active) - len(self._stragglers) < self._turns:
            if self._trained:
                self._resume(self._trained.popleft())
            elif not self._start_next():
                break
        self._changed.notify_all()

    def _start_next(self):
        """Start a task if one may start; tell whether it did."""
        ready = (crew for crew in self._crews if crew.has_startable)
        crew = next(ready, None) if self._started < self._room else None
        if crew is None:
            return False
        thread = threading.Thread(
            target=self._run, args=(crew.queue[0],), name="fused task", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            # The system gives no more threads: go on with those there are.
            if not self._started:
                raise
            self._max_members = self._started
            return False
        self._started += 1
        self._active.add(crew.begin())
        self._patience.saw_progress()
        return True

    @property
    def _room(self):
        """Most tasks that may have started; one at least, or nothing would move."""
        if self._memory is None:
            return self._max_members
        return max(1, min(self._max_members, self._memory // self._largest_job))

    def _resume(self, fit):
        self._active.add(fit.task)
        self._patience.saw_progress()
        fit.resumed.set()

    # Training

    def _next_batch(self, crew):
        """Wait until all that run have come to their fits; none when all is done."""
        with self._changed:
            while not crew.settled.is_set():
                if not self._waiting:
                    self._changed.wait()
                elif len(self._active) == len(self._stragglers):
                    batch, self._waiting = self._waiting, []
                    return batch
                elif not (left := self._patience.left):
                    self._stragglers |= self._active
                    self._advance()
                else:
                    self._changed.wait(left)
        return []

    def _train(self, batch):
        try:
            results = _train([fit.job for fit in batch])
        except BaseException as error:
            stop = not isinstance(error, Exception)
            for fit in batch:
                fit.error = FitCancelled() if stop else error
                fit.traceback = error.__traceback__
            if stop:
                raise
        else:
            for fit, result in zip(batch, results, strict=True):
                fit.result = result
        finally:
            with self._changed:
                self._trained.extend(batch)
                self._patience.restart()
                self._advance()
