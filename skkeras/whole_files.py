"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import re
import stat
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows deletes no open file: there, unlinking is the question
    fcntl = None

_SURELY_LOCKED = 60  # seconds after which a living writer has locked its file


@contextmanager
def writing_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when all of it is on the disk.

    A file that has the name keeps its contents until then, and its mode; a symbolic
    link stays one. What writers that were killed left beside it is removed.

    Parameters
    ----------
    path : str or os.PathLike
        The name.

    Yields
    ------
    file : binary file
        To write to.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.csv"
    >>> with writing_whole(path) as file:
    ...     _ = file.write(b"model,value")
    >>> path.read_bytes()
    b'model,value'
    """
    path = Path(os.path.realpath(path))
    _remove_leftovers(path)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    mode = path.stat().st_mode if path.exists() else None
    try:
        with open(beside, "xb") as file:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(beside, stat.S_IMODE(mode))
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _remove_leftovers(path):
    """Remove temporary files beside a path whose writers are gone."""
    leftover = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{32}}")
    # Denied where a folder may not be listed, and on Windows of a file that is open.
    with suppress(PermissionError):
        for each in path.parent.iterdir():
            if leftover.fullmatch(each.name) and _is_left(each):
                each.unlink(missing_ok=True)


def _is_left(file):
    """Return whether a file has no living writer, which would hold its lock."""
    try:
        if time.time() - file.stat().st_mtime < _SURELY_LOCKED:
            return False
        if fcntl is None:
            return True
        with open(file, "rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked, gone, or another user's
        return False
    return True
