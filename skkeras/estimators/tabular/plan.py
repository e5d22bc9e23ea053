"""How a table of some size is trained, where a parameter is ``"auto"``."""

from __future__ import annotations

from math import log2, sqrt

import numpy as np

from skkeras.estimators.tabular.inner_folds import inner_folds

_N_FOLDS = 5
# Of larger tables a fifth says enough of each net; folds would only cost time.
_MOST_ROWS_IN_FOLDS = 20_000
# From so many rows on, an epoch has 125 to 250 updates, up to batches that are as fast
# as any.
_FEWEST_A_BATCH, _MOST_A_BATCH, _ROWS_OF_FEWEST = 32, 1024, 4000
_MOST_EPOCHS, _FEWEST_EPOCHS, _ROWS_OF_MOST = 100, 10, 10_000


def folds_of(
    n_folds: int | str,
    n_rows: int,
    codes: np.ndarray | None,
    rng: np.random.RandomState,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Divide rows into the parts to train on and those to judge by.

    Parameters
    ----------
    n_folds : int or "auto"
        Five up to 20,000 rows; beyond, one fold of five alone.
    n_rows, codes, rng
        As `inner_folds` takes them.

    Returns
    -------
    list of (ndarray, ndarray)
        Rows to train on and rows held out.
    """
    if not isinstance(n_folds, str):
        return inner_folds(n_folds, n_rows, codes, rng)
    folds = inner_folds(_N_FOLDS, n_rows, codes, rng)
    return folds if n_rows <= _MOST_ROWS_IN_FOLDS else folds[:1]


def epochs_of(epochs: int | str, n_rows: int) -> int:
    """Return the number of epochs.

    Parameters
    ----------
    epochs : int or "auto"
        100 up to 10,000 rows, then fewer, by the root of their number, but 10.
    n_rows : int
        Of the table.

    Returns
    -------
    int

    Examples
    --------
    >>> [epochs_of("auto", n) for n in (100, 10_000, 40_000, 10_000_000)]
    [100, 100, 50, 10]
    """
    if not isinstance(epochs, str):
        return epochs
    share = min(1.0, sqrt(_ROWS_OF_MOST / n_rows))
    return max(_FEWEST_EPOCHS, round(share * _MOST_EPOCHS))


def batch_size_of(batch_size: int | str, n_rows: int) -> int:
    """Return the rows of a gradient update.

    Parameters
    ----------
    batch_size : int or "auto"
        32 below 8,000 rows, then more, in proportion, up to 1,024.
    n_rows : int
        Of the table.

    Returns
    -------
    int

    Examples
    --------
    >>> [batch_size_of("auto", n) for n in (100, 8_000, 50_000, 1_000_000)]
    [32, 64, 256, 1024]
    """
    if not isinstance(batch_size, str):
        return batch_size
    doublings = max(0, int(log2(n_rows / _ROWS_OF_FEWEST)))
    return min(_MOST_A_BATCH, _FEWEST_A_BATCH * 2**doublings)
