import os
import signal
import threading
import time
import traceback
from collections import Counter

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.distributions import FloatDistribution
from optuna.storages._rdb import storage as storages
from optuna.trial import TrialState
from scipy import stats
from search_worker import Slow, define, make_search, results_of
from servers import wait_for
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import Lasso, Ridge
from sklearn.pipeline import make_pipeline
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import IntegrityError

from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.storage import (
    close_connections,
    open_storage,
)

pytestmark = pytest.mark.in_turn

X, y = load_iris(return_X_y=True)


def told(error):
    """All that a user sees of an error."""
    return "".join(traceback.format_exception(error)) + repr(error)


def test_a_wrong_password_is_an_error_that_does_not_show_it(postgresql, fits):
    search = make_search(postgresql.replace("s3cret", "wr0ng"), fits.log)
    with pytest.raises(ConnectionError, match=r"ann:\*\*\*@.*password") as caught:
        search.fit(X, y)
    assert "wr0ng" not in told(caught.value)
    assert caught.value.__cause__ is None


def test_a_database_that_goes_during_a_search_is_an_error(postgresql, fits):
    """Without its password, wherever the search is just then."""
    import psycopg

    url, name = make_url(postgresql), postgresql.rsplit("/", 1)[1]

    def drop():
        wait_for(lambda: len(fits()) >= 5)
        with psycopg.connect(
            host=url.host,
            port=url.port,
            user="ann",
            password="s3cret",
            dbname="postgres",
        ) as connection:
            connection.autocommit = True
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    thread = threading.Thread(target=drop)
    thread.start()
    search = make_search(postgresql, fits.log, n_trials=500, seconds=0.05)
    with pytest.raises(ConnectionError, match=r"ann:\*\*\*@.* failed: .*") as caught:
        search.fit(X, y)
    thread.join()
    assert "s3cret" not in told(caught.value)
    assert "s3cret" not in repr(search)


def test_two_processes_share_a_study(storage, workers, fits):
    both = [
        workers.start(storage=storage, log=fits.log, trials_per_batch=2)
        for _ in range(2)
    ]
    first, second = (workers.result(process) for process in both)
    assert first == second
    assert len(first["params"]) == 12
    counts = Counter(a for _, a in fits())
    assert set(counts.values()) == {2}, "a trial was run twice"
    assert len(counts) == 12
    assert {pid for pid, _ in fits()} == {process.pid for process in both}


def test_a_killed_search_goes_on(storage, workers, fits):
    victim = workers.start(
        storage=storage, log=fits.log, trials_per_batch=3, seconds=0.1
    )
    wait_for(lambda: len(fits()) >= 15 or victim.poll() is not None)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    before = fits()
    finished = finished_before(storage)
    assert 3 <= len(finished) < 12

    started = time.monotonic()
    search = make_search(storage, fits.log, trials_per_batch=3, seconds=0.1)
    search.fit(X, y)
    assert time.monotonic() - started < 30
    after = fits()[len(before) :]
    results = results_of(search)
    found = [params["a"] for params in results["params"]]
    assert len(found) == 12
    assert not {a for _, a in after} & finished, "a finished trial was repeated"
    assert finished <= set(found), "a finished trial was lost"
    interrupted = {a for _, a in before} - finished
    assert interrupted
    assert interrupted <= {a for _, a in after}, "an interrupted trial was lost"
    assert interrupted <= set(found)
    assert Counter(found).most_common(1)[0][1] == 1


def finished_before(storage):
    opened = open_storage(storage)
    study = optuna.load_study(study_name="shared", storage=opened)
    ended = study.get_trials(states=[TrialState.COMPLETE])
    close_connections(opened)
    return {trial.params["a"] for trial in ended}


