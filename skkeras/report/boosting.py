"""Boosted trees of other libraries, where they are installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# Of each: its module, the stem of its classes, and what keeps it to one thread, since
# folds are fitted side by side, and from writing to the terminal or the folder.
_QUIET: dict[str, tuple[str, str, dict[str, Any]]] = {
    "LightGBM": ("lightgbm", "LGBM", {"n_jobs": 1, "verbose": -1}),
    "XGBoost": ("xgboost", "XGB", {"n_jobs": 1}),
    "CatBoost": (
        *("catboost", "CatBoost"),
        {"thread_count": 1, "verbose": False, "allow_writing_files": False},
    ),
}
MODULES = tuple(module for module, *_ in _QUIET.values())


def boosting_models(
    task: Literal["classification", "regression"],
    *,
    random_state: int | None = None,
    rounds: int | None = None,
) -> dict[str, BaseEstimator]:
    """Create the boosted trees of the libraries that are installed.

    Parameters
    ----------
    task : {"classification", "regression"}
        What to predict.
    random_state : int or None, default=None
        Seeds them.
    rounds : int or None, default=None
        Trees of each class; None leaves each library's default.

    Returns
    -------
    dict of str to estimator
        Of ``"LightGBM"``, ``"XGBoost"`` and ``"CatBoost"`` those that are there;
        ``pip install "skkeras[boosting]"`` brings all three. XGBoost's classifier takes
        classes numbered from 0.

    Examples
    --------
    >>> from skkeras.report.boosting import boosting_models
    >>> set(boosting_models("regression")) <= {"LightGBM", "XGBoost", "CatBoost"}
    True
    """
    ending = "Classifier" if task == "classification" else "Regressor"
    how: dict[str, Any] = {"random_state": random_state}
    if rounds is not None:
        how["n_estimators"] = rounds
    return {
        name: getattr(import_module(module), stem + ending)(**quiet, **how)
        for name, (module, stem, quiet) in _QUIET.items()
        if find_spec(module) is not None
    }
