"""Where a run looks for models that were finished earlier, and stores new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.report.benchmark import Benchmark, Study
    from skkeras.report.evaluation import Evaluation


class Keeper:
    """Base class of what stores models; stores and finds none itself."""

    def recall(
        self, study: Study, name: str, model: BaseEstimator
    ) -> Evaluation | None:
        """Return a model's evaluation from an earlier run, or None."""
        return None

    def recall_begun(
        self, study: Study, name: str, model: BaseEstimator
    ) -> Evaluation | None:
        """Return the first folds of a model from an earlier run, or None."""
        return None

    def keep_begun(
        self, benchmark: Benchmark, study: Study, evaluation: Evaluation
    ) -> None:
        """Store the folds of a model that are finished."""

    def keep(self, benchmark: Benchmark, study: Study, evaluation: Evaluation) -> None:
        """Store a finished model."""
