"""All nets of a portfolio on all inner folds, trained side by side."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from skkeras import training
from skkeras.estimators.inner_nets import train_together
from skkeras.estimators.rows import Rows
from skkeras.estimators.tabular.member import (
    Columns,
    Schedule,
    Target,
    build_net,
    job_of,
)
from skkeras.estimators.tabular.portfolio import TableNet


def trained_nets(
    portfolio: Sequence[TableNet],
    rows: Rows,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    columns: Columns,
    target: Target,
    schedule: Schedule,
    seeds: Sequence[int],
) -> list[list[keras.Sequential]]:
    """Train each configuration on each fold.

    Parameters
    ----------
    portfolio : sequence of TableNet
        The configurations.
    rows : Rows
        All there are, encoded.
    folds : sequence of (ndarray, ndarray)
        Rows to train on, and rows held out.
    columns, target : Columns, Target
        What the nets take and predict.
    schedule : Schedule
        How they are trained.
    seeds : sequence of int
        One for each fold, which all configurations share.

    Returns
    -------
    list of list of keras.Sequential
        For each configuration a net for each fold.
    """
    # One set of arrays a fold, which its nets share.
    parts = [rows.take(train) for train, _ in folds]
    jobs = []
    for i, net in enumerate(portfolio):
        for j, (part, seed) in enumerate(zip(parts, seeds, strict=True)):
            model = build_net(net, columns, target, seed, f"net_{i}_{j}")
            jobs.append(job_of(model, part, schedule, seed))
    train_together(jobs)
    models = [job.model for job in jobs]
    n_folds = len(parts)
    return [models[i : i + n_folds] for i in range(0, len(models), n_folds)]


def held_out_predictions(
    nets: Sequence[Sequence[keras.Sequential]],
    x: np.ndarray,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
) -> np.ndarray:
    """Predict each row by the nets that were not trained on it.

    Parameters
    ----------
    nets : sequence of sequence of keras.Sequential
        From `trained_nets`.
    x : ndarray of shape (n_samples, n_columns)
        Encoded rows.
    folds : sequence of (ndarray, ndarray)
        As they were trained on.

    Returns
    -------
    ndarray of shape (n_configurations, n_samples, n_units)
    """
    units = nets[0][0].output_shape[-1]
    predictions = np.empty((len(nets), len(x), units), "float32")
    for i, of_folds in enumerate(nets):
        for model, (_, held_out) in zip(of_folds, folds, strict=True):
            predictions[i, held_out] = training.predict(model, x[held_out])
    return predictions
