"""Training and prediction on JAX and PyTorch."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import tree

from skkeras.training.job import Arrays, Job, Result
from skkeras.training.keras_internals.generators import own_generators
from skkeras.training.model_fit.fit import fit_with_keras
from skkeras.training.routing.eligibility import Ineligible, reason_of
from skkeras.training.rows.arrays import as_keras, n_rows
from skkeras.training.rows.epoch_order import draw_seed

BATCH_SIZE = 256


def train(jobs: Sequence[Job]) -> list[Result]:
    """Train each job's model in place.

    On JAX, jobs of one architecture are trained together as one compiled program; the
    others, and all on PyTorch, through ``Model.fit``.

    Parameters
    ----------
    jobs : sequence of Job

    Returns
    -------
    list of Result
        In the order of `jobs`. What a job alone raised is in its result's ``error``.
    """
    if keras.backend.backend() != "jax":
        reason = f"no compiled engine for the {keras.backend.backend()} backend"
        return [_train_alone(job, reason) for job in jobs]
    return _train_with_jax(list(jobs))


def _train_with_jax(jobs):
    from skkeras.training.engines import jax as jax_engine  # imports JAX

    results, together = [None] * len(jobs), {}
    for i, job in enumerate(jobs):
        try:
            together.setdefault(jax_engine.program_key(job), []).append(i)
        except Exception as error:
            results[i] = _train_alone(job, reason_of(error))
    for key, numbers in together.items():
        for part in jax_engine.parts([jobs[i] for i in numbers]):
            places, numbers = numbers[: len(part)], numbers[len(part) :]
            try:
                found = jax_engine.train_together(key, part)
            except Ineligible as reason:
                found = [_train_alone(job, str(reason)) for job in part]
            for i, result in zip(places, found, strict=True):
                results[i] = result
    return results


def _train_alone(job, reason):
    seed = draw_seed() if job.seed is None else job.seed
    # Other draws for the next epoch of a fit that goes on.
    mixed = np.random.SeedSequence((seed, job.initial_epoch))
    with own_generators(int(mixed.generate_state(1, np.uint64)[0])):
        return fit_with_keras(
            job, "engine='keras'" if job.engine == "keras" else reason
        )


def complete(model: keras.Model) -> None:
    """Do nothing: `Model.fit` leaves nothing for later."""


def predict(model: keras.Model, x: Arrays, batch_size: int | None = None) -> Arrays:
    """Return the model's outputs for the rows of x.

    Every batch has the same size, the last one filled up with copies of real rows, so
    that what is predicted for a row does not depend on how many rows are beside it.

    Parameters
    ----------
    model : keras.Model
    x : ndarray, list of ndarray or dict of str to ndarray
    batch_size : int, default=None
        256 when None.

    Returns
    -------
    ndarray, list of ndarray or dict of str to ndarray
        Outputs as the model nests them, one row a row of `x`.
    """
    x, rows = as_keras(x), n_rows(x)
    size = batch_size or BATCH_SIZE
    filled_up = np.arange(-(-max(rows, 1) // size) * size) % max(rows, 1)
    x = tree.map_structure(lambda leaf: leaf[filled_up], x)
    with own_generators():
        outputs = model.predict(x=x, batch_size=size, verbose=0)
    return tree.map_structure(lambda leaf: leaf[:rows], outputs)
