"""The learning rate of a perceptron: lowered in a fit, constant in a stream."""

from functools import partial
from math import cos, pi

import keras

from skkeras.training import PlannedLearningRate


def cosine_decay(epoch: int, learning_rate: float, n_epochs: int) -> float:
    """Return the next epoch's rate along half a cosine that ends at a hundredth.

    Loshchilov and Hutter, ICLR 2017, equation 5, without restarts.

    Parameters
    ----------
    epoch : int
        The next one's number.
    learning_rate : float
        Of the epoch before; of the first, for the first.
    n_epochs : int
        Of the whole fit.

    Returns
    -------
    float
    """

    def share(epoch):
        return cosine_share(min(epoch, n_epochs) / n_epochs)

    return learning_rate * share(epoch) / share(max(epoch - 1, 0))


def cosine_share(done: float) -> float:
    """Return a rate along half a cosine as a share of the first, at least a hundredth.

    Parameters
    ----------
    done : float
        How much of the training is behind, from 0 to 1.

    Returns
    -------
    float
    """
    return max(0.01, (1 + cos(pi * done)) / 2)


def _same_rate(epoch, learning_rate):
    return learning_rate


class PlansRate:
    """Lowers the rate over the epochs of a fit, and restores it afterwards."""

    _spent_rate = None

    @property
    def _training_model(self):
        model = super()._training_model
        if self._spent_rate is not None:
            # Once, so that a rate which someone gives the optimizer is kept.
            model.optimizer.learning_rate, self._spent_rate = self._spent_rate, None
        return model

    @property
    def _plans_rate(self):
        return (
            self.learning_rate_schedule == "cosine"
            and self._optimizer_is_to_be_made()
            and not callable(self.learning_rate)
        )

    def _optimizer_is_to_be_made(self):
        return not isinstance(self.optimizer, keras.optimizers.Optimizer)

    def _own_callbacks(self, options, append):
        callbacks = super()._own_callbacks(options, append)
        if self._plans_rate:
            # A stream has no known end to lower the rate towards.
            decay = partial(cosine_decay, n_epochs=options.epochs)
            callbacks.append(PlannedLearningRate(_same_rate if append else decay))
        return callbacks

    def _initialize(self, X, y, weights=None):
        self._spent_rate = None
        super()._initialize(X, y, weights)

    def _train(self, job, append):
        super()._train(job, append)
        rates = self.history_.get("learning_rate")
        if self._plans_rate and rates and not append:
            self._spent_rate = rates[0]
