"""Storing each model as soon as it is finished, and finding it again."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skkeras.report.errors import InputError
from skkeras.report.keeper import Keeper
from skkeras.report.measurements import Measurements
from skkeras.report.save import save_data, save_manifest

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.report.benchmark import Benchmark, Study
    from skkeras.report.evaluation import Evaluation


class FolderKeeper(Keeper):
    """Stores everything in the report's folder.

    Parameters
    ----------
    folder : Path
        The report's.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.
    resume : bool
        Whether to go on from what lies there; otherwise it is removed.
    """

    def __init__(
        self, folder: Path, provenance: dict[str, Any], *, resume: bool
    ) -> None:
        self.folder, self.provenance = folder, provenance
        self.measurements = Measurements(folder, provenance["versions"])
        self.resume, self._has_manifest = resume, False
        if not resume:
            self.measurements.clear()

    def recall(
        self, study: Study, name: str, model: BaseEstimator
    ) -> Evaluation | None:
        """Return a model's evaluation from an earlier run, or None."""
        return self.measurements.read(study, name, model) if self.resume else None

    def recall_begun(
        self, study: Study, name: str, model: BaseEstimator
    ) -> Evaluation | None:
        """Return the first folds of a model from an earlier run, or None."""
        if not self.resume:
            return None
        return self.measurements.read(study, name, model, is_begun=True)

    def keep_begun(
        self, benchmark: Benchmark, study: Study, evaluation: Evaluation
    ) -> None:
        """Write the folds of a model that are finished.

        Parameters
        ----------
        benchmark : Benchmark
            All models that are finished.
        study : Study
            The model's.
        evaluation : Evaluation
            What is known of it.

        Raises
        ------
        InputError
            When nothing more can be written there.
        """
        with self._naming(evaluation):
            self.measurements.write(study, evaluation, is_begun=True)
            if not self._has_manifest:
                save_manifest(benchmark, self.provenance, self.folder)
                self._has_manifest = True

    def keep(self, benchmark: Benchmark, study: Study, evaluation: Evaluation) -> None:
        """Write a finished model, and the tables of all so far.

        Parameters
        ----------
        benchmark : Benchmark
            All that is finished.
        study : Study
            The last model's.
        evaluation : Evaluation
            The last model.

        Raises
        ------
        InputError
            When nothing more can be written there.
        """
        with self._naming(evaluation):
            self.measurements.write(study, evaluation)
            save_data(benchmark, self.provenance, self.folder)
            self._has_manifest = True

    @contextmanager
    def _naming(self, evaluation):
        """Raise what the operating system says as an `InputError`."""
        try:
            yield
        except OSError as error:
            raise InputError(
                f"--out {self.folder}: {evaluation.name} could not be written "
                f"({error.strerror}). What was finished before is there: make room, "
                "and give --resume with this folder"
            ) from error
