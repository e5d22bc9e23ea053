"""Numbers as their positions in bins."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import FLOAT_DTYPES, check_is_fitted, validate_data

from skkeras.preprocessing.smooth_clip import sum_without_bounds, within_reach
from skkeras.sklearn_internals import Interval, constrained, fit_context  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sklearn.utils import Tags

_FEWEST_EDGES = 3
# In bins: below the first and above the last edge, values still differ this far.
BEYOND = 2


@constrained(n_bins=[Interval(Integral, 2, None, closed="left")])
class PiecewiseLinear(TransformerMixin, BaseEstimator):
    r"""Encode each number by how far it has come in each of its column's bins.

    A dense layer after it can bend its answer at every edge of a bin, which a layer
    after the number itself learns slowly or never. The edges
    :math:`b_0 < b_1 < \ldots < b_T` of a column are quantiles of the training rows,
    each a number that occurs there. A number becomes :math:`T` numbers,

    .. math:: e_t = \frac{x - b_{t-1}}{b_t - b_{t-1}},

    set to 0 below the bin and to 1 above it. The outermost bins go on beyond what was
    seen, :math:`e_1` down to -2 and :math:`e_T` up to 3: numbers outside of the
    training rows' range still differ from each other and from the extremes, as in the
    paper, but not without limit, so that an outlier is not a hundred times larger than
    whatever the net was trained on.

    Columns with fewer than three different edges, such as those of 0 and 1, are left
    out: they have one bin at most, and that would be the column again. The numbers
    themselves are not among the output either. A
    :class:`~sklearn.pipeline.FeatureUnion` puts them beside it.

    Parameters
    ----------
    n_bins : int, default=8
        Bins of a column, at least 2. There are fewer where quantiles coincide.

    Attributes
    ----------
    bin_edges_ : list of ndarray
        For each column of X its edges, sorted and without repetitions.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of str
        Their names, where X has any.

    See Also
    --------
    sklearn.preprocessing.KBinsDiscretizer : Tells the bin alone.
    sklearn.preprocessing.SplineTransformer : Smooth pieces.

    References
    ----------
    Y. Gorishniy, I. Rubachev and A. Babenko, "On Embeddings for Numerical Features in
    Tabular Deep Learning", NeurIPS 2022, section 3.2.

    Examples
    --------
    >>> from skkeras.preprocessing import PiecewiseLinear
    >>> encoder = PiecewiseLinear(n_bins=2).fit([[0], [1], [2], [6], [10]])
    >>> encoder.bin_edges_
    [array([ 0.,  2., 10.])]
    >>> encoder.transform([[1], [4], [12], [1000]])
    array([[0.5 , 0.  ],
           [1.  , 0.25],
           [1.  , 1.25],
           [1.  , 3.  ]])
    """

    bin_edges_: list[np.ndarray]
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(self, n_bins: int = 8) -> None:
        self.n_bins = n_bins

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Learn the edges of the bins.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers.
        y : None
            Ignored.

        Returns
        -------
        self : PiecewiseLinear
            The fitted encoder.
        """
        numbers = self._validated(X, reset=True)
        shares = np.linspace(0, 1, self.n_bins + 1)
        # Not between two numbers, where a column of 0 and 1 would get a third edge.
        quantiles = np.quantile(numbers, shares, axis=0, method="inverted_cdf")
        self.bin_edges_ = [np.unique(column) for column in quantiles.T]
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Encode numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers.

        Returns
        -------
        ndarray of shape (n_samples, n_bins_of_all_columns)
            A column for each bin, those of a column of X side by side; none at all
            where every column of X was left out.
        """
        check_is_fitted(self)
        numbers = self._validated(X, reset=False)
        starts = np.cumsum([0, *self._widths()])
        encoded = np.empty((len(numbers), starts[-1]), numbers.dtype)
        for i in np.flatnonzero(np.diff(starts)):
            bins = slice(starts[i], starts[i + 1])
            encoded[:, bins] = _positions(numbers[:, i], self.bin_edges_[i])
        return encoded

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> np.ndarray:
        """Return the names of the columns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of X, where it had none in fit.

        Returns
        -------
        ndarray of str
            Such as ``age_bin0``.
        """
        names = OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        widths = zip(names, self._widths(), strict=True)
        bins = [f"{name}_bin{i}" for name, width in widths for i in range(width)]
        return np.array(bins, dtype=object)

    def _validated(self, X: ArrayLike, *, reset: bool) -> np.ndarray:
        with sum_without_bounds():
            numbers = validate_data(self, X, reset=reset, dtype=FLOAT_DTYPES)
        return within_reach(numbers)

    def _widths(self):
        """Return how many bins each column of X has, 0 for those left out."""
        counts = [len(edges) for edges in self.bin_edges_]
        return [n - 1 if n >= _FEWEST_EDGES else 0 for n in counts]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _positions(column, edges):
    """Encode a column: one row a number, one column a bin."""
    edges = edges.astype(column.dtype)
    lowest, highest = np.zeros(len(edges) - 1), np.ones(len(edges) - 1)
    lowest[0], highest[-1] = -BEYOND, 1 + BEYOND
    with np.errstate(over="ignore"):  # a bin that is hardly wide
        inside = (column[:, None] - edges[:-1]) / np.diff(edges)
    return np.clip(inside, lowest, highest)
