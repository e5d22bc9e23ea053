"""A table, the column to predict, and what kind of prediction it is."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.preprocessing import LabelEncoder

from skkeras.report.csv_table import read_csv
from skkeras.report.errors import InputError, did_you_mean
from skkeras.report.task import infer_task
from skkeras.report.text import one_line, plural

# Measured with --quick, in seconds of one core; without it there are many more fits.
# 5,000 columns of 200 rows: 104 s and 1.3 GB. 100 classes in 5,000 rows: 184 s, 1.1 GB;
# 500 classes: after 520 s three of eight models were done, and the SVM, whose memory
# grows with the rows and the squared number of classes, had taken 4.4 GB.
MOST_COLUMNS, MOST_CLASSES = 5000, 100
SMALLEST, LARGEST = 1e-37, 1e37  # with room to single precision's ends
SMALLEST_SPREAD = 1e-6
_MOST_SHARES = 6  # that are listed


@dataclass(frozen=True, eq=False)
class Problem:
    """What the models are to learn.

    Parameters
    ----------
    name : str
        What the user calls the data.
    X : DataFrame of shape (n_samples, n_features)
        The features, words and gaps as they came.
    y : ndarray of shape (n_samples,)
        Class numbers, or quantities.
    target : str
        Name of the column to predict.
    task : {"classification", "regression"}
        What `y` is.
    reason : str, default=""
        Why the task was chosen, where it was inferred.
    classes : tuple of str, default=()
        Names of the classes, by number.
    caveats : tuple of str, default=()
        What a reader of the results must know about the data.
    """

    name: str
    X: pd.DataFrame
    y: np.ndarray
    target: str
    task: Literal["classification", "regression"]
    reason: str = ""
    classes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    @property
    def classification(self) -> bool:
        """Whether `y` holds classes."""
        return self.task == "classification"


def problem_from_csv(
    path: str,
    target: str,
    *,
    task: Literal["classification", "regression"] | None = None,
) -> Problem:
    """Read a problem from a user's CSV file.

    Parameters
    ----------
    path : str
        The file.
    target : str
        The column to predict.
    task : {"classification", "regression"} or None, default=None
        None infers it from the target's values.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If the file, the target or the task cannot be used.
    """
    return problem_from_frame(path, read_csv(path), target, task=task)


def problem_from_frame(
    name: str,
    frame: pd.DataFrame,
    target: str,
    *,
    task: Literal["classification", "regression"] | None = None,
) -> Problem:
    """Create a problem from a table.

    Parameters
    ----------
    name : str
        What the user calls the data.
    frame : DataFrame
        The columns and the target; used up.
    target : str
        The column to predict.
    task : {"classification", "regression"} or None, default=None
        None infers it from the target's values.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If the target or the task cannot be used.
    """
    _check_target(frame, target, name)
    y = frame.pop(target)
    frame, caveats = _without_empty_columns(frame, name)
    caveats += _caveats(frame)
    inferred, reason = infer_task(y)
    if task == "regression" and not is_numeric_dtype(y):
        raise InputError(
            f"--task regression: {reason} in --target {target!r}, for example "
            f"{y.tolist()[0]!r}; choose a column of numbers or --task classification"
        )
    if task is not None:
        inferred, reason = task, "as --task says"
    if inferred == "regression":
        y, classes = y.to_numpy("float64"), ()
    else:
        encoder = LabelEncoder().fit(y)
        y, classes = encoder.transform(y), tuple(map(str, encoder.classes_))
    return Problem(name, frame, y, target, inferred, reason, classes, caveats)


def describe(problem: Problem) -> str:
    """Summarize a problem in one line: its rows, columns, target and task.

    Parameters
    ----------
    problem : Problem
        The data.

    Returns
    -------
    str
    """
    rows, columns = problem.X.shape
    numeric = problem.X.select_dtypes("number").shape[1]
    kinds = plural(numeric, "numeric column")
    if columns > numeric:
        kinds += f", {columns - numeric} categorical"
    gaps = int(problem.X.isna().sum().sum())
    if gaps:
        kinds += f", {plural(gaps, 'missing value')}"
    task = problem.task
    if problem.classification:
        task += f" into {len(problem.classes)} classes"
    if problem.reason:
        task += f" ({problem.reason})"
    if problem.classification:
        task += f": {_shares(problem)}"
    # scikit-learn's tables call it that.
    target = "target" if problem.target == "target" else f"target {problem.target}"
    return one_line(f"{plural(rows, 'row')}, {kinds}; {target}: {task}")


def _shares(problem):
    """Say how many of the rows each class has, or the largest and the smallest."""
    counts = np.bincount(problem.y, minlength=len(problem.classes))
    shares = dict(zip(problem.classes, counts / counts.sum(), strict=True))
    order = sorted(shares, key=shares.__getitem__, reverse=True)
    said = [f"{name} {shares[name]:.0%}" for name in order]
    if len(said) > _MOST_SHARES:
        return f"{said[0]} the most, {said[-1]} the fewest"
    return ", ".join(said)


def check_size(problem: Problem) -> None:
    """Check that a table is not so large that each model would take hours.

    Parameters
    ----------
    problem : Problem
        The data.

    Raises
    ------
    InputError
        If it has more columns or classes than this command compares models on.
    """
    n_columns, n_classes = problem.X.shape[1], len(problem.classes)
    if n_columns > MOST_COLUMNS:
        raise InputError(
            f"{problem.name} has {n_columns} columns; on more than {MOST_COLUMNS} each "
            "model takes hours, so choose some, or put the first components of a "
            "decomposition in their place"
        )
    if n_classes > MOST_CLASSES:
        raise InputError(
            f"{problem.name}: {problem.target!r} has {n_classes} classes; with more "
            f"than {MOST_CLASSES} each model takes hours, so join rare ones, or give "
            "--task regression for a quantity"
        )


def check_scale(problem: Problem) -> None:
    """Check that no number is so large or small that models would silently be wrong.

    Keras and trees compute in single precision; far beyond it squares overflow or
    vanish, and with them R² and RMSE. Trees do not split where the variance of a target
    is below 2e-16, and learn nothing from one with a standard deviation of 1e-8.

    Parameters
    ----------
    problem : Problem
        The data.

    Raises
    ------
    InputError
        If a column's or the target's largest number is too large or too near to 0, or
        if a quantity to predict varies too little.
    """
    columns = dict(problem.X.select_dtypes("number"))
    if not problem.classification:
        columns[problem.target] = problem.y
    for name, column in columns.items():
        largest = float(np.nanmax(np.abs(np.asarray(column, dtype="float64"))))
        if largest and not SMALLEST <= largest <= LARGEST:
            raise InputError(
                f"{problem.name}: the largest number of column {name!r} has the size "
                f"{largest:.1e}; models compute with sizes from {SMALLEST:.0e} to "
                f"{LARGEST:.0e}, so give the column in another unit"
            )
    if not problem.classification and np.std(problem.y) < SMALLEST_SPREAD:
        raise InputError(
            f"{problem.name}: --target {problem.target!r} has a standard deviation of "
            f"{np.std(problem.y):.1e}; trees take less than {SMALLEST_SPREAD:.0e} for "
            "nearly none, so give the column in another unit"
        )


def check_folds(problem: Problem, folds: int) -> None:
    """Check that there are rows enough for the folds.

    Parameters
    ----------
    problem : Problem
        The data.
    folds : int
        Folds in a repeat.

    Raises
    ------
    InputError
        If a class has fewer rows than there are folds, or if a test fold would have a
        single row, for which R² is not defined.
    """
    if not problem.classification:
        if len(problem.y) < 2 * folds:
            raise InputError(
                f"{problem.name} has {len(problem.y)} rows, too few for --folds "
                f"{folds}; each fold needs two rows to test on, so give a smaller "
                "--folds or more rows"
            )
        return
    counts = np.bincount(problem.y)
    rarest = int(counts.argmin())
    if counts[rarest] < folds:
        otherwise = "" if len(counts) == 2 else ", or --task regression for a quantity"
        raise InputError(
            f"{problem.name}: class {problem.classes[rarest]!r} of {problem.target!r} "
            f"has {plural(counts[rarest], 'row')}, too few for --folds {folds}; give "
            f"--folds {max(2, counts[rarest])} or less, add rows or join rare classes"
            + otherwise
        )


def _check_target(frame, target, path):
    if target not in frame:
        raise InputError(
            f"--target {target!r} is no column of {path}"
            + (did_you_mean(target, frame.columns) or f"; it has {_listing(frame)}")
        )
    missing = frame[target].isna()
    if missing.any():
        raise InputError(
            f"--target {target!r} has no value in {missing.sum()} of {len(frame)} rows "
            f"of {path}, first in row {int(missing.argmax()) + 1}; fill or remove them "
            "(an empty cell, NA, NaN, None and null count as no value)"
        )
    if frame[target].nunique() == 1:
        raise InputError(
            f"--target {target!r} is {frame[target].tolist()[0]!r} in all {len(frame)} "
            f"rows of {path}; there is nothing to predict, choose another column"
        )


def _without_empty_columns(frame, name):
    """Drop columns without a single value, and return a caveat that names them."""
    empty = [str(column) for column in frame if frame[column].isna().all()]
    if len(empty) == frame.shape[1]:
        raise InputError(f"{name} has no value in any column but the target")
    if not empty:
        return frame, ()
    said = f"{plural(len(empty), 'column')} without any value left out: "
    return frame.drop(columns=empty), (said + shorten(", ".join(empty), 100),)


def _caveats(frame):
    nameless = [name for name in frame.columns if name.startswith("Unnamed: ")]
    if not nameless:
        return ()
    return (
        f"{len(nameless)} of the columns has no name in the first line. If it numbers "
        "the rows, remove it: models may learn the order of the file.",
    )


def _listing(frame, most=8):
    names = ", ".join(repr(name) for name in frame.columns[:most])
    more = len(frame.columns) - most
    return f"{names} and {more} more" if more > 0 else names
