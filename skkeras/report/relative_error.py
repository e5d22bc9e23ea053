"""Differences in metrics of different units, on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from skkeras.report.metrics import Metric

# 0.01 of accuracy, what Benavoli et al. 2017 call practically equal, where one row in
# five is wrong.
RELEVANT_SHARE = 0.05


def relative_gains(metric: Metric, model: ArrayLike, other: ArrayLike) -> np.ndarray:
    r"""Compute which share of its errors a model saves, or makes in addition.

    What a score lacks of the best that there can be is its error: 1 - accuracy, 1 - R²,
    the log loss, the RMSE. With mean errors :math:`\bar e` over the folds, the gain of
    model A over B in a fold is

    .. math:: \frac{e_B - e_A}{\max(\bar e_A, \bar e_B)}

    so that the mean over the folds is 0.2 where A makes a fifth fewer errors than B,
    and -0.2 where B makes a fifth fewer than A. Unlike a difference of scores it has no
    unit; unlike a ratio it changes no more than its sign where the models change
    places; and it depends on no third model.

    Parameters
    ----------
    metric : Metric
        With a best possible value, see `Metric.best`.
    model, other : array-like of shape (n_folds,)
        Values of the metric on the same folds.

    Returns
    -------
    ndarray of shape (n_folds,)
        Zeros where neither makes an error.

    Examples
    --------
    >>> from skkeras.report.metrics import ACCURACY
    >>> relative_gains(ACCURACY, [0.96, 0.96], [0.94, 0.96]).round(2).tolist()
    [0.4, 0.0]
    """
    own, others = (
        np.abs(metric.best - np.asarray(values, dtype=float))
        for values in (model, other)
    )
    scale = max(own.mean(), others.mean())
    return np.zeros(len(own)) if scale == 0 else (others - own) / scale
