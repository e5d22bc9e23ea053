"""From a table with words and gaps to numbers, fitted on training rows only."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skkeras.report.date_parts import DateParts

_DATES = ["datetime", "datetimetz"]
MOST_CATEGORIES = 20


def make_preprocessor(*, scale: bool) -> ColumnTransformer:
    """Create the first step of a model's pipeline.

    Numeric columns: the median fills the gaps, and a column of 0 and 1 tells where
    they were. Dates: year, month, weekday, hour and days gone by, which are numbers
    like the others. Other columns: one column a category, the 19 most frequent ones and
    one for the rest; a gap is a category of its own, and a category that only test rows
    have counts as the rest.

    Parameters
    ----------
    scale : bool
        Whether numeric columns get mean 0 and variance 1, for models that compare
        distances or penalise weights. Trees do without.

    Returns
    -------
    ColumnTransformer
        Takes a DataFrame, returns a float64 array.
    """
    how = {"strategy": "median", "keep_empty_features": True}
    scaler = [StandardScaler()] if scale else []
    numeric = make_pipeline(SimpleImputer(add_indicator=True, **how), *scaler)
    # The parts of a date are missing together, of which one of them tells.
    date = make_pipeline(DateParts(), SimpleImputer(**how), *scaler)
    categorical = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=MOST_CATEGORIES,
        sparse_output=False,
    )
    return ColumnTransformer(
        [
            ("numeric", numeric, make_column_selector(dtype_include="number")),
            ("date", date, make_column_selector(dtype_include=_DATES)),
            (
                "categorical",
                categorical,
                make_column_selector(dtype_exclude=["number", *_DATES]),
            ),
        ]
    )
