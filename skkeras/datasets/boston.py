"""The Boston housing table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from skkeras.datasets.table import read_table, to_bunch

if TYPE_CHECKING:
    from sklearn.utils import Bunch

DESCRIPTION = """\
Boston housing: what is the median home of a census tract worth?
================================================================

Regression, 506 rows, 13 numeric features.

Origin
------
D. Harrison and D. L. Rubinfeld, "Hedonic housing prices and the demand for clean air",
Journal of Environmental Economics and Management 5, 1978, pp. 81-102; kept by StatLib
at Carnegie Mellon University. One row is one census tract of the Boston area in 1970.
OpenML number 531, there named "boston".

Columns
-------
=======  ============================================================================
crim     crimes per head and year
zn       land zoned for lots of more than 25,000 square feet, per cent
indus    land used by business other than retail, per cent
chas     1 if the tract lies on the Charles River, else 0
nox      nitric oxides in the air, parts per 10 million
rm       rooms in a dwelling, mean
age      homes lived in by their owner and built before 1940, per cent
dis      distance to five centres of employment, weighted
rad      index of access to radial highways
tax      property tax, dollars per 10,000 dollars of value
ptratio  pupils per teacher
b        1000 (Bk - 0.63)^2, where Bk is the share of Black residents
lstat    residents of lower status, per cent
medv     target: median value of homes lived in by their owner, thousands of dollars
=======  ============================================================================

Licence
-------
None was stated with the original deposit. StatLib and others have passed the table on
freely for decades. It is here as a benchmark that people still cite.

Known problems
--------------
scikit-learn deprecated this table in version 1.0 and removed it in 1.2, for an ethical
reason. The column ``b`` rests on the assumption that racial self-segregation raised
the prices of homes, and the study's own goal, the worth of clean air, did not call for
it. A model fitted to it learns that assumption. ``load_boston(drop_b=True)`` leaves
the column out. Do not use this table to learn anything about homes or people; for
teaching, ``sklearn.datasets.fetch_california_housing`` is the better choice.

Values of medv are cut off at 50 (16 rows).
"""


@overload
def load_boston(
    *, drop_b: bool = ..., return_X_y: Literal[False] = ..., as_frame: bool = ...
) -> Bunch: ...
@overload
def load_boston(
    *, drop_b: bool = ..., return_X_y: Literal[True], as_frame: bool = ...
) -> tuple[Any, Any]: ...
def load_boston(
    *, drop_b: bool = False, return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, Any]:
    """Load the Boston housing table (regression).

    It is here because results on it are still quoted. scikit-learn dropped it: the
    column ``b`` encodes an assumption about race and prices, see ``DESCR``.

    =================   =========================
    Rows                506
    Features            13, numeric (12 without b)
    Target              5 to 50, thousand dollars
    =================   =========================

    Parameters
    ----------
    drop_b : bool, default=False
        Leave the column ``b`` out.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        Return pandas objects instead of arrays.

    Returns
    -------
    data : Bunch
        ``data`` : {ndarray, DataFrame} of shape (506, 13), or (506, 12), float64;
        ``target`` : {ndarray, Series} of shape (506,), float64, thousand dollars;
        ``feature_names`` : list of str;
        ``target_names`` : list of str, ``["medv"]``;
        ``frame`` : DataFrame of shape (506, 14), or (506, 13), None unless `as_frame`;
        ``DESCR`` : str, origin, columns with units, licence and known problems;
        ``filename``, ``data_module`` : str, where the table lies.
    (data, target) : tuple
        Where `return_X_y` is true.

    Examples
    --------
    >>> from skkeras.datasets import load_boston
    >>> boston = load_boston(drop_b=True)
    >>> boston.data.shape, "b" in boston.feature_names
    ((506, 12), False)
    """
    frame = read_table("boston.csv")
    if drop_b:
        frame = frame.drop(columns="b")
    bunch = to_bunch(
        frame,
        target="medv",
        target_names=["medv"],
        description=DESCRIPTION,
        filename="boston.csv",
        as_frame=as_frame,
    )
    return (bunch.data, bunch.target) if return_X_y else bunch
