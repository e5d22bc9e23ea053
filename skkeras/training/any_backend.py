"""Training and prediction on the backends without a compiled engine: JAX, PyTorch."""

import keras
import numpy as np
from keras import tree

from skkeras.training.generators import own_generators
from skkeras.training.keras_engine import fit_with_keras
from skkeras.training.order import draw_seed
from skkeras.training.rows import as_keras, n_rows

BATCH_SIZE = 256


def train(jobs):
    """Train each job's model in place, through ``Model.fit``.

    Parameters
    ----------
    jobs : sequence of Job

    Returns
    -------
    list of Result
        In the order of `jobs`. What a job alone raised is in its result's ``error``.
    """
    return [_train_alone(job) for job in jobs]


def _train_alone(job):
    reason = f"no compiled engine for the {keras.backend.backend()} backend"
    seed = draw_seed() if job.seed is None else job.seed
    # Other draws for the next epoch of a fit that goes on.
    mixed = np.random.SeedSequence((seed, job.initial_epoch))
    with own_generators(int(mixed.generate_state(1, np.uint64)[0])):
        return fit_with_keras(
            job, "engine='keras'" if job.engine == "keras" else reason
        )


def complete(model):
    """Do nothing: `Model.fit` leaves nothing for later."""


def predict(model, x, batch_size=None):
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
        outputs = model.predict(x, batch_size=size, verbose=0)
    return tree.map_structure(lambda leaf: leaf[:rows], outputs)
