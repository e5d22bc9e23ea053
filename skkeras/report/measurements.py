"""Finished models in a folder, one file each, so that a report can go on from them."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from skkeras.model_selection.description import digest_of
from skkeras.report.errors import InputError
from skkeras.report.evaluation import Evaluation
from skkeras.report.observation import Observation
from skkeras.report.provenance import data_fingerprint
from skkeras.report.search_record import SearchRecord
from skkeras.whole_files import writing_whole

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.report.benchmark import Study

FOLDER = "measurements"
FINISHED, BEGUN = ".json", ".begun"


@dataclass(frozen=True)
class Measurements:
    """What was measured of each model, in a report's folder.

    Parameters
    ----------
    folder : Path
        The report's; the files lie in its ``measurements``.
    versions : dict of str to str
        Of the packages that measure.
    """

    folder: Path
    versions: dict[str, str]
    _identities: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def clear(self) -> None:
        """Remove the files of an earlier report."""
        for ending in (FINISHED, BEGUN):
            for file in (self.folder / FOLDER).glob(f"*{ending}"):
                file.unlink()

    def are_begun(self) -> bool:
        """Return whether folds of a model are there that was not finished."""
        return any((self.folder / FOLDER).glob(f"*{BEGUN}"))

    def write(
        self, study: Study, evaluation: Evaluation, *, is_begun: bool = False
    ) -> None:
        """Write a model to its file.

        Parameters
        ----------
        study : Study
            Its data and folds.
        evaluation : Evaluation
            What was measured.
        is_begun : bool, default=False
            Whether folds are missing; the file goes with that of the finished model.
        """
        record = {
            "identity": self._identity_once(study, evaluation),
            "scores": evaluation.scores.to_dict("list"),
            "notes": list(evaluation.notes),
            "observations": [_record(o) for o in evaluation.observations],
        }
        begun, finished = (self._file(study, evaluation.name, b) for b in (True, False))
        finished.parent.mkdir(exist_ok=True)
        with writing_whole(begun if is_begun else finished) as opened:
            opened.write(json.dumps(record).encode())
        if not is_begun:
            begun.unlink(missing_ok=True)

    def read(
        self, study: Study, name: str, model: BaseEstimator, *, is_begun: bool = False
    ) -> Evaluation | None:
        """Read a model that was measured earlier.

        Parameters
        ----------
        study : Study
            The data and folds of now.
        name : str
            Of the model.
        model : estimator
            As it would be measured now.
        is_begun : bool, default=False
            Whether to read the folds of one that was not finished.

        Returns
        -------
        Evaluation or None
            None where there is none.

        Raises
        ------
        InputError
            If it was measured otherwise than it would be now, or the file is damaged.
        """
        file = self._file(study, name, is_begun)
        if not file.exists():
            return None
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            self._check(record["identity"], self._identity(study, name, model), file)
            return Evaluation(
                name,
                model,
                pd.DataFrame(record["scores"]),
                tuple(record["notes"]),
                tuple(_observation(each) for each in record["observations"]),
            )
        except InputError:  # a ValueError too, but of a file that is whole
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"--resume: {file} is damaged ({error}); remove it, so that {name} is "
                "measured again"
            ) from None

    def _file(self, study, name, is_begun):
        words = f"{study.problem.name} {name}".lower()
        slug = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[-60:]
        # Names that differ in other characters have files of their own.
        number = digest_of([study.problem.name, name])[:8]
        ending = BEGUN if is_begun else FINISHED
        return self.folder / FOLDER / f"{slug}-{number}{ending}"

    def _identity_once(self, study, evaluation):
        """Return the identity of a model, whose folds are written one after another."""
        key = study.problem.name, evaluation.name
        if key not in self._identities:
            self._identities[key] = self._identity(study, key[1], evaluation.model)
        return self._identities[key]

    def _identity(self, study, name, model):
        """Describe all that decides the numbers."""
        folds = [(split.train, split.test) for split in study.splits]
        return {
            "data": data_fingerprint(study.problem),
            "folds": digest_of(folds),
            "metrics": [metric.name for metric in study.metrics],
            "parameters": digest_of(model),
            "versions": self.versions,
        }

    def _check(self, earlier, now, file):
        different = [key for key in now if earlier.get(key) != now[key]]
        if different:
            raise InputError(
                f"--resume: {file} was measured with other {', '.join(different)}, "
                "which one report may not mix; begin anew without --resume"
            )


def _record(observation):
    record = {name: getattr(observation, name) for name in _FIELDS}
    search = record["search"]
    if search is not None:
        record["search"] = asdict(search) | {"trials": search.trials["score"].tolist()}
    importance = record["importance"]
    if importance is not None:
        record["importance"] = [list(importance.index), importance.tolist()]
    return {name: _plain(value) for name, value in record.items()}


def _observation(record):
    fields = {name: _restored(value) for name, value in record.items()}
    if fields["search"] is not None:
        trials = pd.DataFrame({"score": fields["search"]["trials"]})
        fields["search"] = SearchRecord(**fields["search"] | {"trials": trials})
    if fields["importance"] is not None:
        names, values = fields["importance"]
        fields["importance"] = pd.Series(values, index=names)
    return Observation(**fields)


_FIELDS = tuple(Observation.__dataclass_fields__)


def _plain(value):
    """Convert arrays and tuples to what JSON can hold and `_restored` reads back."""
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "values": value.tolist()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return {"tuple": [_plain(each) for each in value]}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {"dict": [[_plain(k), _plain(v)] for k, v in value.items()]}
    return value


def _restored(value):
    if isinstance(value, list):
        return [_restored(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "dtype" in value:
        return np.array(value["values"], dtype=value["dtype"])
    if "tuple" in value:
        return tuple(_restored(each) for each in value["tuple"])
    return {_restored(key): _restored(each) for key, each in value["dict"]}
