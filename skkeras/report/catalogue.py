"""The data sets that the command knows by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
)
from sklearn.utils import Bunch

from skkeras.datasets import load_boston, load_pima
from skkeras.report.errors import InputError, did_you_mean
from skkeras.report.openml import PREFIX, problem_from_openml
from skkeras.report.problem import Problem

DEFAULTS = ("pima", "iris", "boston")


@dataclass(frozen=True)
class Entry:
    """A data set with a name.

    Parameters
    ----------
    load : callable
        Returns its Bunch for as_frame=True.
    task : {"classification", "regression"}
        What its target is.
    predicts : str
        What the target is, for a person.
    caveats : tuple of str, default=()
        What a reader of results on it must know.
    """

    load: Callable[..., Bunch]
    task: Literal["classification", "regression"]
    predicts: str
    caveats: tuple[str, ...] = ()

    def bunch(self) -> Bunch:
        """Load the data set, with pandas objects."""
        return self.load(as_frame=True)


CATALOGUE: dict[str, Entry] = {
    "pima": Entry(
        load_pima,
        "classification",
        "onset of diabetes within five years",
        (
            "Measurements that were not taken stand as zeros in five columns and are "
            "used as they stand, as in published results; "
            "load_pima(zeros_as_missing=True) marks them.",
        ),
    ),
    "iris": Entry(
        load_iris,
        "classification",
        "species of iris",
        (
            "150 rows: with ten folds, one flower more or less that is right moves the "
            "accuracy of a fold by 0.067.",
        ),
    ),
    "boston": Entry(
        load_boston,
        "regression",
        "median value of homes in a census tract, thousand dollars",
        (
            "The column b encodes the share of Black residents under the assumption "
            "that segregation raised prices, which is why scikit-learn removed this "
            "table. It is used here only as a benchmark that is still cited; "
            "load_boston(drop_b=True) leaves the column out.",
        ),
    ),
    "breast_cancer": Entry(
        load_breast_cancer, "classification", "whether a breast tumour is benign"
    ),
    "wine": Entry(load_wine, "classification", "grower of a wine"),
    "digits": Entry(load_digits, "classification", "handwritten digit, 8 by 8 pixels"),
    "diabetes": Entry(
        load_diabetes, "regression", "progression of diabetes after one year"
    ),
}


def problem_by_name(name: str) -> Problem:
    """Create the problem of a data set in the catalogue.

    Parameters
    ----------
    name : str
        Its name, or ``openml:NAME``.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name.startswith(PREFIX):
        return problem_from_openml(name)
    if name not in CATALOGUE:
        raise InputError(
            f"{name!r} is no data set"
            + (did_you_mean(name, CATALOGUE) or f"; there are {', '.join(CATALOGUE)}.")
            + " Give a CSV file of yours by its path, such as data.csv, or a data set "
            f"of OpenML as {PREFIX}NAME"
        )
    entry = CATALOGUE[name]
    bunch: Bunch = entry.bunch()
    return Problem(
        name=name,
        X=bunch.data,
        y=bunch.target.to_numpy(),
        target=bunch.target.name,
        task=entry.task,
        classes=tuple(map(str, bunch.target_names))
        if entry.task == "classification"
        else (),
        caveats=entry.caveats,
    )
