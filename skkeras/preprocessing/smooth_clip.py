"""Numbers around 0, of whatever unit, without outliers."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import FLOAT_DTYPES, check_is_fitted, validate_data

from skkeras.sklearn_internals import Interval, constrained, fit_context  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sklearn.utils import Tags


def sum_without_bounds() -> np.errstate:
    """Return a context for scikit-learn's checks of numbers.

    They add all up to see whether any is infinite: of numbers near the largest there
    is, only the sum is.

    Returns
    -------
    numpy.errstate
    """
    return np.errstate(over="ignore", invalid="ignore")


@constrained(clip=[Interval(Real, 0, None, closed="neither")])
class SmoothClipScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Scale by median and quartiles, then bend what is far out towards a limit.

    A neural network wants numbers near 0, and one entry of 10,000 among them undoes a
    training step. Each column is first scaled robustly,

    .. math:: x' = \frac{x - q_{0.5}}{q_{0.75} - q_{0.25}},

    with :math:`(q_1 - q_0) / 2` below the line where the quartiles coincide, and 0 for
    all of a constant column. Then comes
    :math:`f(x') = x' / \sqrt{1 + (x' / c)^2}`, which leaves small numbers nearly as
    they are, keeps the order of large ones, and stays between :math:`-c` and
    :math:`c`.

    Missing values (NaN) are left out in fit and stay what they are in transform.

    Parameters
    ----------
    clip : float, default=3.0
        The limit :math:`c`.

    Attributes
    ----------
    center_ : ndarray of shape (n_features,)
        The medians; 0 where a column has no values at all.
    scale_ : ndarray of shape (n_features,)
        What is divided by; infinite for constant columns, which become 0.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, where X has any.

    See Also
    --------
    sklearn.preprocessing.RobustScaler : The first step alone.

    References
    ----------
    D. Holzmüller, L. Grinsztajn and I. Steinwart, "Better by Default: Strong Pre-Tuned
    MLPs and Boosted Trees on Tabular Data", NeurIPS 2024, section 3.

    Examples
    --------
    >>> from skkeras.preprocessing import SmoothClipScaler
    >>> income = [[1800], [2000], [2200], [2600], [90000]]
    >>> SmoothClipScaler().fit_transform(income).round(2)
    array([[-0.65],
           [-0.33],
           [ 0.  ],
           [ 0.65],
           [ 3.  ]])
    """

    center_: np.ndarray
    scale_: np.ndarray
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(self, clip: float = 3.0) -> None:
        self.clip = clip

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Learn median and spread of each column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Numbers; NaN where one is missing.
        y : None
            Ignored.

        Returns
        -------
        self : SmoothClipScaler
            The fitted scaler.
        """
        numbers = self._validated(X, reset=True)
        self.center_, self.scale_ = center_and_scale(numbers)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Scale and clip.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Numbers; NaN where one is missing.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Between ``-clip`` and ``clip``, or NaN.
        """
        check_is_fitted(self)
        numbers = self._validated(X, reset=False)
        return smooth_clip(numbers, self.center_, self.scale_, self.clip)

    def _validated(self, X, *, reset):
        with sum_without_bounds():
            return validate_data(
                self, X, reset=reset, dtype=FLOAT_DTYPES, ensure_all_finite="allow-nan"
            )

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def center_and_scale(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return median and spread of each column.

    Parameters
    ----------
    X : ndarray of float of shape (n_samples, n_features)
        NaN where a number is missing.

    Returns
    -------
    center, scale : ndarray of shape (n_features,)
        Of the type of `X`. The spread is that between the quartiles, else half of that
        between the extremes, else infinite.
    """
    center = np.zeros(X.shape[1], X.dtype)
    scale = np.full(X.shape[1], np.inf, X.dtype)
    known = ~np.isnan(X).all(axis=0)
    if known.any():
        quartiles = np.linspace(0, 1, 5)
        values = within_reach(X if known.all() else X[:, known])
        low, q25, median, q75, high = np.nanquantile(values, quartiles, axis=0)
        spread = np.where(q75 > q25, q75 - q25, (high - low) / 2)
        center[known] = median
        scale[known] = np.where(spread > 0, spread, np.inf)
    return center, scale


def smooth_clip(
    X: np.ndarray, center: np.ndarray, scale: np.ndarray, clip: float
) -> np.ndarray:
    """Scale columns and bend what is far out towards a limit.

    Parameters
    ----------
    X : ndarray of float of shape (n_samples, n_features)
        NaN where a number is missing.
    center, scale : ndarray of shape (n_features,)
        What is subtracted, then what is divided by.
    clip : float
        The limit.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
        Of the type of `X`.
    """
    scaled = within_reach(X) - center
    with np.errstate(over="ignore"):  # a spread that is nearly 0
        scaled /= scale
    scaled = within_reach(scaled)
    return scaled / np.hypot(1, scaled / X.dtype.type(clip))


def within_reach(X: np.ndarray) -> np.ndarray:
    """Bound numbers so that the difference of two is still finite.

    Parameters
    ----------
    X : ndarray of float
        Any.

    Returns
    -------
    ndarray
    """
    largest = np.finfo(X.dtype).max / 4
    return np.minimum(np.maximum(X, -largest), largest)  # sooner than np.clip
