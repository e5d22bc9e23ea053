"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
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
    beside = _name_beside(path)
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


@contextmanager
def working_beside(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Make a folder for what a file is made of, which goes in any case.

    What a process that is killed leaves is removed by the next `writing_whole` of the
    same file.

    Parameters
    ----------
    path : str or os.PathLike
        The file, beside which the folder lies.

    Yields
    ------
    folder : Path

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "scores.csv"
    >>> with working_beside(path) as folder:
    ...     _ = (folder / "part").write_bytes(b"model")
    >>> list(path.parent.iterdir())
    []
    """
    folder = _name_beside(Path(os.path.realpath(path)))
    folder.mkdir()
    descriptor = None
    try:
        if fcntl:
            descriptor = os.open(folder, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        if descriptor is not None:
            os.close(descriptor)
        shutil.rmtree(folder, ignore_errors=True)  # the file counts, not what is left


def _name_beside(path):
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}")


def _remove_leftovers(path):
    """Remove temporary files and folders beside a path whose writers are gone."""
    leftover = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{32}}")
    # Denied where a folder may not be listed, and on Windows of a file that is open.
    with suppress(PermissionError):
        for each in path.parent.iterdir():
            if leftover.fullmatch(each.name) and _is_left(each):
                if each.is_dir():
                    shutil.rmtree(each, ignore_errors=True)  # another may be at it
                else:
                    each.unlink(missing_ok=True)


def _is_left(file):
    """Return whether a file or folder has no living writer, which would lock it."""
    try:
        if time.time() - file.stat().st_mtime < _SURELY_LOCKED:
            return False
        if fcntl is None:
            return True
        descriptor = os.open(file, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
    except OSError:  # locked, gone, or another user's
        return False
    return True
