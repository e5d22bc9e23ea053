"""One fit inside a program of the JAX engine: its callbacks, history and state."""

import keras
import numpy as np

from skkeras.training.hyperparameters.learning_rate import PlannedLearningRate
from skkeras.training.keras_internals.models import is_evaluated_after
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.population.callback_errors import KeepsFirstError
from skkeras.training.rows.arrays import n_rows
from skkeras.training.rows.epoch_order import draw_seed, epoch_order


class Member(KeepsFirstError):
    """A job in training."""

    def __init__(self, job):
        self._job = job
        self._seed = draw_seed() if job.seed is None else job.seed
        self._history = keras.callbacks.History()
        self._history.epoch = []
        self._plan = self._rate = None
        self._stops = []
        if not job.model.optimizer.built:
            job.model.optimizer.build(job.model.trainable_variables)
        for callback in job.callbacks:
            if isinstance(callback, PlannedLearningRate):
                self._plan = callback
                self._rate = float(np.asarray(learning_rate_of(job.model.optimizer)))
            else:
                self._stops.append(callback)
        job.model.stop_training = False
        for stop in self._stops:
            stop.set_model(job.model)
            stop.on_train_begin()

    @property
    def looks(self):
        """Whether a callback wants to find the weights of each epoch in the model."""
        return any(stop.restore_best_weights for stop in self._stops)

    @property
    def _variables(self):
        model = self._job.model
        optimizer = model.optimizer.variables
        return model.trainable_variables, model.non_trainable_variables, optimizer

    @property
    def state(self):
        """Values of trainable, other and optimizer's variables."""
        return tuple([v.value for v in part] for part in self._variables)

    @property
    def history(self):
        """Logs of the epochs so far."""
        return self._history.history

    @property
    def _epoch(self):
        """Number of the epoch to come."""
        return self._job.initial_epoch + len(self._history.epoch)

    @property
    def done(self):
        """Whether there is no epoch left to train."""
        stopped = self._job.model.stop_training or self.error is not None
        return stopped or self._epoch >= self._job.epochs

    @property
    def is_to_be_evaluated(self):
        """Whether the held-out rows are due after the epoch to come."""
        job = self._job
        if job.validation_data is None:
            return False
        return is_evaluated_after(job.model, self._epoch, job.validation_freq)

    def next_order(self):
        """Return the rows of the epoch to come."""
        rows, shuffle = n_rows(self._job.x), self._job.shuffle
        return epoch_order(self._seed, self._epoch, rows, shuffle)

    def next_rate(self):
        """Return the learning rate of the epoch to come, None where it stays."""
        if self._plan is None or self.done:
            return None
        (self._rate,) = self._plan.rates(self._rate, [self._epoch])
        return self._rate

    def note(self, logs, weights):
        """Add the logs of an epoch to the history, and let callbacks stop here.

        Parameters
        ----------
        logs : dict of str to float
        weights : callable
            Returns this member's trainable and other values, for one that `looks`.
        """
        if self.looks:
            self._put(weights())
        for callback in self._job.callbacks:
            if callback is self._plan:
                logs["learning_rate"] = self._rate
            else:
                self._guard(callback.on_epoch_end, self._epoch, logs)
        if self.error is not None:
            return
        self._history.epoch.append(self._epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def finish(self, state):
        """Put the trained state into the model."""
        model = self._job.model
        self._put(state)
        if self._job.epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_variables)
        model.history = self._history
        for stop in self._stops:
            self._guard(stop.on_train_end)

    def _put(self, state):
        for part, values in zip(self._variables, state, strict=False):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
