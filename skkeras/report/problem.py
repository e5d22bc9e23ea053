"""A table, the column to predict, and what kind of prediction it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.preprocessing import LabelEncoder

from skkeras.report.columns import GROUPS, LEFT_OUT, Choices, Column, use_columns
from skkeras.report.csv_table import read_csv
from skkeras.report.errors import InputError, did_you_mean
from skkeras.report.task import infer_task
from skkeras.report.text import one_line, plural

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
    columns : tuple of Column, default=()
        How each column of a user's table was read and used.
    groups : ndarray of int of shape (n_samples,) or None, default=None
        Rows of one number stay in one fold.
    is_ordered : bool, default=False
        Whether the rows are in the order of time, and tested on those that come later.
    """

    name: str
    X: pd.DataFrame
    y: np.ndarray
    target: str
    task: Literal["classification", "regression"]
    reason: str = ""
    classes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    groups: np.ndarray | None = None
    is_ordered: bool = False

    @property
    def classification(self) -> bool:
        """Whether `y` holds classes."""
        return self.task == "classification"


def problem_from_csv(
    path: str,
    target: str,
    *,
    task: Literal["classification", "regression"] | None = None,
    separator: str | None = None,
    choices: Choices | None = None,
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
    separator : str or None, default=None
        What stands between the cells; None finds it out.
    choices : Choices or None, default=None
        What the user says of the columns; None means nothing.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If the file, the target, the task or the choices cannot be used.
    """
    frame = read_csv(path, separator=separator)
    return problem_from_frame(path, frame, target, task=task, choices=choices)


def problem_from_frame(
    name: str,
    frame: pd.DataFrame,
    target: str,
    *,
    task: Literal["classification", "regression"] | None = None,
    choices: Choices | None = None,
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
    choices : Choices or None, default=None
        What the user says of the columns; None means nothing.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If the target, the task or the choices cannot be used.
    """
    _check_target(frame, target, name)
    choices = (choices or Choices()).of_table(frame.columns, target, name)
    y = frame.pop(target)
    table = use_columns(frame, choices, name)
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
    X = table.X
    if table.order is not None:
        X, y = X.iloc[table.order].reset_index(drop=True), y[table.order]
    return Problem(
        *(name, X, y, target, inferred, reason, classes),
        caveats=(*table.caveats, *_caveats(X)),
        columns=table.columns,
        groups=table.groups,
        is_ordered=table.order is not None,
    )


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
    dates = problem.X.select_dtypes(["datetime", "datetimetz"]).shape[1]
    kinds = plural(numeric, "numeric column")
    if columns > numeric + dates:
        kinds += f", {columns - numeric - dates} categorical"
    if dates:
        kinds += f", {dates} of dates"
    unused = sum(column.use == LEFT_OUT for column in problem.columns)
    if unused:
        kinds += f", {unused} left out"
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
    said = f"{plural(rows, 'row')}, {kinds}; {target}: {task}{_folds(problem)}"
    return one_line(said)


def _folds(problem):
    """Say how folds are made where rows are not simply shuffled."""
    if problem.is_ordered:
        return "; rows in the order of time, tested on later ones than trained on"
    if problem.groups is None:
        return ""
    (by,) = (c.name for c in problem.columns if c.use == GROUPS)
    n_groups = len(np.unique(problem.groups))
    return f"; rows of each of {n_groups} values of {by} stay in one fold"


def _shares(problem):
    """Say how many of the rows each class has, or the largest and the smallest."""
    counts = np.bincount(problem.y, minlength=len(problem.classes))
    shares = dict(zip(problem.classes, counts / counts.sum(), strict=True))
    order = sorted(shares, key=shares.__getitem__, reverse=True)
    said = [f"{name} {shares[name]:.0%}" for name in order]
    if len(said) > _MOST_SHARES:
        return f"{said[0]} the most, {said[-1]} the fewest"
    return ", ".join(said)


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
