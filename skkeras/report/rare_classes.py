"""What accuracy does not tell: large classes, and classes that are never predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.baselines import DUMMY
from skkeras.report.metrics import IMBALANCED, LOG_LOSS, largest_share

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

_MOST_LISTED = 5


def rare_class_sentences(comparison: Comparison) -> list[str]:
    """Say why the log loss decides, and which classes models never predict.

    Parameters
    ----------
    comparison : Comparison
        Of classifiers or regressors.

    Returns
    -------
    list of str
        Empty where there is nothing to say.
    """
    seen = {
        e.name: e.observations
        for e in comparison.evaluations
        if e.observations and e.observations[0].classes is not None
    }
    if not seen:
        return []
    truth = np.concatenate([o.truth for o in next(iter(seen.values()))])
    sentences = []
    share = largest_share(truth)
    if share >= IMBALANCED and comparison.primary == LOG_LOSS:
        sentences.append(
            f"Always guessing the largest class has an accuracy of {share:.2f}, so the "
            "log loss decides."
        )
    for name, observations in seen.items():
        missed = _never_predicted(observations, comparison.class_names)
        if missed and name != DUMMY:
            sentences.append(f"{name} never predicts {missed}.")
    return sentences


def _never_predicted(observations, class_names):
    classes = np.unique(np.concatenate([o.truth for o in observations]))
    predicted = np.concatenate([o.predicted for o in observations])
    missed = np.setdiff1d(classes, predicted)
    has_numbers = len(class_names) and np.issubdtype(missed.dtype, np.integer)
    names = [str(class_names[c] if has_numbers else c) for c in missed]
    listed = ", ".join(names[:_MOST_LISTED])
    more = len(names) - _MOST_LISTED
    return f"{listed} and {more} more classes" if more > 0 else listed
