"""Databases that are away for a while, or busy: a clear error or a wait."""

import sqlite3
import threading
import time
import traceback
from collections import Counter
from contextlib import closing

import optuna
import pytest
from optuna.trial import TrialState
from proxy import Proxy
from search_worker import make_search, results_of
from sklearn.datasets import load_iris
from sqlalchemy.engine import make_url

from skkeras.model_selection import storage as storages
from skkeras.model_selection.storage import close_connections, open_storage

pytestmark = pytest.mark.in_turn

X, y = load_iris(return_X_y=True)


@pytest.fixture
def road(postgresql):
    """A proxy before PostgreSQL, and the URL that leads through it."""
    url = make_url(postgresql)
    with Proxy(url.port) as proxy:
        through = url.set(port=proxy.port).render_as_string(hide_password=False)
        yield proxy, through, postgresql


def finished(storage):
    opened = open_storage(storage)
    study = optuna.load_study(study_name="shared", storage=opened)
    trials = study.get_trials(states=[TrialState.COMPLETE])
    close_connections(opened)
    return {trial.number: trial.params["a"] for trial in trials}


def test_idle_connections_that_are_cut_are_not_noticed(road, fits):
    """As by a restart of the server between two batches, or a firewall."""
    proxy, through, _ = road
    cuts = []

    def cut(study, trial):
        cuts.append(trial.number)
        proxy.cut()

    search = make_search(through, fits.log, n_trials=6, trials_per_batch=2)
    search.set_params(callbacks=[cut]).fit(X, y)
    assert len(cuts) == 6
    assert len(search.cv_results_["params"]) == 6
    assert set(Counter(a for _, a in fits()).values()) == {2}, "a trial was run twice"


def test_a_database_that_is_away_is_an_error_and_nothing_is_lost(road, fits):
    proxy, through, direct = road

    def leave(study, trial):
        if trial.number == 5:
            proxy.go_away()

    search = make_search(through, fits.log, n_trials=12, trials_per_batch=2)
    search.set_params(callbacks=[leave])
    with pytest.raises(ConnectionError, match=r"ann:\*\*\*@.* failed: .*") as caught:
        search.fit(X, y)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "s3cret" not in told + repr(search)
    assert proxy.refused > 0
    kept = finished(direct)
    assert set(kept) == set(range(6))
    with pytest.raises(ConnectionError, match="could not be opened") as caught:
        make_search(through, fits.log).fit(X, y)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))

    proxy.is_away = False
    search = make_search(through, fits.log, n_trials=12, trials_per_batch=2).fit(X, y)
    found = results_of(search)["params"]
    assert len(found) == 12
    assert set(kept.values()) <= {params["a"] for params in found}
    counts = Counter(a for _, a in fits())
    assert {counts[a] for a in kept.values()} == {2}, "a finished trial was run again"


def test_the_study_of_a_search_shows_no_password(road, fits):
    """Neither do the errors of the study, once the search is over."""
    proxy, through, _ = road
    search = make_search(through, fits.log, n_trials=2).fit(X, y)
    proxy.go_away()
    with pytest.raises(optuna.exceptions.StorageInternalError) as caught:
        search.study_.set_user_attr("late", 1)
    shown = [repr(search), repr(search.study_), str(vars(search.study_))]
    shown += traceback.format_exception(caught.value)
    assert "s3cret" not in "".join(shown)


def lock(path):
    """Lock a database of SQLite's as another process's long transaction does."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def test_a_locked_database_is_waited_for(tmp_path, fits):
    path = tmp_path / "study.db"
    search = make_search(f"sqlite:///{path}", fits.log, n_trials=2).fit(X, y)
    connection, started = lock(path), time.monotonic()
    timer = threading.Timer(3.0, connection.execute, ["COMMIT"])
    timer.start()
    search = make_search(f"sqlite:///{path}", fits.log, n_trials=4).fit(X, y)
    timer.join()
    connection.close()
    assert time.monotonic() - started > 2.5
    assert len(search.cv_results_["params"]) == 4


def test_one_that_stays_locked_is_an_error(tmp_path, fits, monkeypatch):
    path = tmp_path / "study.db"
    make_search(f"sqlite:///{path}", fits.log, n_trials=2).fit(X, y)
    monkeypatch.setattr(storages, "_SQLITE_PATIENCE", 0.5)
    search = make_search(f"sqlite:///{path}", fits.log, n_trials=4)
    with (
        closing(lock(path)),
        pytest.raises(ConnectionError, match="database is locked"),
    ):
        search.fit(X, y)
    assert len(finished(f"sqlite:///{path}")) == 2
    assert len(search.fit(X, y).cv_results_["params"]) == 4


def test_a_file_that_is_deleted_in_a_search_is_an_error(tmp_path, fits):
    path = tmp_path / "study.db"

    def delete(study, trial):
        path.unlink(missing_ok=True)

    search = make_search(f"sqlite:///{path}", fits.log, n_trials=50)
    search.set_params(callbacks=[delete], trials_per_batch=1)
    with pytest.raises(ConnectionError, match=r"study\.db.* failed: .*fit again"):
        search.fit(X, y)
