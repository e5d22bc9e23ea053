"""Fetching the rows of a data set, as scikit-learn's loaders give theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from sklearn.utils import Bunch

from skkeras.datasets.source import downloaded, real_or_stand_in

Subset: TypeAlias = Literal["train", "test", "all"]
SUBSETS = get_args(Subset)
Pair: TypeAlias = tuple[np.ndarray, np.ndarray]
_AS_KERAS = "as keras.datasets serves them"
_IN_PLACE = "in place of a data set of keras.datasets, whose form they have"


class Content(NamedTuple):
    """What the rows of a data set are.

    Parameters
    ----------
    title : str
        Of the whole.
    target_names : list of str
        By label.
    """

    title: str
    target_names: list[str]


def fetched(
    name: str,
    file_name: str,
    make_stand_in: Callable[[], Any],
    *,
    real: Content,
    stand_in_is: Content,
    subset: Subset,
    return_X_y: bool,
    stand_in: bool | None,
    **limits: Any,
) -> Bunch | Pair:
    """Download a data set, or let another stand in, and return the rows asked for.

    Parameters
    ----------
    name : str
        Of the data set, in ``keras.datasets``.
    file_name : str
        What Keras downloads.
    make_stand_in : callable
        Returns rows and labels to train on, and to test on.
    real, stand_in_is : Content
        What the one and the other are.
    subset, return_X_y, stand_in
        As in :func:`skkeras.datasets.fetch_mnist`.
    **limits
        For Keras's loader.

    Returns
    -------
    Bunch, or tuple of data and target
    """
    if subset not in SUBSETS:
        raise ValueError(f"subset must be one of {SUBSETS}, got {subset!r}.")
    load = partial(downloaded, name, "load_data", file_name, **limits)
    parts, is_other = real_or_stand_in(name, load, make_stand_in, stand_in, 4)
    content = stand_in_is if is_other else real
    asked = {"train": parts[:1], "test": parts[1:], "all": parts}[subset]
    data = np.concatenate([X for X, _ in asked])
    target = np.concatenate([np.ravel(y) for _, y in asked]).astype(np.int64)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        target_names=content.target_names,
        DESCR=f"{content.title}, {_IN_PLACE if is_other else _AS_KERAS}.",
    )
