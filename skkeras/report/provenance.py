"""What is needed to trace a figure and to measure it again."""

from __future__ import annotations

import math
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from pandas.util import hash_pandas_object
from sklearn.pipeline import Pipeline

from skkeras.report.boosting import MODULES
from skkeras.report.sklearn_internals import BaseSearchCV  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from skkeras.report.benchmark import Benchmark
    from skkeras.report.problem import Problem

PACKAGES = [
    "skkeras",
    "scikit-learn",
    "keras",
    "scikeras",
    "numpy",
    "scipy",
    "pandas",
    "optuna",
]


def provenance(command: dict[str, Any]) -> dict[str, Any]:
    """Collect when, where and with what a benchmark was run.

    Parameters
    ----------
    command : dict
        The options of the command, by name.

    Returns
    -------
    dict
        Ready for JSON.
    """
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": joblib.cpu_count(),
        "versions": _versions(),
    }


def _versions():
    """Return versions of packages by name, and those of libraries that models loaded.

    These are Keras's backend and libraries of boosted trees.
    """
    versions = {package: version(package) for package in PACKAGES}
    keras = sys.modules.get("keras")
    loaded = [] if keras is None else [keras.backend.backend()]
    loaded += [module for module in MODULES if module in sys.modules]
    return versions | {module: sys.modules[module].__version__ for module in loaded}


def to_json(benchmark: Benchmark, provenance: dict[str, Any]) -> dict[str, Any]:
    """Describe a benchmark: seed, versions, data, parameters and summary.

    Parameters
    ----------
    benchmark : Benchmark
        The finished models.
    provenance : dict
        What `provenance` collected.

    Returns
    -------
    dict
        Ready for JSON; figures that are not finite are None.
    """
    return provenance | {
        "seed": benchmark.settings.seed,
        "interrupted": benchmark.interrupted,
        "datasets": {s.problem.name: _study(s) for s in benchmark.studies},
    }


def _study(study):
    problem = study.problem
    return {
        "rows": len(problem.X),
        "columns": list(problem.X.columns),
        "read": [asdict(column) for column in problem.columns],
        "target": problem.target,
        "task": problem.task,
        "reason": problem.reason,
        "classes": list(problem.classes),
        "caveats": list(problem.caveats),
        "fingerprint": data_fingerprint(problem),
        "models": _models(study) if study.evaluations else {},
        "failures": study.failures,
    }


def _models(study):
    summary = study.comparison.summary()
    by_name = {evaluation.name: evaluation for evaluation in study.evaluations}
    return {
        name: {
            "estimator": type(_last_step(by_name[name].model)).__name__,
            "summary": {
                metric: {stat: _figure(row[metric, stat]) for stat in row[metric].index}
                for metric in dict.fromkeys(summary.columns.get_level_values(0))
            },
            "scores": _scores(by_name[name].scores),
            "parameters": _parameters(by_name[name].model),
            "searches": [
                _search(o.search) for o in by_name[name].observations if o.search
            ],
            "notes": list(by_name[name].notes),
        }
        for name, row in summary.iterrows()
    }


def data_fingerprint(problem: Problem) -> str:
    """Hash a problem: the names, types and values of its columns and target.

    Parameters
    ----------
    problem : Problem
        The data.

    Returns
    -------
    str
        Of hexadecimal digits.
    """
    digest = sha256(repr([*problem.X.columns, problem.target]).encode())
    digest.update(hash_pandas_object(problem.X, index=False).to_numpy().tobytes())
    digest.update(np.ascontiguousarray(problem.y).tobytes())
    return digest.hexdigest()


def _scores(table):
    return {
        metric: [_figure(value) for value in rows["value"]]
        for metric, rows in table.groupby("metric", sort=False)
    }


def _search(record):
    return {
        "best_params": {name: _plain(v) for name, v in record.best_params.items()},
        "best_score": _figure(record.best_score),
        "trials": len(record.trials),
        "refit_seconds": _figure(record.refit_seconds),
        "importances": {k: _figure(v) for k, v in record.importances.items()},
    }


def _last_step(model):
    model = model.estimator if isinstance(model, BaseSearchCV) else model
    return model[-1] if isinstance(model, Pipeline) else model


def _parameters(model):
    parameters = model.get_params(deep=True)
    return {
        name: _plain(value)
        for name, value in sorted(parameters.items())
        if not _holds_estimators(name, parameters)
    }


def _holds_estimators(name, parameters):
    """Return whether a parameter is listed by its parts instead, such as ``steps``."""
    value = parameters[name]
    return hasattr(value, "get_params") or (
        isinstance(value, list) and any(isinstance(item, tuple) for item in value)
    )


def _figure(value):
    return float(value) if math.isfinite(value) else None


def _plain(value):
    """Convert a parameter to what JSON can hold, to its repr if nothing else can."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return repr(value)
