"""Whether a net was trained for too few epochs, or too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.grading import grade
from skkeras.report.pairwise import SMALLEST_RELEVANT_SHARE, evidence_from
from skkeras.report.text import number, plural

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

FEWEST_EPOCHS = 10  # of which the last tenth can be told apart


def learning_sentences(comparison: Comparison, model: str) -> list[str]:
    """Grade what the learning curves of a Keras model show.

    With validation losses: whether that of the last epoch is above that of the epoch
    which is best for the other folds, so that fewer epochs would do. Without: whether
    the training loss still falls, from the last epoch but a tenth to the last one. Both
    as the folds tell, by the same test as everything else; a hundredth of the loss does
    not matter.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Its name.

    Returns
    -------
    list of str
        Empty without histories of two folds and ten epochs, and where the curves show
        neither.
    """
    seen = comparison.evaluation(model).observations
    histories = [o.history for o in seen if o.history and "loss" in o.history]
    if len(histories) < max(2, len(seen)):
        return []
    if all("val_loss" in history for history in histories):
        return _too_many(_curves(histories, "val_loss"), comparison.test_train_ratio)
    return _too_few(_curves(histories, "loss"), comparison.test_train_ratio)


def _curves(histories, key):
    """Return the epochs that all folds have, one row a fold."""
    shortest = min(len(history[key]) for history in histories)
    return np.array([history[key][:shortest] for history in histories])


def _too_many(losses, ratio):
    n_folds, n_epochs = losses.shape
    # Chosen on the other folds, as the best of many is flattered by having been chosen.
    of_others = (losses.sum(axis=0) - losses) / (n_folds - 1)
    best = of_others.argmin(axis=1)
    at_best = losses[np.arange(n_folds), best]
    found = _graded(losses[:, -1] - at_best, losses, ratio)
    if n_epochs < FEWEST_EPOCHS or not found.endswith("better"):
        return []
    return [
        f"Its validation loss is {found} after about "
        f"{plural(round(best.mean()) + 1, 'epoch')} ({number(at_best.mean())}) than "
        f"after {n_epochs} ({number(losses[:, -1].mean())}): fewer epochs, early "
        "stopping or a larger penalty may help."
    ]


def _too_few(losses, ratio):
    n_epochs = losses.shape[1]
    earlier = n_epochs - 1 - max(1, n_epochs // 10)
    found = _graded(losses[:, earlier] - losses[:, -1], losses, ratio)
    if n_epochs < FEWEST_EPOCHS or not found.endswith("better"):
        return []
    share = 1 - losses[:, -1].mean() / losses[:, earlier].mean()
    return [
        f"Its training loss still falls, by {share:.0%} over the last "
        f"{plural(n_epochs - 1 - earlier, 'epoch')} of {n_epochs} "
        f"({found.split()[0]}): more epochs may help."
    ]


def _graded(gains, losses, ratio):
    rope = SMALLEST_RELEVANT_SHARE * float(np.abs(losses[:, -1]).mean())
    return grade(evidence_from(gains, ratio, rope=rope))
