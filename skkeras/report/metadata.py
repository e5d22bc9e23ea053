"""Groups, sample weights and other metadata of rows, for those that ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import get_config
from sklearn.utils.metadata_routing import get_routing_for_object

from skkeras.report.sklearn_internals import BaseSearchCV  # pyright: ignore[reportAttributeAccessIssue]
from skkeras.sklearn_internals import safe_indexing  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


def metadata_of(
    model: BaseEstimator, groups: np.ndarray | None, params: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what ``cross_validate`` is to hand on for a model.

    Parameters
    ----------
    model : estimator
        Of any kind.
    groups : ndarray of shape (n_samples,) or None
        Of the rows; a search splits its inner folds by them.
    params : dict of str to array-like or None
        What the user gave for every model.

    Returns
    -------
    dict of str to array-like
    """
    given = dict(params or {})
    if groups is not None and isinstance(model, BaseSearchCV):
        given["groups"] = groups
    return given


def score_metadata(
    scorer: Any, params: Mapping[str, Any], rows: np.ndarray
) -> dict[str, Any]:
    """Return what a scorer asks for, of some rows.

    Parameters
    ----------
    scorer : callable
        Of scikit-learn's.
    params : dict of str to array-like
        Metadata of all rows.
    rows : ndarray of int
        Positions of those that are scored.

    Returns
    -------
    dict of str to array-like
        Empty where metadata are not routed: then ``cross_validate`` hands them to fits
        alone.
    """
    if not params or not get_config()["enable_metadata_routing"]:
        return {}
    wanted = get_routing_for_object(scorer).consumes("score", params.keys())
    return {name: safe_indexing(params[name], rows) for name in wanted}
