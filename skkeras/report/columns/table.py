"""A user's table, with the columns that models are to see."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype as is_dates
from pandas.api.types import is_numeric_dtype

from skkeras.report.columns.choices import Choices
from skkeras.report.columns.column import Column
from skkeras.report.columns.reading import read_column
from skkeras.report.errors import InputError


@dataclass(frozen=True, eq=False)
class Table:
    """The features of a table, and what decides its folds.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The features.
    columns : tuple of Column
        What became of every column.
    caveats : tuple of str
        What a reader must know of them.
    groups : ndarray of int of shape (n_samples,) or None
        Rows of one number stay in one fold.
    order : ndarray of int of shape (n_samples,) or None
        Positions of the rows, the earliest first.
    """

    X: pd.DataFrame
    columns: tuple[Column, ...]
    caveats: tuple[str, ...]
    groups: np.ndarray | None = None
    order: np.ndarray | None = None


def use_columns(frame: pd.DataFrame, choices: Choices, name: str) -> Table:
    """Decide what each column is used as.

    Parameters
    ----------
    frame : DataFrame
        All columns but the target.
    choices : Choices
        What the user says of them.
    name : str
        What the user calls the data.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        Where no column is left, or the rows cannot be grouped or ordered as asked.
    """
    readings = _readings(frame, choices)
    used = {r.column.name: r.values for r in readings if r.column.is_feature}
    if not used:
        raise InputError(
            f"{name} has no column to learn from: "
            + "; ".join(f"{c.name}: {c.reason}" for c, *_ in readings[:3])
        )
    groups = order = None
    if choices.groups is not None:
        groups = _group_numbers(frame[choices.groups], name)
    if choices.time is not None:
        order = _order(used.get(choices.time), choices.time, name)
    return Table(
        X=pd.DataFrame(used, index=frame.index),
        columns=tuple(r.column for r in readings),
        caveats=tuple(caveat for r in readings for caveat in r.caveats),
        groups=groups,
        order=order,
    )


def _readings(frame, choices):
    """Read the columns; those that only look useless are used where no other is."""
    readings = [read_column(frame[column], choices) for column in frame]
    if any(r.column.is_feature for r in readings):
        return readings
    guessed = tuple(r.column.name for r in readings if r.is_guess)
    kept = replace(choices, keep=(*choices.keep, *guessed))
    return [read_column(frame[column], kept) for column in frame]


def _group_numbers(column, name):
    if column.isna().any():
        row = int(column.isna().to_numpy().argmax()) + 1
        raise InputError(
            f"--groups {column.name!r} has no value in {column.isna().sum()} rows of "
            f"{name}, first in row {row}; fill or remove them"
        )
    return pd.factorize(column)[0]


def _order(values, column, name):
    if values is None or not (is_numeric_dtype(values) or is_dates(values)):
        raise InputError(
            f"--time {column!r} of {name} holds neither dates of one format nor "
            "numbers that differ; write dates as 2026-11-26"
        )
    if values.isna().any():
        row = int(values.isna().to_numpy().argmax()) + 1
        raise InputError(
            f"--time {column!r} has no value in {values.isna().sum()} rows of {name}, "
            f"first in row {row}; fill or remove them"
        )
    return np.argsort(values.to_numpy(), kind="stable")
