"""The reference engine: one fit through `Model.fit`."""

import logging
import time
from contextlib import nullcontext
from dataclasses import replace

import keras
import numpy as np

from skkeras.training.job import Result, Training
from skkeras.training.keras_internals.data import MISSING, train_validation_split
from skkeras.training.keras_internals.generators import (
    own_generators,
    seeded_operations,
)
from skkeras.training.routing.eligibility import has_own_fit
from skkeras.training.rows.arrays import is_arrays
from skkeras.training.rows.epoch_order import draw_seed
from skkeras.training.rows.selected import with_rows_of_its_own
from skkeras.training.state.fit_model import with_own_model

if keras.backend.backend() == "tensorflow" and MISSING is None:
    from skkeras.training.model_fit.feed import SeededRows
else:
    from skkeras.training.model_fit.seeded_batches import SeededRows

_log = logging.getLogger("skkeras.training")


def fit_with_keras(job, reason):
    """Train a job with `Model.fit`.

    Parameters
    ----------
    job : Job
        Its model is built if it is not yet.
    reason : str or None
        Why the fit was not compiled: kept in the result, and logged where the job did
        not ask for ``Model.fit`` itself.

    Returns
    -------
    Result
        With the exception of the fit, if it raised one.
    """
    if reason is not None and job.engine != "keras":
        _log.info("Model.fit trains this model: %s", reason)
    start = time.perf_counter()
    history, error = keras.callbacks.History(), None
    job = with_rows_of_its_own(with_own_model(job))
    if job.seed is None:
        job = replace(job, seed=draw_seed())
    try:
        data, callbacks, shuffling = _data(job)
        with own_generators(_seed_of_draws(job)), shuffling:
            job.model.fit(
                **data,
                epochs=job.epochs,
                initial_epoch=job.initial_epoch,
                callbacks=[*callbacks, *job.callbacks, history],
                verbose=job.verbose,
                validation_freq=job.validation_freq,
            )
    except Exception as raised:
        error = raised
    training = Training("keras", 1, reason, 0.0, time.perf_counter() - start)
    return Result(history.history, training, error)


def _seed_of_draws(job):
    """Return a seed of other draws for each epoch that a fit goes on from."""
    mixed = np.random.SeedSequence((job.seed, job.initial_epoch))
    return int(mixed.generate_state(1, np.uint64)[0])


def _data(job):
    """Return what `Model.fit` trains on, and the callbacks and context it needs."""
    arguments = {"validation_batch_size": job.validation_batch_size, **job.fit_kwargs}
    if not is_arrays((job.x, job.y, job.sample_weight)):
        arguments["validation_data"] = job.validation_data
        data = {"x": job.x, "shuffle": job.shuffle, **arguments}
        return data, _epoch_teller(job.x), nullcontext()
    rows, held_out = (job.x, job.y, job.sample_weight), job.validation_data
    split = arguments.pop("validation_split", 0)
    if split and held_out is None:
        rows, held_out = train_validation_split(rows, split)
    arguments |= {"validation_data": held_out, "shuffle": False}
    if arguments["validation_batch_size"] is None:
        arguments["validation_batch_size"] = job.batch_size
    is_own = has_own_fit(job.model)
    if not job.shuffle or is_own:
        x, y, sample_weight = rows
        arguments |= {"y": y, "sample_weight": sample_weight, "shuffle": job.shuffle}
        data = {"x": x, "batch_size": job.batch_size, **arguments}
        if is_own:  # it may know few arguments
            data = {name: value for name, value in data.items() if value is not None}
        # Its order is Keras's own, which TensorFlow draws.
        return data, [], seeded_operations(job.seed) if is_own else nullcontext()
    feed = SeededRows(
        *rows,
        batch_size=job.batch_size,
        seed=job.seed,
        class_weight=arguments.pop("class_weight", None),
    )
    return {"x": feed, **arguments}, _epoch_teller(feed), nullcontext()


def _epoch_teller(feed):
    """Return the callback that tells a feed each epoch's number, if it wants that.

    Counting the calls of ``PyDataset.on_epoch_begin`` does not give it: JAX and PyTorch
    begin an epoch more, whose first batch builds the metrics.
    """
    if not hasattr(feed, "begin_epoch"):
        return []
    teller = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: feed.begin_epoch(epoch)
    )
    return [teller]
