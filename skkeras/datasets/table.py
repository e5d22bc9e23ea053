"""From a CSV file of this package to a ``Bunch``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

DATA_MODULE = "skkeras.datasets"


def read_table(filename: str) -> pd.DataFrame:
    """Read a CSV file of this package.

    Parameters
    ----------
    filename : str
        Its name, such as ``"pima.csv"``.

    Returns
    -------
    DataFrame
    """
    with resources.files(DATA_MODULE).joinpath(filename).open(encoding="utf-8") as file:
        return pd.read_csv(file)


def to_bunch(
    frame: pd.DataFrame,
    *,
    target: str,
    target_names: Sequence[str] | np.ndarray,
    description: str,
    filename: str,
    as_frame: bool,
) -> Bunch:
    """Return a table in the forms that scikit-learn's loaders offer.

    Parameters
    ----------
    frame : DataFrame
        The features and the target.
    target : str
        Column of `frame` to predict; the others become float64 features.
    target_names : array-like of str
        Names of the classes, or of the target where it is a number.
    description : str
        Becomes ``DESCR``.
    filename : str
        Where in this package the table comes from.
    as_frame : bool
        Whether `data` and `target` are pandas objects and `frame` is there.

    Returns
    -------
    Bunch
    """
    data = frame.drop(columns=target).astype("float64")
    labels = frame[target]
    return Bunch(
        data=data if as_frame else data.to_numpy(),
        target=labels if as_frame else labels.to_numpy(),
        frame=data.join(labels) if as_frame else None,
        target_names=target_names,
        DESCR=description,
        feature_names=list(data.columns),
        filename=filename,
        data_module=DATA_MODULE,
    )
