"""The columns of a table in words: all of them, and those that need a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skkeras.report.columns import LEFT_OUT, Column
from skkeras.report.text import plural

if TYPE_CHECKING:
    from skkeras.report.problem import Problem

MOST_LISTED = 100


def listed_columns(problem: Problem) -> list[Column]:
    """Return the columns to list, those that are left out first.

    Parameters
    ----------
    problem : Problem
        The data.

    Returns
    -------
    list of Column
        At most `MOST_LISTED`; empty for data sets known by name.
    """
    return sorted(problem.columns, key=lambda c: c.use != LEFT_OUT)[:MOST_LISTED]


def unlisted_columns(problem: Problem) -> str:
    """Say how many columns are not listed.

    Parameters
    ----------
    problem : Problem
        The data.

    Returns
    -------
    str
        Empty where all are.
    """
    more = len(problem.columns) - MOST_LISTED
    return f"{plural(more, 'more column')} in report.json" if more > 0 else ""


def left_out_columns(problem: Problem) -> list[str]:
    """Say which columns no model sees, and why.

    Parameters
    ----------
    problem : Problem
        The data.

    Returns
    -------
    list of str
        A line each, for at most ten.
    """
    unused = [c for c in problem.columns if c.use == LEFT_OUT]
    lines = [f"{c.name} ({c.holds}) is left out: {c.reason}" for c in unused[:10]]
    if len(unused) > 10:
        lines.append(f"{len(unused) - 10} more columns are left out")
    return lines
