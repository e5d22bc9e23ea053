"""The Pima diabetes table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from skkeras.datasets.table import read_table, to_bunch

if TYPE_CHECKING:
    from sklearn.utils import Bunch

DESCRIPTION = """\
Pima diabetes: which women will have diabetes within five years?
================================================================

Binary classification, 768 rows (500 without onset, 268 with), 8 numeric features.

Origin
------
Collected by the National Institute of Diabetes and Digestive and Kidney Diseases from
women of Pima heritage, at least 21 years old; given to the UCI repository by
V. Sigillito in 1990. First used in J. W. Smith et al., "Using the ADAP learning
algorithm to forecast the onset of diabetes mellitus", Proceedings of the Symposium on
Computer Applications in Medical Care, 1988, pp. 261-265. OpenML number 37, there named
"diabetes".

Columns
-------
=================  ==================================================================
pregnancies        how many there have been
glucose            plasma glucose 2 h after an oral glucose load, mg/dL
blood_pressure     diastolic, mm Hg
skin_thickness     triceps skin fold, mm
insulin            serum insulin after 2 h, microunits/mL
bmi                body mass index, kg/m^2
diabetes_pedigree  score of the family's history of diabetes, no unit
age                years
diabetes           target: 1 if diabetes began within five years, else 0
=================  ==================================================================

Licence
-------
None was stated with the original deposit. Public repositories have passed the table on
freely since 1990. It is here for benchmarks and teaching.

Known problems
--------------
A zero means "not measured" in glucose (5 rows), blood_pressure (35), skin_thickness
(227), insulin (374) and bmi (11). ``load_pima(zeros_as_missing=True)`` returns NaN in
their place. All persons are women of one community, so nothing learned here carries
over to other people without a check.
"""

ZERO_IS_MISSING = ["glucose", "blood_pressure", "skin_thickness", "insulin", "bmi"]


@overload
def load_pima(
    *,
    zeros_as_missing: bool = ...,
    return_X_y: Literal[False] = ...,
    as_frame: bool = ...,
) -> Bunch: ...
@overload
def load_pima(
    *, zeros_as_missing: bool = ..., return_X_y: Literal[True], as_frame: bool = ...
) -> tuple[Any, Any]: ...
def load_pima(
    *, zeros_as_missing: bool = False, return_X_y: bool = False, as_frame: bool = False
) -> Bunch | tuple[Any, Any]:
    """Load the Pima diabetes table (binary classification).

    =================   =========================
    Classes             2 (500 and 268 rows)
    Rows                768
    Features            8, numeric
    Missing values      652, coded as zeros
    =================   =========================

    Parameters
    ----------
    zeros_as_missing : bool, default=False
        Return NaN where a zero stands for a measurement that was not taken: in
        glucose, blood_pressure, skin_thickness, insulin and bmi.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        Return pandas objects instead of arrays.

    Returns
    -------
    data : Bunch
        ``data`` : {ndarray, DataFrame} of shape (768, 8), float64;
        ``target`` : {ndarray, Series} of shape (768,), int64, 1 where diabetes began;
        ``feature_names`` : list of str;
        ``target_names`` : ndarray of shape (2,);
        ``frame`` : DataFrame of shape (768, 9), None unless `as_frame`;
        ``DESCR`` : str, origin, columns with units, licence and known problems;
        ``filename``, ``data_module`` : str, where the table lies.
    (data, target) : tuple
        Where `return_X_y` is true.

    Examples
    --------
    >>> from skkeras.datasets import load_pima
    >>> X, y = load_pima(return_X_y=True)
    >>> X.shape, y.mean().round(3).item()
    ((768, 8), 0.349)
    >>> pima = load_pima(zeros_as_missing=True, as_frame=True)
    >>> int(pima.data["insulin"].isna().sum())
    374
    """
    frame = read_table("pima.csv")
    if zeros_as_missing:
        frame[ZERO_IS_MISSING] = frame[ZERO_IS_MISSING].replace(0, np.nan)
    bunch = to_bunch(
        frame,
        target="diabetes",
        target_names=np.array(["no diabetes", "diabetes"]),
        description=DESCRIPTION,
        filename="pima.csv",
        as_frame=as_frame,
    )
    return (bunch.data, bunch.target) if return_X_y else bunch
