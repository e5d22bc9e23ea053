"""Random numbers that come from an estimator's seed and leave no trace."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.utils import check_random_state

from skkeras.estimators.keras_internals import seeded_keras
from skkeras.estimators.typing import RandomState
from skkeras.fusion import unbroken
from skkeras.training import BUILDING, own_generators, seeded_operations

_MAX_SEED = 2**31 - 1


def draw_seed(random_state: RandomState) -> int:
    """Draw the seed of one fit.

    Parameters
    ----------
    random_state : int, numpy.random.RandomState or None
        None draws fresh entropy from the operating system, without touching NumPy's
        global generator.

    Returns
    -------
    int
        Between 0 and 2**31 - 2.

    Raises
    ------
    ValueError
        When ``random_state`` is none of these.
    """
    if random_state is None:
        return int(np.random.default_rng().integers(_MAX_SEED))
    return int(check_random_state(random_state).randint(_MAX_SEED))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed everything a model factory may draw from, and put it all back after.

    Layers draw the seeds of their weights and of their dropout from Python's global
    generator when they are made; factories may use NumPy's and those of TensorFlow or
    PyTorch too, and JAX has none. One thread at a time may be inside, so that two fits
    do not draw from each other; a fused call that raises waits until it has left.

    Parameters
    ----------
    seed : int
        Decides every number drawn inside.
    """
    # Outermost, as its lock is held where a callback of a fit comes to build a model.
    with own_generators(seed), BUILDING, unbroken():
        python_state, numpy_state = random.getstate(), np.random.get_state()
        random.seed(seed)
        np.random.seed(seed)
        try:
            with seeded_keras(seed), seeded_operations(seed):
                yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)
