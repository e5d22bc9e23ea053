"""What an engine does, whatever Keras's backend."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Protocol

from skkeras.training.job import Arrays, Job, Result

if TYPE_CHECKING:
    from skkeras.training.engines.kept_graphs import KeptGraphs
    from skkeras.training.state.fit_model import FitModel

BATCH_SIZE = 256  # rows of a batch that is predicted for, where nobody says


class Engine(Protocol):
    """Trains the jobs that it can compile, and predicts, on one backend of Keras's.

    Results are those of ``Model.fit`` and ``Model.predict``, which remain for what an
    engine does not compile.
    """

    def key(self, job: Job) -> Hashable:
        """Return what jobs have in common that one program trains.

        Parameters
        ----------
        job : Job

        Returns
        -------
        hashable

        Raises
        ------
        Ineligible
            Where only ``Model.fit`` trains the job; the message says why. So does
            any other exception.
        """

    def train(
        self, together: Mapping[Hashable, Mapping[int, Job]]
    ) -> dict[int, Result]:
        """Train jobs in place.

        Parameters
        ----------
        together : mapping of hashable to mapping of int to Job
            By their key and their number.

        Returns
        -------
        dict of int to Result
            One for each job. A program that fails leaves its jobs to ``Model.fit``.
        """

    def predict(
        self,
        model: FitModel,
        x: Arrays,
        batch_size: int | None,
        kept: KeptGraphs | None = None,
    ) -> Arrays:
        """Return a model's outputs, where a row's do not depend on other rows.

        Parameters
        ----------
        model : BuiltModel or UnbuiltModel
        x : ndarray, list of ndarray or dict of str to ndarray
            As `as_keras` gives them.
        batch_size : int or None
        kept : KeptGraphs, default=None
            Where an engine may keep what it compiled, and find it again.

        Returns
        -------
        ndarray, list of ndarray or dict of str to ndarray
        """

    def forget_programs(self) -> None:
        """Give back what was compiled, and forget what could not be."""
