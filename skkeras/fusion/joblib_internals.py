"""The private names of joblib that fusion uses, and no other file may.

What each is for, and what to do when it goes:

- ``_pool``, ``_get_pool``: joblib's thread backend makes its pool when the first task
  comes, and ends it. Override ``submit``, ``terminate`` and ``abort_everything``, which
  are documented.
- ``_n_jobs``: tasks at a time in this loop. ``configure`` returns it.
"""

from typing import Any

from joblib.parallel import ThreadingBackend


class PoolBackend(ThreadingBackend):
    """joblib's thread backend around a pool of one's own.

    A subclass has ``new_pool(n_jobs)``, which makes it.
    """

    @property
    def pool(self) -> Any:
        """The pool of this loop, made at the first look."""
        return self._get_pool()

    def _get_pool(self):
        if self._pool is None:
            self._pool = self.new_pool(self._n_jobs)
        return self._pool
