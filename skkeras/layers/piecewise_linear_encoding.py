"""Where a number stands between the quantiles of its column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

_FEWEST_BINS = 3
_BELOW, _ABOVE = -2.0, 3.0  # how far the outer bins run, in their own widths


@keras.saving.register_keras_serializable(package="skkeras")
class PiecewiseLinearEncoding(keras.layers.Layer):
    """Encodes each column by how far a number has come through each of its bins.

    A bin from ``a`` to ``b`` gives ``(x - a) / (b - a)``, cut off at 0 and 1: bins that
    lie below the number give 1, those above it 0, and its own gives a share. So a dense
    layer learns a function of each column that is linear in each bin (Gorishniy,
    Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular Deep
    Learning", NeurIPS 2022, section 3.2). Beyond what was seen the first bin runs on
    down to -2 and the last up to 3, so that outliers differ, but do not count for more.

    Edges are state, not part of the architecture: nets whose columns have equally many
    bins share one compiled program in skkeras, whatever their edges.

    Parameters
    ----------
    bin_edges : sequence of array-like of shape (n_bins + 1,)
        For each column the edges of its bins in ascending order, such as quantiles
        without repetition. A column of fewer than three bins contributes nothing. Edges
        that are the same number in float32 are one.
    **kwargs : dict
        As any layer takes them.

    Raises
    ------
    ValueError
        When edges are not finite, or not in ascending order.

    Examples
    --------
    >>> import numpy as np
    >>> from skkeras.layers import PiecewiseLinearEncoding
    >>> layer = PiecewiseLinearEncoding([[0, 1, 2, 4], [0, 1]])
    >>> np.asarray(layer(np.array([[1.5, 7.0], [3.0, 7.0], [-9.0, 7.0]])))
    array([[ 1. ,  0.5,  0. ],
           [ 1. ,  1. ,  0.5],
           [-2. ,  0. ,  0. ]], dtype=float32)
    """

    # What of the configuration only weights are made of: it need not agree.
    configures_weights = ("bin_edges",)

    def __init__(self, bin_edges: Sequence[ArrayLike], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        edges = [_checked(column, i) for i, column in enumerate(bin_edges)]
        edges = [e if len(e) > _FEWEST_BINS else e[:0] for e in edges]
        self.n_bins = [max(0, len(e) - 1) for e in edges]
        values = np.concatenate([*edges, np.zeros(0, "float32")])
        self.edges = self.add_weight(
            shape=values.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(values, dtype),
            dtype="float32",  # in which neighbours differ, whatever a net computes in
            trainable=False,
            autocast=False,
            name="edges",
        )

    @property
    def bin_edges(self) -> list[list[float]]:
        """Edges of each column's bins; none of a column that contributes nothing."""
        lengths = [n + 1 if n else 0 for n in self.n_bins]
        # Not convert_to_numpy: asked for a copy, TensorFlow's variables warn.
        values = np.asarray(self.edges)
        parts = np.split(values, np.cumsum(lengths)[:-1]) if lengths else []
        return [part.tolist() for part in parts]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Check the number of columns.

        Parameters
        ----------
        input_shape : tuple
            Of the columns.
        """
        if len(input_shape) != 2 or input_shape[1] != len(self.n_bins):
            raise ValueError(
                f"bin_edges has edges for {len(self.n_bins)} columns, and the inputs "
                f"have shape {tuple(input_shape)}: give edges for each column."
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return the position of each number in each bin of its column.

        Parameters
        ----------
        inputs : tensor of shape (n_samples, n_columns)
            A number of each column.

        Returns
        -------
        tensor of shape (n_samples, n_bins)
            The bins of the first column, then those of the next.
        """
        columns, starts, low, high = self._bins()
        numbers = ops.take(ops.cast(inputs, self.edges.dtype), columns, axis=1)
        left = ops.take(self.edges, starts)
        width = ops.take(self.edges, starts + 1) - left
        position = ops.minimum(ops.maximum((numbers - left) / width, low), high)
        return ops.cast(position, self.compute_dtype)

    def _bins(self):
        """Return of each bin its column, the place of its first edge and its bounds."""
        columns = np.repeat(np.arange(len(self.n_bins)), self.n_bins)
        used = np.array([n for n in self.n_bins if n], int)
        starts = np.arange(used.sum()) + np.repeat(np.arange(len(used)), used)
        ends = np.cumsum(used)
        low, high = np.zeros(used.sum(), "float32"), np.ones(used.sum(), "float32")
        low[ends - used], high[ends - 1] = _BELOW, _ABOVE
        return columns.astype("int32"), starts.astype("int32"), low, high

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, int]:
        """Return the shape of the outputs.

        Parameters
        ----------
        input_shape : tuple
            Of the columns.

        Returns
        -------
        tuple
        """
        return input_shape[0], sum(self.n_bins)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        return super().get_config() | {"bin_edges": self.bin_edges}


def _checked(edges, column):
    """Return a column's edges in float32, each once."""
    edges = np.asarray(edges, float)
    ascends = edges.ndim == 1 and (np.diff(edges) > 0).all()
    with np.errstate(over="ignore"):
        rounded = edges.astype("float32")
    if not (ascends and np.isfinite(rounded).all()):
        raise ValueError(
            f"bin_edges[{column}] must hold finite numbers in ascending order, none "
            f"twice, got {edges.tolist()!s:.60}."
        )
    return np.unique(rounded)
