"""Sparse features that would be too large in memory, made dense a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from scipy import sparse

from skkeras.training import epoch_order

if TYPE_CHECKING:
    from skkeras.training import Arrays

# Dense features up to this size are made at once, which the compiled engines need.
DENSE_BYTES = 2**30


class SparseBatches(keras.utils.PyDataset):
    """Batches of a sparse matrix, each dense, in the order every engine uses.

    Parameters
    ----------
    x : CSR matrix of shape (n_samples, n_features)
        Features.
    y : ndarray, list or dict of ndarray
        Encoded targets.
    sample_weight : ndarray of shape (n_samples,) or None
        Weight of each row.
    batch_size : int
        Rows of a batch.
    seed : int, default=None
        Decides the order of the rows; None leaves them as they lie.
    """

    def __init__(
        self,
        x: sparse.csr_array | sparse.csr_matrix,
        y: Arrays,
        sample_weight: np.ndarray | None,
        batch_size: int,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        self._x, self._targets, self._sample_weight = x, y, sample_weight
        self._batch_size, self._seed = batch_size, seed
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Shuffle for this epoch; to be called before Keras reads its rows."""
        self._order = epoch_order(
            self._seed, epoch, self._x.shape[0], self._seed is not None
        )

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        start = index * self._batch_size
        rows = self._order[start : start + self._batch_size]
        x = self._x[rows].astype(keras.config.floatx()).toarray()
        y = keras.tree.map_structure(lambda target: target[rows], self._targets)
        if self._sample_weight is None:
            return x, y
        return x, y, self._sample_weight[rows]


def feed(
    data: tuple[Any, ...], batch_size: int, seed: int | None = None
) -> tuple[Any, ...]:
    """Prepare encoded rows for training: as they are, or in batches.

    Parameters
    ----------
    data : tuple
        Encoded x, y and sample_weight.
    batch_size : int
        Rows of a batch.
    seed : int, default=None
        Decides the order of the rows; None leaves them as they lie.

    Returns
    -------
    tuple
        The same three, or a :class:`SparseBatches` and twice None where x is sparse,
        which it is when it would be too large dense.
    """
    if not sparse.issparse(data[0]):
        return data
    x, y, sample_weight = data
    return SparseBatches(x, y, sample_weight, batch_size, seed), None, None


def is_too_large(x: Any) -> bool:
    """Check whether a sparse matrix would take too much memory when dense.

    Parameters
    ----------
    x : ndarray, sparse matrix, list or dict
        Features.

    Returns
    -------
    bool
        False for what is dense already.
    """
    return sparse.issparse(x) and x.shape[0] * _dense_row_bytes(x) > DENSE_BYTES


def row_slices(x: Any) -> list[slice | None]:
    """Cut rows into parts that fit the memory bound when dense.

    Parameters
    ----------
    x : ndarray, sparse matrix, list or dict
        Features.

    Returns
    -------
    list of slice or None
        ``[None]`` where x is small enough as a whole.
    """
    if not is_too_large(x):
        return [None]
    size = max(DENSE_BYTES // _dense_row_bytes(x), 1)
    return [slice(start, start + size) for start in range(0, x.shape[0], size)]


def _dense_row_bytes(x):
    return x.shape[1] * np.dtype(keras.config.floatx()).itemsize
