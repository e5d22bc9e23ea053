"""The study's storage: opened so that processes can share it, passwords unseen."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

import optuna
from optuna.exceptions import StorageInternalError
from optuna.storages import InMemoryStorage, RDBStorage
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from skkeras.model_selection.journal import open_journal
from skkeras.model_selection.optuna_internals import database_of, stoppable

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage

    from skkeras.model_selection.optuna_internals import StoppableStudy

_ATTEMPTS = 5
_SQLITE_PATIENCE = 60  # seconds to wait for another process's lock


class StorageURL(str):
    """A database URL that shows no secret, however it is printed.

    It compares, hashes and connects as the whole URL: see `whole_url`.
    """

    def __str__(self) -> str:
        return without_secrets(whole_url(self))

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def whole_url(url: str) -> str:
    """Return a URL as a plain string, with its secrets."""
    return "".join(url)


def without_secrets(url: str) -> str:
    """Mask all that may be secret in a database URL.

    Which of a driver's options hold a secret nobody can list, so none is shown.

    Parameters
    ----------
    url : str
        As SQLAlchemy takes it.

    Returns
    -------
    str
        With the user, the host, the port, the database and the options' names.

    Examples
    --------
    >>> without_secrets("postgresql://ann:secret@db/studies?sslkey=mine")
    'postgresql://ann:***@db/studies?sslkey=***'
    """
    scheme, separator, rest = url.partition("://")
    credentials, at, rest = rest.rpartition("@")
    address, question, options = rest.partition("?")
    if not separator:
        return url  # the path of a journal
    if set("/?") & set(credentials):
        return f"{scheme}://***"
    user, colon, _ = credentials.partition(":")
    names = [option.partition("=")[0] for option in options.split("&")]
    shown = question + "&".join(f"{name}=***" for name in names) if options else ""
    return f"{scheme}://{user}{colon and ':***'}{at}{address}{shown}"


def _secrets(url):
    """Return what `without_secrets` hides, and its parts, the longest first."""
    _, _, rest = url.partition("://")
    credentials, _, after = rest.rpartition("@")
    options = after.partition("?")[2].split("&")
    hidden = {credentials.partition(":")[2], *(o.partition("=")[2] for o in options)}
    if set("/?") & set(credentials):
        hidden.add(rest)
    hidden |= {decode(each) for each in hidden for decode in (unquote, unquote_plus)}
    # An option may be a list of options, as those of ODBC are.
    hidden |= {part for each in hidden for part in re.split("[;=&]", each)}
    return sorted(hidden - {""}, key=len, reverse=True)


def open_storage(storage: str | os.PathLike[str] | BaseStorage | None) -> BaseStorage:
    """Connect to where studies are kept.

    Parameters
    ----------
    storage : None, str, os.PathLike or optuna.storages.BaseStorage
        None keeps the study in memory, a URL in a database, any other string or path
        in Optuna's journal file there.

    Returns
    -------
    optuna.storages.BaseStorage

    Raises
    ------
    ConnectionError
        When the database cannot be opened; the message shows no password.
    """
    if storage is None:
        return InMemoryStorage()
    if isinstance(storage, optuna.storages.BaseStorage):
        return storage
    # Not as the masked string that `get_params` and clones give.
    storage = whole_url(os.fspath(storage))
    if "://" not in storage:
        return open_journal(storage)
    return _open_database(storage)


def _open_database(url):
    options = {"pool_pre_ping": True}  # a server may drop idle connections
    try:
        if make_url(url).get_backend_name() == "sqlite":
            options = {"connect_args": {"timeout": _SQLITE_PATIENCE}}
            why = _why_no_file(make_url(url).database)
            if why:
                raise ConnectionError(_unreachable(url, why))
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ConnectionError(_unreachable(url, "it is no database URL")) from None
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _Database(url, engine_kwargs=options)
        except Exception as error:
            # Two processes that start together may both create the tables.
            is_race = isinstance(error, IntegrityError) or "already exists" in str(
                error
            )
            if attempt == _ATTEMPTS or not is_race:
                raise ConnectionError(_unreachable(url, error)) from None
            time.sleep(0.2 * attempt)


def _why_no_file(path):
    """Return why there can be no database file, of which SQLite says nothing."""
    if not path or path == ":memory:" or path.startswith("file:"):
        return None
    if os.path.isdir(path):
        return "it is a folder"
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        return f"its folder {folder} is not there, or may not be entered"
    return None


class _Database(RDBStorage):
    """A database storage that leaves no connection open where it cannot start."""

    def __init__(self, url, **options):
        try:
            super().__init__(url, **options)
        except Exception:
            if hasattr(self, "engine"):
                self.engine.dispose()
            raise


def _unreachable(url, why):
    return (
        f"storage={without_secrets(url)!r} could not be opened: {_censored(url, why)}. "
        "Check the address, that the server runs, and that the driver is installed."
    )


def _censored(url, why):
    """Remove the secrets of a URL from a message, and join its lines."""
    lines = str(why).splitlines()
    reason = " ".join(line for line in lines if not line.startswith("(Background on"))
    for secret in _secrets(url):
        reason = reason.replace(secret, "***")
    return reason


@contextmanager
def naming_database(storage: object) -> Iterator[None]:
    """Raise what a database says while it is used as a `ConnectionError`.

    Parameters
    ----------
    storage : object
        The search's parameter.
    """
    failure = None
    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        url = whole_url(storage) if isinstance(storage, str) else ""
        shown = without_secrets(url) or type(storage).__name__
        reason = _censored(url, error.__cause__ or error)
        failure = ConnectionError(
            f"storage={shown!r} failed: {reason}. Trials that are in it stay there: "
            "fit again when it can be read and written."
        )
    if failure is not None:
        # Outside, so that no traceback keeps the database's connection open.
        raise failure


def open_study(
    storage: BaseStorage,
    name: str | None,
    sampler: BaseSampler,
    pruner: BasePruner | None,
) -> StoppableStudy:
    """Create a study that is maximised, or load it.

    Parameters
    ----------
    storage : optuna.storages.BaseStorage
        Where it is, or will be.
    name : str or None
        None makes a new one.
    sampler : optuna.samplers.BaseSampler
        Proposes the trials.
    pruner : optuna.pruners.BasePruner or None
        Ends hopeless ones.

    Returns
    -------
    StoppableStudy

    Raises
    ------
    ValueError
        When the study there is not a maximisation of one value.
    """
    with quiet_optuna():
        study = _load(storage, name) or optuna.create_study(
            storage=storage, study_name=name, direction="maximize", load_if_exists=True
        )
    return maximising(study, sampler, pruner)


def maximising(
    study: optuna.Study, sampler: BaseSampler, pruner: BasePruner | None
) -> StoppableStudy:
    """Return a study that maximises, with the search's sampler and pruner.

    Parameters
    ----------
    study : optuna.Study
        Of any kind.
    sampler : optuna.samplers.BaseSampler
        Proposes the trials.
    pruner : optuna.pruners.BasePruner or None
        Ends hopeless ones.

    Returns
    -------
    StoppableStudy

    Raises
    ------
    ValueError
        When it is not a maximisation of one value.
    """
    if [d.name for d in study.directions] != ["MAXIMIZE"]:
        raise ValueError(
            f"The study {study.study_name!r} does not maximise one value, so it is no "
            "study of OptunaSearchCV's: choose another study_name, or make it with "
            "direction='maximize'."
        )
    return stoppable(study, sampler, pruner or optuna.pruners.NopPruner())


def _load(storage, name):
    """Load a study without writing, if it is there: its file may be read-only."""
    if name is None:
        return None
    try:
        return optuna.load_study(study_name=name, storage=storage)
    except KeyError:
        return None


def close_connections(storage: BaseStorage) -> None:
    """Close a storage's idle connections; it opens others when it is used again.

    Parameters
    ----------
    storage : optuna.storages.BaseStorage
        A database or another.
    """
    database = database_of(storage)
    if database is not None:
        database.engine.dispose()


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Keep Optuna's handler from printing this thread's messages of level INFO."""
    thread = threading.get_ident()

    def is_worth_printing(record):
        return record.thread != thread or record.levelno > logging.INFO

    handlers = list(logging.getLogger("optuna").handlers)
    for handler in handlers:
        handler.addFilter(is_worth_printing)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(is_worth_printing)
