"""What is measured on each test fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import get_scorer, get_scorer_names

from skkeras.report.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from skkeras.model_selection.typing import Scoring


@dataclass(frozen=True)
class Metric:
    """A quantity to report, and the scorer that measures it.

    Parameters
    ----------
    name : str
        What ``scores.csv`` calls it.
    label : str
        What a table's heading calls it.
    scorer : str or callable
        As in scikit-learn's ``scoring``: greater is better.
    greater_is_better : bool, default=True
        False for an error or a loss, whose scorer returns its negative.
    bounds : tuple of two float, default=(-inf, inf)
        The lowest and the highest value there can be.
    """

    name: str
    label: str
    scorer: str | Callable[..., Any]
    greater_is_better: bool = True
    bounds: tuple[float, float] = (-np.inf, np.inf)

    @property
    def best(self) -> float:
        """The best value there can be; infinite where that is not known."""
        return self.bounds[1] if self.greater_is_better else self.bounds[0]

    def value(self, score: Any) -> Any:
        """Convert what the scorer returned to what is reported."""
        return score if self.greater_is_better else -score

    def advantage(self, a: Any, b: Any) -> Any:
        """Compute by how much `a` is better than `b`; negative where it is worse."""
        return a - b if self.greater_is_better else b - a


_SHARE: dict[str, Any] = {"bounds": (0.0, 1.0)}
_ERROR: dict[str, Any] = {"greater_is_better": False, "bounds": (0.0, np.inf)}
ACCURACY = Metric("accuracy", "accuracy", "accuracy", **_SHARE)
BALANCED_ACCURACY = Metric(
    "balanced_accuracy", "balanced accuracy", "balanced_accuracy", **_SHARE
)
ROC_AUC = Metric("roc_auc", "ROC AUC", "roc_auc", **_SHARE)
ROC_AUC_ONE_VS_REST = Metric("roc_auc", "ROC AUC", "roc_auc_ovr", **_SHARE)
LOG_LOSS = Metric("log_loss", "log loss", "neg_log_loss", **_ERROR)
R2 = Metric("r2", "R²", "r2", bounds=(-np.inf, 1.0))
RMSE = Metric("rmse", "RMSE", "neg_root_mean_squared_error", **_ERROR)
MAE = Metric("mae", "MAE", "neg_mean_absolute_error", **_ERROR)

_WITHOUT_A_BEST = ("mutual_info_score", "positive_likelihood_ratio")

IMBALANCED = 0.75
NAMED = {
    metric.name: metric
    for metric in [ACCURACY, BALANCED_ACCURACY, ROC_AUC, LOG_LOSS, R2, RMSE, MAE]
}


def default_metrics(y: ArrayLike, *, classification: bool) -> list[Metric]:
    """Choose the metrics of a task; the first one is the primary one.

    Accuracy decides between classifiers, but where one class has three quarters of the
    rows or more: there the log loss does, which sees how sure a model is of the rare
    ones, while whoever always guesses the largest class has a high accuracy.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        The whole target: more than two classes need another ROC AUC.
    classification : bool
        Whether `y` holds classes.

    Returns
    -------
    list of Metric
    """
    if not classification:
        return [R2, RMSE, MAE]
    roc_auc = ROC_AUC if len(np.unique(y)) == 2 else ROC_AUC_ONE_VS_REST
    if largest_share(y) >= IMBALANCED:
        return [LOG_LOSS, ACCURACY, BALANCED_ACCURACY, roc_auc]
    return [ACCURACY, BALANCED_ACCURACY, roc_auc, LOG_LOSS]


def largest_share(y: ArrayLike) -> float:
    """Return the share of rows of the largest class.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Classes.

    Returns
    -------
    float
        The accuracy of whoever always guesses that class.
    """
    counts = np.unique(y, return_counts=True)[1]
    return float(counts.max() / counts.sum())


def as_metrics(scoring: Scoring, y: ArrayLike, *, classification: bool) -> list[Metric]:
    """Convert scikit-learn's ``scoring`` to metrics.

    Parameters
    ----------
    scoring : None, str, callable, list or dict
        None chooses `default_metrics`. A name is one of this module (``"log_loss"``,
        ``"rmse"``, reported as positive numbers) or one of scikit-learn's
        (``"neg_log_loss"``, reported as scikit-learn returns it). A list holds names
        or callables; a dict maps names to either.
    y : array-like of shape (n_samples,)
        The whole target.
    classification : bool
        Whether `y` holds classes.

    Returns
    -------
    list of Metric
    """
    defaults = default_metrics(y, classification=classification)
    if scoring is None:
        return defaults
    named = NAMED | {metric.name: metric for metric in defaults}
    if isinstance(scoring, dict):
        return [
            Metric(name, name, get_scorer(scorer)) for name, scorer in scoring.items()
        ]
    choices = [scoring] if isinstance(scoring, str) or callable(scoring) else scoring
    return [_as_metric(choice, named) for choice in choices]


def _as_metric(choice, named):
    if isinstance(choice, str) and choice in named:
        return named[choice]
    if isinstance(choice, str) and choice not in get_scorer_names():
        raise InputError(
            f"scoring={choice!r} is no metric"
            + did_you_mean(choice, [*named, *get_scorer_names()])
        )
    if isinstance(choice, str):
        return Metric(choice, choice, get_scorer(choice), bounds=_bounds(choice))
    name = getattr(choice, "__name__", "score")
    return Metric(name, name, get_scorer(choice))


def _bounds(name):
    """Return between which values a scorer of scikit-learn lies, as far as is known."""
    if name in _WITHOUT_A_BEST:
        return -np.inf, np.inf
    return -np.inf, 0.0 if name.startswith("neg_") else 1.0
