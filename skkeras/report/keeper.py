"""What a run asks for models that were finished earlier, and tells of new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.report.benchmark import Benchmark, Study
    from skkeras.report.evaluation import Evaluation


class Keeper:
    """Keeps nothing, and knows of nothing."""

    def recall(
        self, study: Study, name: str, model: BaseEstimator
    ) -> Evaluation | None:
        """Find a model's evaluation of an earlier run; None where there is none."""
        return None

    def keep(self, benchmark: Benchmark, study: Study, evaluation: Evaluation) -> None:
        """See a model finished."""
