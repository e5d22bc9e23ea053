"""Parts of a data set, in the forms that scikit-learn's loaders offer."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from sklearn.utils import Bunch

Subset: TypeAlias = Literal["train", "test", "all"]
SUBSETS = get_args(Subset)
Pair: TypeAlias = tuple[np.ndarray, np.ndarray]
_AS_KERAS = "as keras.datasets serves them"
_IN_PLACE = "in place of a data set of keras.datasets, whose form they have"


def check_subset(subset: str) -> None:
    """Raise `ValueError` where there is no such part.

    Parameters
    ----------
    subset : str
        What a user asks for.
    """
    if subset not in SUBSETS:
        raise ValueError(f"subset must be one of {SUBSETS}, got {subset!r}.")


def chosen(
    parts: Any,
    subset: Subset,
    return_X_y: bool,
    target_names: list[str],
    title: str,
    is_stand_in: bool,
) -> Bunch | Pair:
    """Return the rows that a user asks for, as asked.

    Parameters
    ----------
    parts : tuple of (ndarray, ndarray)
        Rows and labels to train on, and to test on.
    subset, return_X_y
        As in :func:`skkeras.datasets.fetch_mnist`.
    target_names : list of str
        By label.
    title : str
        What the rows are.
    is_stand_in : bool
        Whether they stand in for a data set of Keras's.

    Returns
    -------
    Bunch, or tuple of data and target
    """
    asked = {"train": parts[:1], "test": parts[1:], "all": parts}[subset]
    data = np.concatenate([X for X, _ in asked])
    target = np.concatenate([np.ravel(y) for _, y in asked]).astype(np.int64)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        target_names=target_names,
        DESCR=f"{title}, {_IN_PLACE if is_stand_in else _AS_KERAS}.",
    )
