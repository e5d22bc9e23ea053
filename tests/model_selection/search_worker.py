"""A process that searches in a shared study: `search_worker.py '<json>'`."""

import itertools
import json
import os
import signal
import sys
import time
import warnings

import numpy as np
import optuna
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skkeras.model_selection import OptunaSearchCV


class Slow(ClassifierMixin, BaseEstimator):
    """Notes each fit in a file, and takes its time; some values kill its process."""

    def __init__(self, a=0.0, log="", seconds=0.0, deadly=()):
        self.a = a
        self.log = log
        self.seconds = seconds
        self.deadly = deadly

    def fit(self, X, y):
        with open(self.log, "a") as log:
            log.write(json.dumps([os.getpid(), self.a]) + "\n")
        time.sleep(self.seconds)
        if self.deadly and self.deadly[0] < self.a < self.deadly[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.where(X[:, 0] > self.a, self.classes_[-1], self.classes_[0])


def define(trial):
    return {"a": trial.suggest_float("a", 4.0, 8.0)}


def make_search(
    storage, log, name="shared", n_trials=12, seconds=0.02, deadly=(), **kwargs
):
    OptunaSearchCV._heartbeat, OptunaSearchCV._grace = 0.2, 3.0
    return OptunaSearchCV(
        Slow(log=log, seconds=seconds, deadly=deadly),
        define,
        n_trials=n_trials,
        cv=2,
        random_state=0,
        storage=storage,
        study_name=name,
        refit=False,
        **kwargs,
    )


def results_of(search):
    results = search.cv_results_
    return {
        "params": results["params"],
        "scores": np.asarray(results["mean_test_score"]).tolist(),
        "splits": np.asarray(results["split1_test_score"]).tolist(),
        "best": search.best_params_,
    }


WRITES = (
    *("create_new_study", "set_study_user_attr", "set_study_system_attr"),
    *("create_new_trial", "set_trial_param", "set_trial_state_values"),
    *("set_trial_user_attr", "set_trial_system_attr", "set_trial_intermediate_value"),
)


def die_at_write(number):
    """Kill this process when it is about to write for the n-th time."""
    count = itertools.count(1)

    def dying(write):
        def instead(*arguments, **options):
            if next(count) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return write(*arguments, **options)

        return instead

    for storage in (optuna.storages.JournalStorage, optuna.storages.RDBStorage):
        for name in WRITES:
            setattr(storage, name, dying(getattr(storage, name)))


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    die_at_write(arguments.pop("dies_at_write", None))
    if arguments.get("deadly"):  # whose trials have no scores
        warnings.filterwarnings("ignore", message="One or more of the test scores")
    search = make_search(**arguments)
    search.fit(*load_iris(return_X_y=True))
    print(json.dumps(results_of(search)))
