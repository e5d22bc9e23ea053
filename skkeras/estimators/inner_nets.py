"""Nets trained on a part of a fit's rows, and their loss on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np
from joblib import Parallel, delayed

from skkeras import fusion, training
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.legacy import with_hints
from skkeras.fusion.crew import current_task


def hold_out_third(
    n_rows: int,
    seed: int,
    *,
    classes: np.ndarray | None = None,
    most_rows: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the rows to train on and those to judge by.

    Parameters
    ----------
    n_rows : int
        How many there are.
    seed : int
        Decides which.
    classes : ndarray of shape (n_rows,), default=None
        A third of each class is held out, however rare it is; of a class of one row,
        none or that one.
    most_rows : int, default=None
        Rows to draw from, where there are more.

    Returns
    -------
    kept, held_out : ndarray of int
        Row numbers, in order.

    Examples
    --------
    >>> kept, held_out = hold_out_third(6, 0, classes=np.array([0, 0, 0, 1, 1, 1]))
    >>> len(kept), (held_out // 3).tolist()
    (4, [0, 1])
    """
    order = np.random.default_rng(seed).permutation(n_rows)[:most_rows]
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    is_held_out = np.arange(len(order)) % 3 == 1
    return np.sort(order[~is_held_out]), np.sort(order[is_held_out])


def train_together(jobs: Sequence[training.Job]) -> None:
    """Train jobs as one program, with those of the tasks that run beside this one.

    Parameters
    ----------
    jobs : sequence of Job
        Their models are trained in place.

    Raises
    ------
    Exception
        The first that any of them raised.
    """
    if current_task() is None:
        results = training.train(jobs)
    else:
        with fusion.fused():
            results = Parallel()(delayed(fusion.fit)(job) for job in jobs)
    for result in results:
        if result.error is not None:
            raise with_hints(result.error)


def inner_job(
    job: training.Job,
    model: training.FitModel,
    rows: Rows,
    epochs: int,
    callbacks: Sequence[keras.callbacks.Callback],
) -> training.Job:
    """Return a job like that of a whole fit, without what only looks at one.

    Parameters
    ----------
    job : Job
        Of the whole fit.
    model : FitModel
        To be trained.
    rows : Rows
        Encoded, as the whole fit's are.
    epochs : int
        To train.
    callbacks : sequence of keras.callbacks.Callback
        In place of the job's own.

    Returns
    -------
    Job
        Trained by a compiled engine if possible, also where the whole fit is not to be.
    """
    return replace(
        job,
        fit_model=model,
        x=rows.X,
        y=rows.y,
        sample_weight=rows.sample_weight,
        validation_data=None,
        epochs=epochs,
        initial_epoch=0,
        callbacks=tuple(callbacks),
        verbose=0,
        engine="auto",
        fit_kwargs={},
    )


def mean_loss(model: training.FitModel, rows: Rows) -> float:
    """Compute the weighted mean of the loss, without penalties.

    Parameters
    ----------
    model : FitModel
        Trained.
    rows : Rows
        Encoded, as the model's loss takes them.

    Returns
    -------
    float
        Of the loss that the model is compiled with, before its own reduction.
    """
    outputs = np.asarray(training.predict(model, rows.X))
    loss = keras.losses.get(model.prototype.loss)
    if isinstance(loss, keras.Loss):
        loss = loss.call
    # Functions of a user's may not know rows from columns.
    y = rows.y.reshape(outputs.shape) if rows.y.size == outputs.size else rows.y
    y = keras.ops.convert_to_tensor(y, dtype=keras.config.floatx())
    found = loss(y, keras.ops.convert_to_tensor(outputs))
    found = keras.ops.convert_to_numpy(found).astype(np.float64)
    each = found.reshape(len(y), -1).mean(axis=1) if found.ndim else [found] * len(y)
    return float(np.average(each, weights=rows.sample_weight))
