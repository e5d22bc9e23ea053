"""Data sets of OpenML, by name."""

from __future__ import annotations

import warnings
from dataclasses import replace
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError

from sklearn.datasets import fetch_openml

from skkeras.report.errors import InputError
from skkeras.report.problem import problem_from_frame

if TYPE_CHECKING:
    from skkeras.report.problem import Problem

PREFIX = "openml:"


def problem_from_openml(name: str) -> Problem:
    """Fetch a data set, from scikit-learn's cache where it has been fetched before.

    Parameters
    ----------
    name : str
        ``openml:NAME``, or ``openml:NAME:VERSION``; the first active version without.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If it cannot be reached, does not exist, or has no single target.
    """
    wanted, _, version = name.removeprefix(PREFIX).partition(":")
    if not wanted or not (version.isdigit() or not version):
        raise InputError(f"{name!r}: write openml:NAME or openml:NAME:VERSION")
    bunch, warned = _fetch(name, wanted, int(version) if version else "active")
    if len(bunch.target_names) != 1:
        raise InputError(
            f"{name}: it has {len(bunch.target_names)} targets, one is needed; choose "
            "another data set"
        )
    (target,) = bunch.target_names
    frame = bunch.data.assign(**{target: bunch.target})
    problem = problem_from_frame(name, _without_categories(frame), target)
    return replace(problem, caveats=(*problem.caveats, *warned))


def _fetch(name, wanted, version):
    """Fetch the data set, with what scikit-learn warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            bunch = fetch_openml(
                wanted, version=version, as_frame=True, parser="pandas", n_retries=1
            )
        except (HTTPError, ValueError) as error:
            raise InputError(
                f"{name}: OpenML has no such data set ({error}); check its name"
            ) from None
        except (OSError, HTTPException) as error:
            raise InputError(
                f"{name}: OpenML cannot be reached ({error}); what was fetched before "
                "is in scikit-learn's cache, anything else needs a network"
            ) from None
    return bunch, tuple(str(warning.message) for warning in caught)


def _without_categories(frame):
    """Convert categories to words, or to numbers where all of them are numbers."""
    return frame.astype(
        {column: object for column in frame.select_dtypes("category")}
    ).infer_objects()
