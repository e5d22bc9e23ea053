"""Whether a target is a class or a quantity."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

MOST_INTEGER_CLASSES = 10


def infer_task(
    target: pd.Series,
) -> tuple[Literal["classification", "regression"], str]:
    """Decide between classification and regression from the target's values.

    Parameters
    ----------
    target : Series
        Without missing values.

    Returns
    -------
    task : {"classification", "regression"}
    reason : str
        Why, in a few words for the user.
    """
    target = pd.Series(target)
    distinct = target.nunique()
    if not is_numeric_dtype(target) or is_bool_dtype(target):
        return "classification", f"its values are {distinct} different words"
    if (target != target.round()).any():
        return "regression", "its values are numbers with fractions"
    if distinct <= MOST_INTEGER_CLASSES:
        return "classification", f"its values are {distinct} different whole numbers"
    return "regression", f"its values are {distinct} different whole numbers"
