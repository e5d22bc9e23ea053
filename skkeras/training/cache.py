"""A bounded cache of what is expensive to build, shared by the process."""

import threading
from collections import OrderedDict

# Of TensorFlow, which this file does not import.
_OF_THE_MOMENT = frozenset(
    {
        *("ResourceExhaustedError", "UnavailableError", "AbortedError"),
        *("CancelledError", "DeadlineExceededError"),
    }
)


class LeastRecentlyUsed:
    """A thread-safe mapping that forgets what was longest not asked for.

    Parameters
    ----------
    size : int
        Entries to keep.

    Examples
    --------
    >>> from skkeras.training.cache import LeastRecentlyUsed
    >>> cache = LeastRecentlyUsed(2)
    >>> [cache.get(key, lambda: key.upper()) for key in "abca"]
    ['A', 'B', 'C', 'A']
    >>> len(cache)
    2
    """

    def __init__(self, size):
        self._size = size
        self._entries = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key, build):
        """Return the entry of a key, built now where there is none.

        An exception of `build` is remembered like a value, and one like it raised
        again, unless it may pass.
        """
        with self._lock:
            if key not in self._entries:
                try:
                    self._keep(key, (build(), None))
                except Exception as error:
                    if not may_pass(error):
                        self._keep(key, (None, _without_trace(error)))
                    raise
            self._entries.move_to_end(key)
            value, error = self._entries[key]
        if error is not None:
            raise _without_trace(error)
        return value

    def _keep(self, key, entry):
        self._entries[key] = entry
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def keys(self):
        """Return a list of the keys that have a value."""
        with self._lock:
            return [key for key, (_, error) in self._entries.items() if error is None]

    def put_error(self, key, error):
        """Make `get` raise an error for this key from now on."""
        with self._lock:
            self._entries[key] = None, error

    def forget(self, key):
        """Forget an entry, if there is one."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __len__(self):
        return len(self._entries)


def may_pass(error):
    """Return whether an error is of the moment, as a want of memory is.

    Parameters
    ----------
    error : Exception
        It counts what it was raised from, too.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        names = {kind.__name__ for kind in type(error).__mro__}
        if isinstance(error, (MemoryError, OSError)) or names & _OF_THE_MOMENT:
            return True
        seen.add(id(error))
        error = error.__cause__
    return False


def _without_trace(error):
    """Return an exception that says the same.

    It has no traceback and no cause, which would keep alive the data of the fit that
    failed.
    """
    same = type(error).__new__(type(error), *error.args)
    vars(same).update(vars(error))
    return same
