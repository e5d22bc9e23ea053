"""What looking into one model shows, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.fit_quality import fit_quality
from skkeras.report.learning import learning_sentences
from skkeras.report.thresholds import threshold_sentences

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison


def model_sentences(comparison: Comparison, model: str) -> list[str]:
    """Say whether a model over- or underfits, learns long enough, and decides well.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Name of a diagnosed model.

    Returns
    -------
    list of str
        Empty where its training rows were not scored and there is nothing to decide.
    """
    return [
        *fit_quality(comparison, model),
        *learning_sentences(comparison, model),
        *threshold_sentences(comparison, model),
    ]
