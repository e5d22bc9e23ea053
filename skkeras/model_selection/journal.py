"""Optuna's journal file, kept whole where a disk fills up or a writer is killed.

The file has one record a line. Half a record at its end would run together with the
next writer's, and no process could read the study again.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileSymlinkLock

from skkeras.whole_files import writing_whole

_BEGINNING = b'{"op_code"'
_CHUNK = 1 << 16


def open_journal(path: str) -> JournalStorage:
    """Open or make a journal, and mend its end.

    Parameters
    ----------
    path : str
        The file.

    Returns
    -------
    optuna.storages.JournalStorage

    Raises
    ------
    ConnectionError
        When it cannot be opened, or is no journal.

    Warns
    -----
    UserWarning
        When something that was never written to its end is cut off.
    """
    with naming(path):
        if Path(path).is_file() and os.access(path, os.W_OK):
            _mend(path)
        try:
            return JournalStorage(WholeRecords(path))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OSError(f"it is no journal of Optuna's ({error})") from None


@contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise what the operating system says of a file as a `ConnectionError`."""
    try:
        yield
    except ConnectionError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise ConnectionError(
            f"storage={str(path)!r} cannot be used: {reason}. Trials that are in it "
            "stay there: fit again when it can be read and written."
        ) from error


class WholeRecords(JournalFileBackend):
    """A journal file in which a record is written whole or not at all.

    Parameters
    ----------
    path : str
        The file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.lock = JournalFileSymlinkLock(path)
        super().__init__(path, self.lock)

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Read the records from a number on.

        Parameters
        ----------
        log_number_from : int
            Of the first record.

        Yields
        ------
        dict
            A record.

        Raises
        ------
        ConnectionError
            When they cannot be read.
        """
        with naming(self.path):
            yield from super().read_logs(log_number_from)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write records at the end.

        Parameters
        ----------
        logs : list of dict
            The records.

        Raises
        ------
        ConnectionError
            When they cannot be written; then none of them is.
        """
        lines = [json.dumps(log, separators=(",", ":")) + "\n" for log in logs]
        with (
            naming(self.path),
            _held(self.lock),
            open(self.path, "r+b", buffering=0) as file,
        ):
            # A killed writer's half record: nobody else writes while we hold the lock.
            end = _end_of_records(file)
            file.truncate(end)
            try:
                _write(file, end, "".join(lines).encode())
            except BaseException:
                file.truncate(end)
                raise


@contextmanager
def _held(lock):
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _write(file, position, data):
    file.seek(position)
    while data:
        data = data[file.write(data) :]
    os.fsync(file.fileno())


def _end_of_records(file):
    """Return the place after the last line break."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - _CHUNK)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _mend(path):
    """Cut off records that were never written to their end."""
    if not _unreadable(_lines(path)):
        return
    with _held(JournalFileSymlinkLock(path)):
        lines = _lines(path)
        broken = _unreadable(lines)
        if not broken:
            return
        _check_journal(lines, broken)
        kept = dict(enumerate(lines)) | {n: _glued(lines[n]) for n in broken}
        whole = b"".join(kept.values())
        lost = sum(map(len, lines)) - len(whole)
        with writing_whole(path) as file:
            file.write(whole)
    warnings.warn(
        f"storage={path!r} ended in a record that was not written to its end, as when "
        f"a disk is full or a process is killed: its {lost} bytes are cut off. What "
        "was finished before is all there.",
        UserWarning,
        stacklevel=2,
    )


def _lines(path):
    return Path(path).read_bytes().splitlines(keepends=True)


def _unreadable(lines):
    return [number for number, line in enumerate(lines) if not _is_record(line)]


def _is_record(line):
    try:
        return line.endswith(b"\n") and isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _check_journal(lines, broken):
    """Mend only an end, and a line in which two writers' records ran together."""
    last_whole = max(set(range(len(lines))) - set(broken), default=-1)
    is_first_half = len(lines) == 1 and _BEGINNING.startswith(lines[0][:10])
    for number in broken:
        is_end = number > last_whole >= 0 or is_first_half
        if not is_end and not _glued(lines[number]):
            raise OSError(
                f"line {number + 1} is no record of Optuna's journal, so the file is "
                "no journal or damaged"
            )


def _glued(line):
    """Return the whole record that follows half a one in a line; b"" for none."""
    start = line.rfind(_BEGINNING)
    return line[start:] if start > 0 and _is_record(line[start:]) else b""
