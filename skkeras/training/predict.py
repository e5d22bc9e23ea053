"""Prediction with a fitted model."""

from __future__ import annotations

import keras

from skkeras.training.engines import engine_of_backend
from skkeras.training.engines.kept_graphs import KeptGraphs
from skkeras.training.job import Arrays
from skkeras.training.keras_internals.forked import check_not_forked
from skkeras.training.rows.arrays import as_keras
from skkeras.training.state.fit_model import FitModel, as_fit_model


def predict(
    model: keras.Model | FitModel,
    x: Arrays,
    batch_size: int | None = None,
    kept: KeptGraphs | None = None,
) -> Arrays:
    """Return the model's outputs for the rows of x.

    Every batch has the same size, the last one filled up with copies of real rows, so
    that what is predicted for a row does not depend on how many rows are beside it.

    Parameters
    ----------
    model : keras.Model, BuiltModel, UnchangedModel or UnbuiltModel
    x : ndarray, list of ndarray or dict of str to ndarray
    batch_size : int, default=None
        256 when None, or what the model's inputs say; 8 for up to 8 rows of an
        `UnchangedModel`, 1 for one.
    kept : KeptGraphs, default=None
        Of former calls for this model, which this one is faster by.

    Returns
    -------
    ndarray, list of ndarray or dict of str to ndarray
        Outputs as the model nests them, one row a row of `x`.
    """
    check_not_forked()
    return engine_of_backend().predict(
        as_fit_model(model), as_keras(x), batch_size, kept
    )
