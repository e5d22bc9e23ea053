"""The folds of a problem: shuffled, with groups kept together, or in time's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit

from skkeras.report.errors import InputError
from skkeras.report.splits import Split, grouped_folds, make_splits, shuffled_folds
from skkeras.report.text import plural

if TYPE_CHECKING:
    from skkeras.report.problem import Problem


def problem_splits(
    problem: Problem, *, folds: int, repeats: int = 1, random_state: int | None = None
) -> list[Split]:
    """Draw the folds of a problem.

    Parameters
    ----------
    problem : Problem
        Its groups or its order decide the kind of folds.
    folds : int
        Folds in a repeat.
    repeats : int, default=1
        How often to shuffle and split anew.
    random_state : int or None, default=None
        Decides the shuffles.

    Returns
    -------
    list of Split

    Raises
    ------
    InputError
        Where there are fewer groups than folds, ordered rows are to be shuffled again,
        or a class is missing in the training or test rows of a fold.
    """
    if problem.is_ordered:
        if repeats > 1:
            raise InputError(
                f"--repeats {repeats}: rows in the order of --time have one split into "
                "folds; leave --repeats out"
            )
        splits = _splits_in(TimeSeriesSplit(folds), problem, 0)
    elif problem.groups is not None:
        _check_groups(problem, folds)
        splits = [
            split
            for repeat in range(repeats)
            for split in _splits_in(
                _grouped(problem, folds, _of_repeat(random_state, repeat)),
                problem,
                repeat,
            )
        ]
    else:
        cv = shuffled_folds(
            classification=problem.classification,
            folds=folds,
            repeats=repeats,
            random_state=random_state,
        )
        return make_splits(
            cv, problem.X, problem.y, classification=problem.classification
        )
    if problem.classification:
        _check_classes(problem, splits)
    return splits


def inner_folds(problem: Problem, folds: int, random_state: int | None) -> Any:
    """Create the splitter that searches inside a fold use.

    Parameters
    ----------
    problem : Problem
        Its groups or its order decide the kind.
    folds : int
        How many.
    random_state : int or None
        Decides the shuffle.

    Returns
    -------
    splitter
        Of scikit-learn. It needs the groups where the problem has some.
    """
    if problem.is_ordered:
        return TimeSeriesSplit(folds)
    if problem.groups is not None:
        return _grouped(problem, folds, random_state)
    kind = StratifiedKFold if problem.classification else KFold
    return kind(folds, shuffle=True, random_state=random_state)


def _grouped(problem, folds, random_state):
    return grouped_folds(
        classification=problem.classification, folds=folds, random_state=random_state
    )


def _of_repeat(random_state, repeat):
    return None if random_state is None else random_state + repeat


def _splits_in(splitter, problem, repeat):
    pairs = splitter.split(problem.X, problem.y, problem.groups)
    return [Split(repeat, fold, *pair) for fold, pair in enumerate(pairs)]


def _check_groups(problem, folds):
    n_groups = len(np.unique(problem.groups))
    if n_groups < folds:
        raise InputError(
            f"{problem.name} has {plural(n_groups, 'group')}, too few for --folds "
            f"{folds}: each fold needs one to test on; give a smaller --folds"
        )


def _check_classes(problem, splits):
    """Check that each fold knows and tests every class, as its metrics need."""
    everything = set(np.unique(problem.y))
    for split in splits:
        for rows, doing in ((split.train, "trains on"), (split.test, "tests on")):
            missing = everything - set(problem.y[rows])
            if missing:
                name = problem.classes[min(missing)]
                raise InputError(
                    f"{problem.name}: fold {split.fold + 1} {doing} no row of class "
                    f"{name!r} of {problem.target!r}; give a smaller --folds, or join "
                    "rare classes"
                )