def test_a_search_waits_for_trials_that_run_elsewhere(workers, fits, tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    slow = workers.start(
        storage=storage, log=fits.log, n_trials=2, trials_per_batch=2, seconds=0.5
    )
    wait_for(fits)
    search = make_search(storage, fits.log, n_trials=2, seconds=0.5).fit(X, y)
    assert results_of(search) == workers.result(slow)
    assert {pid for pid, _ in fits()} == {slow.pid}


def test_a_silent_worker_of_another_machine_is_taken_for_dead(fits, tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    search = make_search(storage, fits.log, n_trials=1).fit(X, y)
    trial = search.study_.ask()
    define(trial)
    trial.set_user_attr("skkeras:worker", "elsewhere:1:1:nonce")
    search.study_.set_user_attr("skkeras:beat:elsewhere:1:1:nonce", 7)
    started = time.monotonic()
    search = make_search(storage, fits.log, n_trials=2).fit(X, y)
    assert time.monotonic() - started > 2.5
    assert search.cv_results_["params"][1] == trial.params
    assert search.study_.trials[1].user_attrs["skkeras:void"] == "interrupted"


def test_a_trial_that_kills_its_process_again_and_again_is_failed(fits, tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    search = make_search(storage, fits.log, n_trials=1).fit(X, y)
    trial = search.study_.ask()
    define(trial)
    gone = f"{'0' * 12}:1:1:nonce"
    trial.set_user_attr("skkeras:worker", gone)
    trial.set_user_attr("skkeras:deaths", 2)
    search.study_.set_user_attr(f"skkeras:beat:{gone}", -1)
    with pytest.warns(UserWarning, match="non-finite"):
        search = make_search(storage, fits.log, n_trials=2).fit(X, y)
    failed = search.study_.trials[1]
    assert failed.state == TrialState.FAIL
    assert "died 3 times" in failed.user_attrs["skkeras:failure"]
    assert np.isnan(search.cv_results_["mean_test_score"][1])


def test_a_finished_study_is_read_back_without_a_fit(storage, fits):
    first = make_search(storage, fits.log, n_trials=3).fit(X, y)
    n_fits = len(fits())
    again = make_search(storage, fits.log, n_trials=3).fit(X, y)
    assert len(fits()) == n_fits
    assert results_of(first) == results_of(again)
    more = make_search(storage, fits.log, n_trials=5).fit(X, y)
    assert len(more.cv_results_["params"]) == 5
    assert len(fits()) == n_fits + 4


def test_a_finished_multimetric_study_is_read_back(tmp_path):
    def search():
        return OptunaSearchCV(
            Ridge(),
            {"alpha": [0.1, 1.0, 10.0]},
            n_trials=3,
            cv=2,
            scoring=lambda e, X, y: {"a": e.score(X, y), "b": -e.alpha},
            refit="b",
            sampler=optuna.samplers.GridSampler({"alpha": [0.1, 1.0, 10.0]}),
            return_train_score=True,
            storage=str(tmp_path / "study.log"),
            study_name="ridge",
        ).fit(X, y)

    first, again = search(), search()
    assert again.multimetric_
    assert again.best_params_ == {"alpha": 0.1} == first.best_params_
    for key, values in first.cv_results_.items():
        np.testing.assert_array_equal(again.cv_results_[key], values)


def test_a_resumed_search_does_not_propose_the_same_again(tmp_path):
    storage = str(tmp_path / "study.log")
    for n_trials in (3, 6):
        search = OptunaSearchCV(
            Ridge(),
            {"alpha": optuna.distributions.FloatDistribution(0.1, 1)},
            n_trials=n_trials,
            random_state=0,
            cv=2,
            storage=storage,
            study_name="ridge",
        ).fit(X, y)
    whole = search.set_params(storage=None, study_name=None).fit(X, y)
    assert len({p["alpha"] for p in whole.cv_results_["params"]}) == 6
    np.testing.assert_array_equal(
        [p["alpha"] for p in search.cv_results_["params"]],
        [p["alpha"] for p in whole.cv_results_["params"]],
    )


def test_enqueued_trials_are_run(tmp_path):
    storage = str(tmp_path / "study.log")
    study = optuna.create_study(
        study_name="ridge", storage=open_storage(storage), direction="maximize"
    )
    study.enqueue_trial({"alpha": 0.5})
    search = OptunaSearchCV(
        Ridge(),
        {"alpha": optuna.distributions.FloatDistribution(0.1, 1)},
        n_trials=2,
        cv=2,
        storage=storage,
        study_name="ridge",
    ).fit(X, y)
    assert search.cv_results_["params"][0] == {"alpha": 0.5}


def test_other_folds_or_scoring_are_refused(tmp_path):
    storage, log = str(tmp_path / "study.log"), str(tmp_path / "log")
    make_search(storage, log, n_trials=2).fit(X, y)
    with pytest.raises(ValueError, match=r"begun with other .*folds"):
        make_search(storage, log, n_trials=4).set_params(cv=3).fit(X, y)
    with pytest.raises(ValueError, match=r"begun with other \['scoring'\]"):
        make_search(storage, log, scoring="f1_macro").fit(X, y)
    with pytest.raises(ValueError, match=r"begun with other \['rows', 'data'\]"):
        make_search(storage, log).fit(X[:-2], y[:-2])


ALPHA = FloatDistribution(0.1, 1)


def ridge(estimator=None, **space):
    return OptunaSearchCV(
        estimator or Ridge(), space or {"alpha": ALPHA}, n_trials=2, cv=2
    )


def narrower(trial):
    return {"alpha": trial.suggest_float("alpha", 0.1, 0.5)}


@pytest.mark.parametrize(
    ("search", "rows", "named"),
    [
        (ridge(), X + 1e-9, "data"),
        (ridge(), X[::-1], "data"),
        (ridge(), pd.DataFrame(X + 1), "data"),
        (ridge(Ridge(solver="svd")), X, "estimator"),
        (ridge(Lasso()), X, "estimator"),
        (ridge(make_pipeline(Ridge()), ridge__alpha=ALPHA), X, "estimator"),
        (ridge(alpha=FloatDistribution(0.1, 0.5)), X, "param_distributions"),
        (ridge(alpha=FloatDistribution(0.1, 1, log=True)), X, "param_distributions"),
        (ridge(alpha=[0.1, 1.0]), X, "param_distributions"),
        (ridge(alpha=stats.uniform(0.1, 0.9)), X, "param_distributions"),
        (ridge(alpha=ALPHA, tol=[1e-3]), X, "param_distributions"),
        (ridge().set_params(param_distributions=narrower), X, "param_distributions"),
    ],
)
def test_what_would_be_scored_otherwise_is_refused(tmp_path, search, rows, named):
    where = {"storage": str(tmp_path / "study.log"), "study_name": "ridge"}
    first = ridge().set_params(**where).fit(X, y)
    again = ridge(Ridge()).set_params(**where, n_jobs=1, verbose=0).fit(X, y)
    assert again.best_score_ == first.best_score_
    with pytest.raises(ValueError, match=f"begun with other.*{named}.*study_name"):
        search.set_params(**where, n_trials=4).fit(rows, y)
    assert len(first.study_.get_trials()) == 2


def test_other_weights_of_rows_are_refused(tmp_path):
    search = ridge().set_params(storage=str(tmp_path / "study.log"), study_name="ridge")
    weights = np.linspace(1, 2, len(y))
    first = search.fit(X, y, sample_weight=weights)
    assert search.fit(X, y, sample_weight=weights).best_score_ == first.best_score_
    for other in ({}, {"sample_weight": weights[::-1]}):
        with pytest.raises(ValueError, match=r"begun with other.*fit parameters"):
            search.fit(X, y, **other)


def test_a_database_that_another_process_is_creating_is_tried_again(
    tmp_path, monkeypatch
):
    """And what the first try connected is closed."""
    closed, create = [], storages._VersionManager

    def first_time_too_late(*arguments):
        monkeypatch.setattr(storages, "_VersionManager", create)
        raise IntegrityError("INSERT INTO version_info", {}, Exception("exists"))

    monkeypatch.setattr(storages, "_VersionManager", first_time_too_late)
    dispose = Engine.dispose
    monkeypatch.setattr(
        Engine, "dispose", lambda engine: closed.append(engine) or dispose(engine)
    )
    storage = open_storage(f"sqlite:///{tmp_path}/study.db")
    assert len(closed) == 1
    assert closed[0] is not storage.engine
    assert storage.get_all_studies() == []


def test_a_study_that_is_minimised_is_refused(tmp_path):
    storage = f"sqlite:///{tmp_path}/study.db"
    optuna.create_study(storage=storage, study_name="shared", direction="minimize")
    with pytest.raises(ValueError, match="'shared' does not maximise"):
        make_search(storage, str(tmp_path / "log")).fit(X, y)


def test_a_clone_s_journal_is_the_same_file(tmp_path):
    search = make_search(str(tmp_path / "log"), None)
    assert str(tmp_path / "log") in repr(search.get_params()["storage"])
    open_storage(clone(search).storage).get_all_studies()
    assert (tmp_path / "log").exists()


def test_the_worker_is_an_estimator():
    assert Slow(a=5.0, log=os.devnull).fit(X, y).score(X, y) > 0
