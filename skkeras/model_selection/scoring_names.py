"""What the metrics of a search are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skkeras.model_selection.typing import Scoring


def scoring_names(scoring: Scoring) -> str:
    """Describe what a search scores, in a line that two searches can compare.

    Parameters
    ----------
    scoring : str, callable, list, tuple, dict or None
        As in :class:`~sklearn.model_selection.GridSearchCV`.

    Returns
    -------
    str
    """
    if callable(scoring):
        return "callable"
    names = _names(scoring)
    return str(scoring) if names is None else ", ".join(names)


def primary_metric(scoring: Scoring, refit: Any) -> str:
    """Return the name, in the scorer's results, of the metric to maximise.

    Parameters
    ----------
    scoring : str, callable, list, tuple, dict or None
        As in :class:`~sklearn.model_selection.GridSearchCV`.
    refit : bool, str or callable
        A string names the metric.

    Returns
    -------
    str
    """
    if isinstance(refit, str):
        return refit
    names = _names(scoring)
    return "score" if names is None else names[0]


def _names(scoring: Any) -> list[str] | None:
    if scoring is None or isinstance(scoring, str) or callable(scoring):
        return None
    return list(scoring)
