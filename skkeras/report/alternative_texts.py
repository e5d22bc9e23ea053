"""What pictures show, for readers who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    roc_auc_score,
)

from skkeras.report.pairwise import default_rope, evidence_between
from skkeras.report.plots.predictions import each_class
from skkeras.report.plots.scores import pareto_front
from skkeras.report.text import number, plural, seconds

if TYPE_CHECKING:
    import pandas as pd

    from skkeras.report.comparison import Comparison
    from skkeras.report.observation import Observation
    from skkeras.report.predictions import Predictions

_SURE = 0.95


def scores_text(comparison: Comparison) -> str:
    """Return the means of the models, the best first."""
    means = comparison.values().mean()
    listed = ", ".join(f"{name} {number(mean)}" for name, mean in means.items())
    return f"Mean {comparison.primary.label} by model: {listed}."


def gains_text(comparison: Comparison) -> str:
    """Return which models could be as good as the best."""
    values = comparison.values()
    best, *others = values.columns
    rope = default_rope(comparison.primary, values.mean())
    near = [n for n in others if evidence_between(comparison, n, best).high >= -rope]
    if not near:
        return f"The intervals of all others lie below {best}."
    return f"Intervals that reach what {best} achieves: {', '.join(near)}."


def pareto_text(comparison: Comparison) -> str:
    """Return the models that no other beats in both score and time."""
    metric, summary = comparison.primary, comparison.summary()
    means, times = summary[metric.name, "mean"], summary["fit_seconds", "mean"]
    front = pareto_front(means, times, greater_is_better=metric.greater_is_better)
    listed = ", ".join(
        f"{name} ({number(means[name])} in {seconds(times[name])} s)" for name in front
    )
    return f"No other model is both faster and better than {listed}."


def pairs_text(comparison: Comparison) -> str:
    """Return how many models the best one surely beats."""
    pairs = comparison.pairwise()
    best = comparison.values().columns[0]
    mine = pairs[pairs["model"] == best]
    sure = int((mine["p_better"] > _SURE).sum())
    return (
        f"{best} is better than {sure} of {len(mine)} models with a probability above "
        f"{_SURE}."
    )


def learning_text(seen: Sequence[Observation]) -> str:
    """Return where losses begin and end."""
    said = []
    for key, rows in (("loss", "training"), ("val_loss", "validation")):
        losses = [o.history[key] for o in seen if o.history and key in o.history]
        if losses:
            first = float(np.mean([loss[0] for loss in losses]))
            last = float(np.mean([loss[-1] for loss in losses]))
            said.append(
                f"The mean {rows} loss goes from {number(first)} to {number(last)}."
            )
    return " ".join(said)


def confusion_text(pooled: Predictions, class_names: Sequence[str]) -> str:
    """Return how many rows are right, and the most frequent error."""
    right = (pooled.truth == pooled.predicted).mean()
    classes: Any = pooled.classes
    counts = confusion_matrix(pooled.truth, pooled.predicted, labels=classes)
    np.fill_diagonal(counts, 0)
    said = f"The class is right in {right:.1%} of the test rows."
    if not counts.any():
        return said
    names = class_names or classes
    true, taken = np.unravel_index(counts.argmax(), counts.shape)
    return (
        f"{said} Most often {names[true]} is taken for {names[taken]}, "
        f"{plural(int(counts.max()), 'time')}."
    )


def areas_text(pooled: Predictions, class_names: Sequence[str]) -> str:
    """Return the area under each class's ROC curve."""
    return _by_class("Area under the curve", roc_auc_score, pooled, class_names)


def precisions_text(pooled: Predictions, class_names: Sequence[str]) -> str:
    """Return the average precision of each class."""
    return _by_class("Average precision", average_precision_score, pooled, class_names)


def calibration_text(pooled: Predictions, class_names: Sequence[str]) -> str:
    """Return the Brier score of each class."""
    return _by_class("Brier score", brier_score_loss, pooled, class_names)


def _by_class(label, score, pooled, class_names):
    found = [
        f"{name} {number(score(truth, probability))}"
        for name, truth, probability in each_class(pooled, class_names)
    ]
    return f"{label}: {', '.join(found)}."


def residuals_text(pooled: Predictions) -> str:
    """Return the mean and the largest residual."""
    residuals = pooled.truth - pooled.predicted
    largest = residuals[np.argmax(np.abs(residuals))]
    return (
        f"Truth minus prediction is {number(residuals.mean())} on average and "
        f"{number(largest)} at the most."
    )


def quantiles_text(pooled: Predictions) -> str:
    """Return how far the tails are from those of a normal distribution."""
    residuals = pooled.truth - pooled.predicted
    spread = residuals.std()
    beyond = np.mean(np.abs(residuals - residuals.mean()) > 2 * spread)
    return (
        f"{beyond:.1%} of the errors are more than two standard deviations from their "
        "mean; of a normal distribution it would be 4.6%."
    )


def importance_text(seen: Sequence[Observation], most: int) -> str:
    """Return the columns in order."""
    order = mean_importance(seen).index[:most]
    return f"Columns from the most to the least important: {', '.join(order)}."


def mean_importance(seen: Sequence[Observation]) -> pd.Series:
    """Return the mean importance of each column, the largest first."""
    each: Any = [o.importance for o in seen]
    total: Any = sum(each)
    return (total / len(each)).sort_values(ascending=False, kind="stable")


def search_text(seen: Sequence[Observation]) -> str:
    """Return what the best trial gained over the first."""
    scores = [o.search.trials["score"].to_numpy() for o in seen if o.search]
    first = float(np.nanmean([score[0] for score in scores]))
    best = float(np.mean([np.nanmax(score) for score in scores]))
    return (
        f"The first trial scores {number(first)} on average over the folds, the best "
        f"{number(best)}."
    )


def search_importance_text(seen: Sequence[Observation]) -> str:
    """Return each parameter's share."""
    found = [o.search.importances for o in seen if o.search and o.search.importances]
    names = list(dict.fromkeys(name for shares in found for name in shares))
    shares = {name: np.mean([s.get(name, 0) for s in found]) for name in names}
    listed = ", ".join(
        f"{name} {share:.0%}"
        for name, share in sorted(shares.items(), key=lambda pair: -pair[1])
    )
    return f"Shares: {listed}."
