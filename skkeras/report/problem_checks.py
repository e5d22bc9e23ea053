"""Whether models can be compared on a problem, found out before they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.errors import InputError
from skkeras.report.text import plural

if TYPE_CHECKING:
    from skkeras.report.problem import Problem

# Measured with --quick, in seconds of one core; without it there are many more fits.
# 5,000 columns of 200 rows: 104 s and 1.3 GB. 100 classes in 5,000 rows: 184 s, 1.1 GB;
# 500 classes: after 520 s three of eight models were done, and the SVM, whose memory
# grows with the rows and the squared number of classes, had taken 4.4 GB.
MOST_COLUMNS, MOST_CLASSES = 5000, 100
SMALLEST, LARGEST = 1e-37, 1e37  # with room to single precision's ends
SMALLEST_SPREAD = 1e-6


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
