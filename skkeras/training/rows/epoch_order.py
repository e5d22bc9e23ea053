"""The order in which an epoch visits the rows: the same for every engine."""

import numpy as np


def draw_seed():
    """Return a fresh seed from the operating system's entropy.

    Returns
    -------
    int
        128 bits; no global random state is read or changed.
    """
    return np.random.SeedSequence().entropy


def epoch_order(seed, epoch, n_rows, shuffle=True):
    """Return the row indices of one epoch.

    Parameters
    ----------
    seed : int
        Non-negative.
    epoch : int
        Number of the epoch, counted from 0.
    n_rows : int
        Rows to visit.
    shuffle : bool, default=True
        False gives the rows as they lie.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        A permutation that depends on ``(seed, epoch, n_rows)`` alone, so that an
        interrupted fit that resumes at ``initial_epoch`` continues the same run.

    Examples
    --------
    >>> from skkeras.training.rows.epoch_order import epoch_order
    >>> bool((epoch_order(0, 1, 5) == epoch_order(0, 1, 5)).all())
    True
    >>> epoch_order(0, 1, 3, shuffle=False)
    array([0, 1, 2])
    """
    if not shuffle:
        return np.arange(n_rows)
    return np.random.default_rng((seed, epoch)).permutation(n_rows)
