"""What weights of rows and of classes mean: how much more one counts than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from skkeras.estimators.data.rows import Rows
from skkeras.estimators.typing import ClassWeight
from skkeras.sklearn_internals import check_sample_weight  # pyright: ignore[reportAttributeAccessIssue]


def checked_weights(
    y: np.ndarray, sample_weight: ArrayLike | None
) -> np.ndarray | None:
    """Validate weights of rows.

    Parameters
    ----------
    y : ndarray
        Validated.
    sample_weight : array-like of shape (n_samples,), float or None
        A weight for each row.

    Returns
    -------
    ndarray of shape (n_samples,) or None

    Raises
    ------
    ValueError
        When a weight is negative, or all are zero.
    """
    if sample_weight is None:
        return None
    weights = check_sample_weight(sample_weight, y, ensure_non_negative=True)
    if not weights.any():  # which scikit-learn says itself from version 1.9 on
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return weights


def weighted_rows(rows: Rows) -> Rows:
    """Leave out the rows that weigh nothing.

    Parameters
    ----------
    rows : Rows
        Validated.

    Returns
    -------
    Rows
        Those with a weight.
    """
    if rows.sample_weight is None:
        return rows
    return rows.take(rows.sample_weight != 0)


def mean_weight(weights: np.ndarray | None) -> float:
    """Return the weight that counts as 1: the mean of those that are not zero.

    Parameters
    ----------
    weights : ndarray or None
        Not negative.

    Returns
    -------
    float
        1 where there are no weights.
    """
    if weights is None:
        return 1.0
    weights = weights[weights != 0]
    largest = weights.max()  # a sum of very large weights would overflow
    return float(largest * np.mean(weights / largest))


def relative(rows: Rows, unit: float) -> Rows:
    """Express the weights of rows in a unit.

    Parameters
    ----------
    rows : Rows
        With weights or without.
    unit : float
        The weight that counts as 1.

    Returns
    -------
    Rows
    """
    if rows.sample_weight is None:
        return rows
    return rows._replace(sample_weight=rows.sample_weight / unit)


def of_mean_one(rows: Rows) -> Rows:
    """Express the weights of rows so that their mean is 1, zeros apart.

    Parameters
    ----------
    rows : Rows
        With weights or without.

    Returns
    -------
    Rows
    """
    return relative(rows, mean_weight(rows.sample_weight))


def weights_by_label(
    class_weight: ClassWeight, y: np.ndarray, classes: np.ndarray
) -> np.ndarray:
    """Look up the weight of each row's class.

    Parameters
    ----------
    class_weight : dict or "balanced"
        A dict may have classes that ``y`` has not; those it has not weigh 1.
        ``"balanced"`` weighs the classes of ``y`` inversely to their frequency.
    y : ndarray of shape (n_samples,)
        Labels.
    classes : ndarray of shape (n_classes,)
        Every class there is, sorted.

    Returns
    -------
    ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        When the dict names a class that is none, and leaves out one that is.
    """
    if isinstance(class_weight, str):
        classes = np.unique(y)
    weights = compute_class_weight(class_weight, classes=np.asarray(classes), y=y)
    return weights[np.searchsorted(classes, y)]


def weights_by_indicators(
    class_weight: Sequence[Mapping[int, float]] | Literal["balanced"], y: np.ndarray
) -> np.ndarray:
    """Multiply the weights of each row's labels.

    Parameters
    ----------
    class_weight : list of dict or "balanced"
        For each label a dict with weights of 0 and 1.
    y : ndarray of shape (n_samples, n_labels)
        Indicators.

    Returns
    -------
    ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        When ``class_weight`` is one dict: of which label?
    """
    if isinstance(class_weight, dict):
        raise ValueError(
            f"class_weight={class_weight!r} is one dict, but y marks several labels a "
            "row: use a list with a dict such as {0: 1.0, 1: 5.0} for each label, "
            "class_weight='balanced', or sample_weight."
        )
    return compute_sample_weight(class_weight, y)
