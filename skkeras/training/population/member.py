"""One fit inside a population: its callbacks, history and state."""

from dataclasses import replace
from functools import cached_property

import keras
import numpy as np

from skkeras.training.audit.steps import rows_to_try
from skkeras.training.hyperparameters.learning_rate import is_watched, only_plan
from skkeras.training.keras_internals.models import first_epoch_of, is_evaluated_after
from skkeras.training.keras_internals.optimizers import iterations_of
from skkeras.training.population.meets_rungs import MeetsRungs
from skkeras.training.population.reference import Reference, reference_beside
from skkeras.training.program.template import build_metrics, log_names
from skkeras.training.routing.callback_access import may_read_weights, may_write_weights
from skkeras.training.rows.epoch_order import draw_seed, epoch_order
from skkeras.training.rows.selected import n_selected
from skkeras.training.rungs import rungs_among, without_rungs
from skkeras.training.state.deferred_optimizer import can_defer, complete
from skkeras.training.state.fit_model import as_fit_model, with_own_model
from skkeras.training.state.slots import Constant


class Member(MeetsRungs):
    """A job in training.

    Parameters
    ----------
    job : Job
    template : Template
    leaves : list of ndarray
        Arrays that its rows are in.
    held_out : list of ndarray or None
        Arrays of its validation rows.

    Attributes
    ----------
    until : int
        Number of the epoch to stop before: the next rung, or the end.
    training : Training or None
        How it was trained so far.
    has_ended : bool
        Whether its callbacks know that training is over.
    reference : Reference or None
        What Keras takes its steps with, from `prepare_proof` to `begin`.
    """

    def __init__(self, job, template, leaves, held_out):
        self._template, self.leaves, self.held_out = template, leaves, held_out
        self._seed = draw_seed() if job.seed is None else job.seed
        self._history = keras.callbacks.History()
        self._has_begun, self.epoch = False, job.initial_epoch
        self.training, self.has_ended, self.reference = None, False, None
        self._take(job)
        self._find_next_stop()

    def _take(self, job):
        template = self._template
        self.job, self.model = job, job.model
        self._rungs = rungs_among(job.callbacks)
        self._listeners = without_rungs(job.callbacks)
        self.writes = any(map(may_write_weights, self._listeners))
        self._plan = only_plan(job)
        self._planned_rates = []
        self.watched = is_watched(job)
        if self.watched:
            build_metrics(job.model, template)
        self.names = log_names(job.model, template)
        optimizer = self.model.optimizer
        self._defers = not self.watched and can_defer(job, template)
        if not optimizer.built and not self._defers:
            optimizer.build(self.model.trainable_variables)
        self.variables = template.state_of(job.fit_model)
        at = template.rate_index
        self._rate = None if at is None else self.variables[at]
        self._first_rate = None if self._plan is None else self._rate.numpy()
        # What follows the weights: all that a callback can see without looking at them.
        self._visible = [
            i
            for i, v in enumerate(self.variables)
            if v is iterations_of(optimizer) or v is self._rate
        ]

    def build(self):
        """Give this fit a model of its own whose optimizer is built, if it has none."""
        if self._defers:
            job = with_own_model(self.job)
            complete(job.model)  # a rung may have left it the state of its optimizer
            self._take(replace(job, defer_optimizer=False))

    def prepare_proof(self):
        """Make the model whose steps prove a program: its own, if it has one."""
        if self._defers and self.job.fit_model.built is None:
            self.reference = reference_beside(self.job.fit_model, self._template)
        else:
            self.build()
            self.reference = Reference(self.model, self.variables, self.names)

    def go_back(self):
        """Undo what training has done to the model since it began or went on."""
        if self._first_rate is not None:
            self._rate.assign(self._first_rate)

    def first_rows(self, layout):
        """Return the rows of the batches that a program is tried with, in order."""
        order = epoch_order(*self._key_of_order(self.job.initial_epoch))
        return self._selected(
            rows_to_try(order, self.job.batch_size, fills_up=layout.fills_up)
        )

    @property
    def n_rows(self):
        """How many rows it trains on."""
        return n_selected(self.job)

    @property
    def steps(self):
        """Batches of an epoch."""
        return -(-self.n_rows // self.job.batch_size)

    @property
    def source_of_orders(self):
        """What is equal where fits visit the same rows in the same orders."""
        return self._seed, id(self.job.rows), self.n_rows, self.job.shuffle

    @property
    def validation_batch_size(self):
        """Rows of a batch of held-out rows."""
        return self.job.validation_batch_size or self.job.batch_size

    def held_out_rows_to_try(self, layout):
        """Return the held-out rows that a program is tried with, in order."""
        rows, size = np.arange(len(self.held_out[0])), self.validation_batch_size
        return rows_to_try(rows, size, fills_up=layout.fills_up)

    @property
    def choices(self):
        """What this fit has chosen of that which its program computes."""
        constants = [v for v in self.variables if isinstance(v, Constant)]
        return tuple(choice for constant in constants for choice in constant.chosen)

    @property
    def learning_rate(self):
        """Learning rate, 0 under a schedule of the optimizer's own."""
        return 0.0 if self._rate is None else float(self._rate.numpy())

    @property
    def reads(self):
        """Whether a callback looks at the weights after the epoch now in training."""
        return any(map(may_read_weights, self._listeners))

    @property
    def history(self):
        """Logs of the epochs so far."""
        return self._history.history

    def begin(self):
        """Start training, or go on from a rung: callbacks may load weights here."""
        self.reference = None
        if not self._has_begun:
            self._has_begun = True
            self.model.stop_training = False
            self._logs = None
            self._guard(self._begin_callbacks)
            self.epoch = first_epoch_of(self.model) or self.job.initial_epoch
            self._mark()

    def _mark(self):
        """Note where it goes on from, and until when."""
        self._before = {name: [*values] for name, values in self.history.items()}
        self._went_on_at = self.epoch
        self._find_next_stop()

    def halt(self):
        """Leave its model as if training had ended, and could go on."""
        slots = self.variables[-len(self._template.optimizer) :]
        self.job.fit_model.keep(self._template, slots, self._history)

    def go_on(self):
        """Take the model up again as those have left it who have looked at it.

        Returns
        -------
        bool
            Whether it goes on: not where the next rung could not be told.
        """
        fit_model = as_fit_model(self.job.fit_model)
        is_completed = self._defers and fit_model.prototype.optimizer.built
        is_other = fit_model.prototype is not self.job.fit_model.prototype
        if is_other or is_completed:
            self.build()
        if self._plan is not None:
            self._first_rate = self._rate.numpy()
        self._mark()
        return not self.done

    def train_rest(self, train):
        """Train what is left since it began or went on, in another way.

        Parameters
        ----------
        train : callable
            From a job to its result.

        Returns
        -------
        Result
            With the history of the whole fit.
        """
        if not self.is_halfway:
            return train(self.job)
        job = with_own_model(self.job)
        complete(job.model)
        job = replace(job, initial_epoch=self._went_on_at, seed=self._seed)
        result = train(job)
        history = {
            name: [*self._before.get(name, ()), *values]
            for name, values in result.history.items()
        }
        return replace(result, history=history)

    @property
    def is_halfway(self):
        """Whether it goes on from a rung."""
        return self._has_begun and self._went_on_at > self.job.initial_epoch

    def _begin_callbacks(self):
        self._callbacks = keras.callbacks.CallbackList(
            [*self._listeners, self._history],
            add_progbar=self.job.verbose != 0,
            verbose=self.job.verbose,
            epochs=self.job.epochs,
            steps=self.steps,
            model=self.model,
        )
        self._callbacks.on_train_begin()

    @property
    def done(self):
        """Whether there is no epoch left to train."""
        return (
            self.error is not None
            or self.model.stop_training
            or self.epoch >= self.job.epochs
        )

    def begin_epoch(self):
        """Tell the callbacks that an epoch begins; they may set the learning rate."""
        if self.watched:
            self._guard(self._callbacks.on_epoch_begin, self.epoch)

    def rates(self, count):
        """Return the learning rate of each of the next epochs, 0 under a schedule."""
        if self._rate is None:
            return [0.0] * count
        if self._plan is None:
            rate = float(self._rate.numpy()) if self.watched else self._constant_rate
            return [rate] * count
        rate = float(self._rate.numpy())
        epochs = range(self.epoch, self.epoch + count)
        self._planned_rates = self._plan.rates(rate, epochs)
        self._rate.assign(self._planned_rates[-1])
        return list(self._planned_rates)

    @cached_property
    def _constant_rate(self):
        """Learning rate where no callback can change it."""
        return float(self._rate.numpy())

    def orders(self, count, drawn):
        """Return the rows of each of the next epochs, in order.

        Parameters
        ----------
        count : int
            Number of epochs.
        drawn : dict
            Orders that other members have drawn; those drawn here are added.
        """
        found = []
        for epoch in range(self.epoch, self.epoch + count):
            key = self.source_of_orders, epoch
            if key not in drawn:
                drawn[key] = self._selected(epoch_order(*self._key_of_order(epoch)))
            found.append(drawn[key])
        return found

    def _key_of_order(self, epoch):
        return self._seed, epoch, self.n_rows, self.job.shuffle

    def _selected(self, order):
        return order if self.job.rows is None else self.job.rows[order]

    def evaluations(self, count):
        """Return for each of the next epochs whether it ends with an evaluation."""
        epochs = range(self.epoch, self.epoch + count)
        frequency, given = self.job.validation_freq, self.held_out is not None
        return [given and is_evaluated_after(self.model, e, frequency) for e in epochs]

    def end_epoch(self, logs, held_out_logs):
        """Tell the callbacks what the epoch gave; they may stop the training.

        Parameters
        ----------
        logs, held_out_logs : list of ndarray
            In the order of the template's names; `held_out_logs` is None where no
            evaluation was due.
        """
        if self.error is not None:
            return
        logs = self._named(logs)
        for callback in self._listeners:
            if type(callback) is keras.callbacks.TerminateOnNaN:
                self._guard(callback.on_batch_end, self.steps - 1, logs)
        if held_out_logs is not None:
            held_out_logs = self._named(held_out_logs)
            self._guard(self._callbacks.on_test_begin)
            self._guard(self._callbacks.on_test_end, held_out_logs)
            logs |= {f"val_{name}": value for name, value in held_out_logs.items()}
        if self._planned_rates:
            logs["learning_rate"] = self._planned_rates.pop(0)
        if self.watched:
            self._guard(self._callbacks.on_epoch_end, self.epoch, logs)
        else:
            self._note(logs)
        self._logs = logs
        self.epoch += 1

    def _note(self, logs):
        """Do what the history does with an epoch, but look at the model only once."""
        self._history.epoch.append(self.epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def end(self):
        """Finish: the model holds the trained weights when this is called."""
        self.halt()
        self.has_ended = True
        if self.error is None:
            if self.job.epochs > 0 and not self._defers:
                weights = self.model.trainable_variables
                self.model.optimizer.finalize_variable_values(weights)
            self._guard(self._callbacks.on_train_end, self._logs)

    def write(self, values, everything):
        """Put state into the model.

        Parameters
        ----------
        values : list of ndarray
            One for each of ``self.variables``.
        everything : bool
            Otherwise only what callbacks see without looking at weights.
        """
        indices = range(len(values)) if everything else self._visible
        for i in indices:
            self.variables[i].assign(values[i])

    def changes(self, values):
        """Return ``{index: value}`` of variables that callbacks have changed."""
        indices = range(len(values)) if self.writes else self._visible
        current = {i: self.variables[i].numpy() for i in indices}
        return {
            i: value
            for i, value in current.items()
            if not np.array_equal(value, values[i], equal_nan=True)
        }

    def _named(self, logs):
        named = zip(self.names, logs, strict=True)
        return {
            name: float(value) if value.ndim == 0 else value
            for name, value in sorted(named, key=lambda pair: pair[0])
        }


def needs_model(job, template):
    """Return whether training touches more than a model's weights and counts."""
    return is_watched(job) or not can_defer(job, template)
