"""How probable it is that a model is better on another data set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from skkeras.report.statistics.equivalence import Posterior
from skkeras.report.statistics.hierarchical_sampler import Draws, Folds, Prior, sample


def hierarchical_test(
    differences: Sequence[ArrayLike],
    test_train_ratios: ArrayLike,
    *,
    rope: float,
    seed: int = 0,
) -> Posterior:
    r"""Weigh what data sets and their folds tell about another data set.

    The J folds of data set i share training rows, so that their differences x are

    .. math:: x_i \sim N(\mathbf{1} \mu_i, \Sigma_i), \quad
              \Sigma_{i,jj} = \sigma_i^2, \quad \Sigma_{i,jk} = \rho \sigma_i^2, \quad
              \rho = \frac{n_{test}}{n_{test} + n_{train}}

    and the data sets' true differences, some of them far from the others, are

    .. math:: \mu_i \sim t(\mu_0, \sigma_0, \nu)

    What is returned are the probabilities of a further draw from that t distribution,
    averaged over 6,000 draws of the posterior by a Gibbs sampler. The priors are those
    of the paper: uniform for the mean from -1 to 1, for each deviation from 0 to 1,000
    times what was observed, and a gamma distribution, itself uncertain, for the degrees
    of freedom less 1.

    Parameters
    ----------
    differences : sequence of array-like of shape (n_folds,)
        By how much one model is better, fold by fold, for each of two or more data
        sets; on a scale on which means lie between -1 and 1.
    test_train_ratios : float or array-like of shape (n_datasets,)
        Test rows for each training row.
    rope : float
        Half the width of the region of practical equivalence, above 0. A data set all
        of whose folds agree counts as if they differed by as much as is practically
        equal.
    seed : int, default=0
        Of the sampler. Nothing else is random.

    Returns
    -------
    Posterior
        Of the next data set; NaN where a data set has a single fold or a difference is
        not finite.

    Raises
    ------
    ValueError
        If there are fewer than two data sets, or `rope` is not above 0.

    References
    ----------
    G. Corani, A. Benavoli, J. Demšar, F. Mangili, M. Zaffalon, "Statistical Comparison
    of Classifiers Through Bayesian Hierarchical Modelling", Machine Learning 106, 2017.

    Examples
    --------
    >>> gains = [[0.1, 0.2, 0.15], [0.2, 0.1, 0.12], [0.1, 0.18, 0.14]]
    >>> found = hierarchical_test(gains, 1 / 2, rope=0.01)
    >>> found.better > 0.8, found.worse < 0.2
    (True, True)
    """
    if not rope > 0:
        raise ValueError(f"rope must be above 0, got {rope!r}")
    if len(differences) < 2:
        raise ValueError(f"two data sets are needed, got {len(differences)}")
    each = [np.asarray(folds, dtype=float) for folds in differences]
    if any(len(folds) < 2 or not np.isfinite(folds).all() for folds in each):
        return Posterior(np.nan, np.nan, np.nan)
    folds = Folds.of(each, test_train_ratios, rope)
    draws = sample(folds, Prior.of(folds, rope), np.random.default_rng(seed))
    return next_dataset(draws, rope)


def next_dataset(draws: Draws, rope: float) -> Posterior:
    """Average over the posterior what another data set would show.

    Parameters
    ----------
    draws : Draws
        Of the distribution of data sets.
    rope : float
        Half the width of the region of practical equivalence.

    Returns
    -------
    Posterior
    """
    worse = special.stdtr(draws.dof, (-rope - draws.mean) / draws.deviation).mean()
    better = special.stdtr(draws.dof, (draws.mean - rope) / draws.deviation).mean()
    return Posterior(float(worse), float(1 - worse - better), float(better))
