"""A learning rate that is known before training starts."""

import keras
import numpy as np

from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.rungs import without_rungs


class PlannedLearningRate(keras.callbacks.LearningRateScheduler):
    """A `LearningRateScheduler` whose rates follow from epoch and rate alone.

    The compiled engines then need not stop after each epoch to ask for the next rate.

    Parameters
    ----------
    schedule : callable
        From the number of the epoch and the last rate to the rate of the epoch; a
        function of its arguments and of nothing else.

    Examples
    --------
    >>> from skkeras.training import PlannedLearningRate
    >>> PlannedLearningRate(lambda epoch, rate: rate / 2).rates(8.0, range(3))
    [4.0, 2.0, 1.0]
    """

    reads_weights = writes_weights = False

    def rates(self, rate, epochs):
        """Return the rate of each epoch.

        Parameters
        ----------
        rate : float
            That of the epoch before.
        epochs : sequence of int

        Returns
        -------
        list of float
            In the optimizer's precision.
        """
        found = []
        for epoch in epochs:
            rate = float(np.asarray(self.schedule(epoch, rate), keras.config.floatx()))
            found.append(rate)
        return found


def only_plan(job):
    """Return the only callback of a job, if all it does is known before training.

    Beside it there may be rungs, which are known as well.
    """
    callbacks = without_rungs(job.callbacks)
    is_plan = [isinstance(c, PlannedLearningRate) for c in callbacks] == [True]
    has_rate = isinstance(learning_rate_of(job.model.optimizer), keras.Variable)
    return callbacks[0] if is_plan and has_rate and job.verbose == 0 else None


def is_watched(job):
    """Return whether callbacks or the console want to hear of each epoch."""
    callbacks = without_rungs(job.callbacks)
    return only_plan(job) is None and (bool(callbacks) or job.verbose != 0)
