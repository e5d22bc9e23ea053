"""Keras alone, on a backend that has no compiled engine here, such as PyTorch."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import keras

from skkeras.training.engines.base import BATCH_SIZE
from skkeras.training.engines.kept_graphs import KeptGraphs
from skkeras.training.job import Arrays, Job, Result
from skkeras.training.model_fit.predict import predict_with_keras
from skkeras.training.routing.eligibility import Ineligible
from skkeras.training.state.fit_model import FitModel


class UncompiledEngine:
    """Leaves each job to ``Model.fit``.

    Parameters
    ----------
    reason : str, default=None
        Why; that there is no other engine for the backend when None.
    """

    def __init__(self, reason: str | None = None) -> None:
        backend = keras.backend.backend()
        self._reason = reason or f"no compiled engine for the {backend} backend"

    def key(self, job: Job) -> Hashable:
        """Raise `Ineligible`."""
        if job.engine == "keras":
            raise Ineligible("engine='keras'")
        raise Ineligible(self._reason)

    def train(
        self, together: Mapping[Hashable, Mapping[int, Job]]
    ) -> dict[int, Result]:
        """Train nothing: no job has a key."""
        return {}

    def predict(
        self,
        model: FitModel,
        x: Arrays,
        batch_size: int | None,
        kept: KeptGraphs | None = None,
    ) -> Arrays:
        """Return what ``Model.predict`` gives for full batches."""
        return predict_with_keras(model.build(), x, batch_size or BATCH_SIZE)

    def forget_programs(self) -> None:
        """Do nothing: there are none."""
