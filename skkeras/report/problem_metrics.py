"""What is measured on a problem, and which metric decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.errors import InputError
from skkeras.report.metrics import Metric, as_metrics, default_metrics

if TYPE_CHECKING:
    from skkeras.report.problem import Problem

CLASSIFICATION_ONLY = {"accuracy", "balanced_accuracy", "roc_auc", "log_loss"}
REGRESSION_ONLY = {"r2", "rmse", "mae"}


def problem_metrics(
    problem: Problem, scoring: tuple[str, ...] = (), metric: str | None = None
) -> list[Metric]:
    """Choose the metrics of a problem.

    Parameters
    ----------
    problem : Problem
        Its task and its classes decide where nothing is given.
    scoring : tuple of str, default=()
        Names of metrics; empty means the task's own.
    metric : str or None, default=None
        The one that decides; None means the first.

    Returns
    -------
    list of Metric
        The first decides.
    """
    kind = {"classification": problem.classification}
    metrics = as_metrics(scoring or None, problem.y, **kind)
    if metric is None:
        return metrics
    (deciding,) = as_metrics([metric], problem.y, **kind)
    return [deciding, *(m for m in metrics if m.name != deciding.name)]


def check_metrics(
    problem: Problem, scoring: tuple[str, ...], metric: str | None
) -> None:
    """Check that metrics measure what a problem is.

    Parameters
    ----------
    problem : Problem
        The data.
    scoring : tuple of str
        As of ``--scoring``.
    metric : str or None
        As of ``--metric``.

    Raises
    ------
    InputError
        Where one is for the other task.
    """
    foreign = REGRESSION_ONLY if problem.classification else CLASSIFICATION_ONLY
    own = default_metrics(problem.y, classification=problem.classification)
    for option, names in (("--scoring", scoring), ("--metric", (metric,))):
        for name in names:
            if name in foreign:
                raise InputError(
                    f"{option} {name!r} does not measure {problem.task}, which "
                    f"{problem.name} is; there are {', '.join(m.name for m in own)}"
                )
    problem_metrics(problem, scoring, metric)
