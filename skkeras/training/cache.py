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

        An exception of `build` is remembered like a value, and raised again, unless
        it may pass.
        """
        with self._lock:
            if key not in self._entries:
                self._entries[key] = _outcome(build)
                while len(self._entries) > self._size:
                    self._entries.popitem(last=False)
            self._entries.move_to_end(key)
            value, error = self._entries[key]
            if error is not None and may_pass(error):
                del self._entries[key]
        if error is not None:
            raise error.with_traceback(None)
        return value

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
    """
    names = [kind.__name__ for kind in type(error).__mro__]
    return isinstance(error, (MemoryError, OSError)) or not _OF_THE_MOMENT.isdisjoint(
        names
    )


def _outcome(build):
    try:
        return build(), None
    except Exception as error:
        # Its traceback would keep alive the data of the fit that failed.
        return None, error.with_traceback(None)
