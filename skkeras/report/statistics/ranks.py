"""Ranks of models over several data sets."""

from __future__ import annotations

import pandas as pd


def average_ranks(scores: pd.DataFrame, *, greater_is_better: bool = True) -> pd.Series:
    """Rank the models on each data set and average the ranks.

    Parameters
    ----------
    scores : DataFrame of shape (n_datasets, n_models)
        Mean score of each model on each data set.
    greater_is_better : bool, default=True
        Whether the highest score has rank 1.

    Returns
    -------
    Series
        One mean rank a model; ties share the mean of their places.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"net": [0.9, 0.8], "tree": [0.7, 0.8]})
    >>> average_ranks(scores).to_dict()
    {'net': 1.25, 'tree': 1.75}
    """
    return scores.rank(axis=1, ascending=not greater_is_better).mean()
