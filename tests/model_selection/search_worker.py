"""A process that searches in a shared study: `search_worker.py '<json>'`."""

import json
import os
import sys
import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris

from skkeras.model_selection import OptunaSearchCV


class Slow(ClassifierMixin, BaseEstimator):
    """Notes each fit in a file, and takes its time."""

    def __init__(self, a=0.0, log="", seconds=0.0):
        self.a = a
        self.log = log
        self.seconds = seconds

    def fit(self, X, y):
        with open(self.log, "a") as log:
            log.write(json.dumps([os.getpid(), self.a]) + "\n")
        time.sleep(self.seconds)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.where(X[:, 0] > self.a, self.classes_[-1], self.classes_[0])


def define(trial):
    return {"a": trial.suggest_float("a", 4.0, 8.0)}


def make_search(storage, log, name="shared", n_trials=12, seconds=0.02, **kwargs):
    OptunaSearchCV._heartbeat, OptunaSearchCV._grace = 0.2, 3.0
    return OptunaSearchCV(
        Slow(log=log, seconds=seconds),
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


if __name__ == "__main__":
    search = make_search(**json.loads(sys.argv[1]))
    search.fit(*load_iris(return_X_y=True))
    print(json.dumps(results_of(search)))
