"""Any table as one matrix that a net takes."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from skkeras.preprocessing.boolean_columns import BooleanColumns
from skkeras.preprocessing.category_columns import CategoryColumns
from skkeras.preprocessing.column_kinds import (
    BOOLEAN,
    CATEGORY,
    DATE,
    NUMBER,
    column_kinds,
)
from skkeras.preprocessing.date_columns import DateColumns
from skkeras.preprocessing.frames import to_frame
from skkeras.preprocessing.number_columns import NumberColumns
from skkeras.sklearn_internals import Interval, StrOptions, constrained, fit_context  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sklearn.utils import Tags

# In their order in a row.
_NUMBERS, _FLAGS, _CODES = ("numbers",), ("missing", "booleans", "one_hot"), ("codes",)
_CONSTANT = "constant"


@constrained(
    categorical_features=["array-like", StrOptions({"from_dtype"}), None],
    max_one_hot=[Interval(Integral, 0, None, closed="left")],
    min_frequency=[
        Interval(Integral, 1, None, closed="left"),
        Interval(Real, 0, 1, closed="neither"),
        None,
    ],
    clip=[Interval(Real, 0, None, closed="neither")],
)
class TableEncoder(TransformerMixin, BaseEstimator):
    """Encode a table of numbers, words, dates and gaps as one matrix for a net.

    Each column is read as what it holds:

    ============ ================================================================
    In the table In the matrix
    ============ ================================================================
    numbers      One column, scaled by :class:`SmoothClipScaler`; timedeltas in
                 seconds.
    booleans     One column of 0 and 1.
    dates        The days since the training rows' median, scaled as numbers are,
                 and sine and cosine of month, day of the week, day of the year
                 and time of day, by the clock of the column's time zone. Parts
                 that are the same in all training rows are left out.
    categories   Few of them: a column of 0 and 1 for each (one-hot). Many: one
                 column of codes for an embedding. The missing value is a category
                 of its own. All that are rare in the training rows count as one
                 category, to which belong those that appear later.
    ============ ================================================================

    A missing number, boolean or date becomes 0, which is the median of numbers. Where
    training rows had any missing, a column of 0 and 1 tells of them. Columns that hold
    one value alone in the training rows, or none, are left out; if all are, the matrix
    is one column of zeros, for which a net learns a constant. Each row is encoded by
    itself.

    Columns of objects are read by what is in them: numbers alone, dates alone, and so
    on; mixtures are categories, written as text. Whole numbers are written without
    their type, so that 1 and 1.0 are one category.

    Parameters
    ----------
    categorical_features : array-like of {bool, int, str}, "from_dtype" or None, \
            default="from_dtype"
        Which columns hold categories. "from_dtype": those of words, of pandas's and
        polars's categories, and of mixed objects. A list of names, positions or a mask
        chooses them whatever they hold; then all others must be numbers, booleans or
        dates, as all must be with None. Booleans stay booleans.
    max_one_hot : int, default=16
        Up to how many categories a column is one-hot, the missing value and all rare
        ones counted as one each.
    min_frequency : int or float, default=5
        Categories with fewer training rows are rare; a float is a share of the rows.
        With None or 1, none is. Names and numbers of persons, all different, are all
        rare, so that their column is left out as constant.
    clip : float, default=3.0
        Limit of scaled numbers, as of :class:`SmoothClipScaler`.

    Attributes
    ----------
    n_numbers_ : int
        Columns of scaled numbers and dates. They come first.
    n_flags_ : int
        Columns of 0 and 1. They come next: where values are missing, booleans,
        one-hot categories.
    cardinalities_ : list of int
        For each column of codes, which come last, how many there are: they run from 0,
        which stands for rare and unknown categories.
    columns_ : dict of str to str
        How each column of the table was read: as "number", "boolean", "date",
        "category one-hot", "category embedding", or "constant", which is left out.
    n_features_in_ : int
        Number of columns of the table.
    feature_names_in_ : ndarray of str
        Their names, where the table has any.

    See Also
    --------
    sklearn.compose.ColumnTransformer : A transformer for each column of your choice.
    PiecewiseLinear : Encodes numbers further.

    References
    ----------
    D. Holzmüller, L. Grinsztajn and I. Steinwart, "Better by Default: Strong Pre-Tuned
    MLPs and Boosted Trees on Tabular Data", NeurIPS 2024: scaling and clipping of
    numbers, and one-hot or embedding by the number of categories.

    Examples
    --------
    >>> import pandas as pd
    >>> from skkeras.preprocessing import TableEncoder
    >>> people = pd.DataFrame(
    ...     {
    ...         "age": [20, 30, None, 50],
    ...         "town": ["Ghent", "Bruges", "Ghent", None],
    ...         "member": [True, False, True, True],
    ...         "country": ["Belgium"] * 4,
    ...     }
    ... )
    >>> encoder = TableEncoder(min_frequency=1)
    >>> encoder.set_output(transform="pandas").fit_transform(people).round(2).T
                     0    1    2     3
    age          -0.65  0.0  0.0  1.22
    age_missing   0.00  0.0  1.0  0.00
    member        1.00  0.0  1.0  1.00
    town_Bruges   0.00  1.0  0.0  0.00
    town_Ghent    1.00  0.0  1.0  0.00
    town_missing  0.00  0.0  0.0  1.00
    >>> encoder.columns_["country"], encoder.n_numbers_, encoder.n_flags_
    ('constant', 1, 5)
    """

    n_numbers_: int
    n_flags_: int
    cardinalities_: list[int]
    columns_: dict[str, str]
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(
        self,
        categorical_features: ArrayLike | str | None = "from_dtype",
        *,
        max_one_hot: int = 16,
        min_frequency: int | float | None = 5,
        clip: float = 3.0,
    ) -> None:
        self.categorical_features = categorical_features
        self.max_one_hot = max_one_hot
        self.min_frequency = min_frequency
        self.clip = clip

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn how each column is encoded.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The table, of pandas, polars, pyarrow or NumPy.
        y : object, default=None
            Ignored.

        Returns
        -------
        self : TableEncoder
            The fitted encoder.

        Raises
        ------
        ValueError
            Where X is no table, has several columns of one name, or holds infinity;
            where `categorical_features` does not fit it.
        """
        frame = self._validated(X, reset=True)
        kinds = np.array(column_kinds(frame, self.categorical_features))
        numbers, dates, booleans, categories = (
            np.flatnonzero(kinds == kind) for kind in (NUMBER, DATE, BOOLEAN, CATEGORY)
        )
        fewest = self._fewest(len(frame))
        words = CategoryColumns(frame, categories, fewest, self.max_one_hot)
        self._parts = [
            NumberColumns(frame, numbers, self.clip),
            DateColumns(frame, dates, self.clip),
            BooleanColumns(frame, booleans),
            words,
        ]
        self.cardinalities_ = words.cardinalities
        self._describe()
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Encode a table.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            With the columns of fit.

        Returns
        -------
        ndarray of float32 of shape (n_samples, n_columns)
            First `n_numbers_` numbers, then `n_flags_` zeros and ones, then a code for
            each of `cardinalities_`.

        Raises
        ------
        ValueError
            Where a column does not hold what it did in fit, or holds infinity.
        """
        if not hasattr(self, "_parts"):
            check_is_fitted(self)
        frame = self._validated(X, reset=False)
        encoded = [part.transform(frame) for part in self._parts]
        arrays = [array for array in blocks_in_order(encoded) if array.shape[1]]
        if not arrays:
            return np.zeros((len(frame), 1), np.float32)
        if len(arrays) == 1:
            return np.ascontiguousarray(arrays[0], np.float32)
        # Of arrays that all lie column by column, the whole would, too.
        return np.ascontiguousarray(np.concatenate(arrays, axis=1, dtype=np.float32))

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> np.ndarray:
        """Return the names of the columns of the matrix.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of the table, where it had none in fit.

        Returns
        -------
        ndarray of str
            Such as ``age``, ``age_missing``, ``town_Ghent``, ``town_rare``,
            ``day_month_sin``; with a number behind it where a name occurs twice.
        """
        names = OneToOneFeatureMixin.get_feature_names_out(
            self, input_features
        ).tolist()
        found = blocks_in_order([part.names(names) for part in self._parts])
        names = [name for block in found for name in block] or [_CONSTANT]
        return np.array(_distinct(names), dtype=object)

    def _validated(self, X, *, reset):
        frame = to_frame(X)
        if reset or not self._has_the_same_names(frame):
            validate_data(self, frame, reset=reset, skip_check_array=True)
        return frame

    def _has_the_same_names(self, frame):
        """Return whether there is nothing for scikit-learn to find in the names."""
        names = getattr(self, "feature_names_in_", None)
        return names is not None and frame.columns.tolist() == names.tolist()

    def _fewest(self, n_rows):
        if self.min_frequency is None:
            return 1
        is_count = isinstance(self.min_frequency, Integral)
        return self.min_frequency if is_count else self.min_frequency * n_rows

    def _describe(self):
        names = OneToOneFeatureMixin.get_feature_names_out(self).tolist()
        kinds = {i: kind for part in self._parts for i, kind in part.kinds().items()}
        self.columns_ = {n: kinds.get(i, _CONSTANT) for i, n in enumerate(names)}
        blocks = [part.names(names) for part in self._parts]
        self.n_numbers_ = sum(map(len, blocks_in_order(blocks, _NUMBERS)))
        self.n_flags_ = sum(map(len, blocks_in_order(blocks, _FLAGS)))
        if not kinds:
            self.n_numbers_ = 1

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def blocks_in_order(
    parts: list[dict[str, Any]], blocks: tuple[str, ...] = _NUMBERS + _FLAGS + _CODES
) -> list[Any]:
    """Return what parts have of each block.

    Parameters
    ----------
    parts : list of dict of str to object
        Blocks by their names, of the parts of an encoder.
    blocks : tuple of str, default=all
        Names of those wanted, in their order.

    Returns
    -------
    list of object
    """
    return [part[block] for block in blocks for part in parts if block in part]


def _distinct(names):
    taken = set(names)
    seen = set()
    distinct = []
    for name in names:
        found, number = name, 2
        while found in seen or (found != name and found in taken):
            found, number = f"{name}_{number}", number + 1
        seen.add(found)
        distinct.append(found)
    return distinct
