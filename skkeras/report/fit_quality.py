"""Whether a model over- or underfits, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.grading import grade, sides
from skkeras.report.pairwise import default_rope, evidence_from
from skkeras.report.text import number

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

LOWER_TRAINING_LOSS_FAQ = (
    "The loss on training rows is above that on validation rows, which is no error: "
    "Keras averages the training loss over an epoch while the weights still improve, "
    "with dropout switched on; the validation loss is taken at the epoch's end, "
    "without dropout."
)


def fit_quality(comparison: Comparison, model: str) -> list[str]:
    """Compare scores on training and test rows.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Name of a diagnosed model.

    Returns
    -------
    list of str
        Sentences; empty where the training rows were not scored.
    """
    seen = comparison.evaluation(model).observations
    train = np.array([o.train_score for o in seen], dtype=float)
    if len(train) < 2 or np.isnan(train).any():
        return []
    metric, values = comparison.primary, comparison.values()
    gaps = metric.advantage(train, values[model].to_numpy())
    evidence = evidence_from(
        gaps, comparison.test_train_ratio, rope=default_rope(metric, values.mean())
    )
    figures = (
        f"On rows it was trained on its mean {metric.label} is "
        f"{number(train.mean())}, on test rows {number(values[model].mean())}"
    )
    best = values.columns[0]
    others_test, own_train = values[best].mean(), train.mean()
    if best != model and metric.advantage(others_test, own_train) > 0:
        says = (
            f": it underfits, for {best} does better on rows it has not seen "
            f"({number(others_test)}). More units, more epochs or a smaller penalty "
            "may help."
        )
    else:
        says = f": {_overfitting(evidence)}."
    return [figures + says, *_question_of_the_losses(seen)]


def _overfitting(evidence):
    """Grade the gap between scores on training and on test rows."""
    found = grade(evidence)
    if found.endswith("better"):
        return (
            f"it {found.split()[0]} overfits. Whether less would be better only a "
            "trial tells: a larger penalty, dropout, fewer epochs or more rows"
        )
    if found == "undecided":
        return (
            "whether it overfits is undecided: on training rows it could be from "
            f"{sides(evidence)}"
        )
    return "it does as well on rows that it has not seen"


def _question_of_the_losses(seen):
    last = [
        (o.history["loss"][-1], o.history["val_loss"][-1])
        for o in seen
        if o.history and "val_loss" in o.history
    ]
    if not last:
        return []
    train, validation = np.mean(last, axis=0)
    return [LOWER_TRAINING_LOSS_FAQ] if train > validation else []
