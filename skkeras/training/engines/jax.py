"""Fits of one architecture as one program, on Keras's JAX backend.

``Model.train_step`` is a function of its state there, so a step of many fits is
`jax.vmap` of it. Fits that differ in their number of rows have programs of their own,
and callbacks other than `EarlyStopping` leave a fit to ``Model.fit``.
"""

import time
from functools import partial

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import tree

from skkeras.training.audit.jax_steps import batches_of, check_epoch
from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.hyperparameters.catalogue import free_of
from skkeras.training.hyperparameters.learning_rate import PlannedLearningRate
from skkeras.training.job import Result, Training
from skkeras.training.keras_internals.adopted import adopt_constants
from skkeras.training.keras_internals.models import (
    build_by_batch,
    is_evaluated_after,
    layers_inside,
)
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.planning.memory import members_within_budget
from skkeras.training.planning.signature import signature
from skkeras.training.population.callback_errors import Guarded
from skkeras.training.program.clone import clone, compile_like
from skkeras.training.routing.cost import why_alone
from skkeras.training.routing.eligibility import Ineligible, check_job, reason_of
from skkeras.training.rows.arrays import as_keras, n_rows
from skkeras.training.rows.epoch_order import draw_seed, epoch_order

_programs = LeastRecentlyUsed(32)


def program_key(job):
    """Return what jobs have in common that one program trains.

    Raises
    ------
    Ineligible
        Where only `Model.fit` trains the job.
    """
    check_job(job)
    _check_callbacks(job)
    exact = tuple(each.own(job) for each in free_of(job.model))
    sizes = [n_rows(data) for data in (_rows(job), _held_out(job)) if data]
    return signature(job), exact, *sizes, job.shuffle


def parts(jobs):
    """Cut jobs of one key into those that are trained at a time."""
    model, size = jobs[0].model, 1
    if not _is_better_alone(model):
        data = [*_rows(jobs[0]), *_held_out(jobs[0])]
        size = members_within_budget(model, data, jobs[0].batch_size)
    return [jobs[at : at + size] for at in range(0, len(jobs), size)]


def train_together(key, jobs):
    """Train jobs as one program; their models change when all is done.

    Parameters
    ----------
    key : tuple
        From `program_key`, the same for all.
    jobs : list of Job

    Returns
    -------
    list of Result

    Raises
    ------
    Ineligible
        Where the program cannot be traced or compiled; no model has changed.
    """
    try:
        program = _programs.get(key, partial(Program, jobs[0]))
    except Exception as error:
        raise Ineligible(reason_of(error)) from error
    return program.train(jobs)


def _check_callbacks(job):
    others = [c for c in job.callbacks if not isinstance(c, PlannedLearningRate)]
    plans = len(job.callbacks) - len(others)
    has_rate = isinstance(learning_rate_of(job.model.optimizer), keras.Variable)
    # The direction of a metric is looked up in the model, where it is not built yet.
    known = all(
        type(c) is keras.callbacks.EarlyStopping
        and (c.monitor in ("loss", "val_loss") or c.mode != "auto")
        for c in others
    )
    if job.verbose != 0 or not known or plans > int(has_rate):
        raise Ineligible("callbacks or progress output, on the JAX backend")


def _is_better_alone(model):
    layers = layers_inside(model)
    # Convolutions with a kernel for each member become grouped ones, slow on a CPU.
    convolutions = any(hasattr(layer, "kernel_size") for layer in layers)
    return convolutions or why_alone(model) is not None


class Program:
    """An epoch of any number of fits of one architecture.

    Parameters
    ----------
    job : Job
        One of the key; the program keeps a copy of its model.
    """

    def __init__(self, job):
        few = tree.map_structure(lambda leaf: leaf[: job.batch_size], _rows(job))
        self._model = model = clone(job.model, few[0])
        optimizer = job.model.optimizer
        own = optimizer.from_config(optimizer.get_config())
        adopt_constants(own, optimizer)
        compile_like(model, job.model, own)
        build_by_batch(model, few)
        model.reset_metrics()
        variables, rate = model.optimizer.variables, learning_rate_of(model.optimizer)
        self._rate_at = next((i for i, v in enumerate(variables) if v is rate), None)
        self._metrics = [v.value for v in model.metrics_variables]
        self._batch_size = job.batch_size
        self._held_out_size = job.validation_batch_size or job.batch_size
        self._compiled, self._proven = {}, set()  # by the number of members

    def train(self, jobs):
        """Train some fits from their models' state to their ends."""
        members = [_Member(job) for job in jobs]
        data, held_out = (_stack(map(part, jobs)) for part in (_rows, _held_out))
        state = _stack([member.state for member in members])
        orders = _stack([member.next_order() for member in members])
        compiling = self._compile(len(jobs), state, data, orders, held_out)
        run_epoch, run_evaluation = self._compiled[len(jobs)]
        if len(jobs) not in self._proven:
            compiling += self._prove(jobs[0], run_epoch, state, data, orders)
        start = time.perf_counter()
        while (live := np.array([not member.done for member in members])).any():
            orders = _stack([member.next_order() for member in members])
            due = live & [member.is_to_be_evaluated for member in members]
            state = self._with_rates(state, members)
            state, logs = _advance(run_epoch, live, state, data, orders)
            if due.any():
                state, seen = _advance(run_evaluation, due, state, held_out)
            looks = any(member.looks for member in members)
            weights = jax.tree.map(np.asarray, state[:2]) if looks else None
            for k in np.flatnonzero(live):
                own = _of_member(k, logs)
                if due[k]:
                    own |= {f"val_{name}": v for name, v in _of_member(k, seen).items()}
                members[k].note(own, weights, k)
        state = jax.tree.map(np.asarray, state)
        seconds = time.perf_counter() - start
        engine = "fused" if len(jobs) > 1 else "compiled"
        training = Training(engine, len(jobs), None, compiling, seconds)
        for k, member in enumerate(members):
            member.finish(state, k)
        return [Result(m.history, training, m.error) for m in members]

    def _compile(self, members, state, data, orders, held_out):
        """Compile for a number of members, if not done before; return the seconds."""
        if members in self._compiled:
            return 0.0
        start = time.perf_counter()
        try:
            run = jax.jit(self._run_epoch).lower(state, data, orders).compile()
            evaluate = held_out and jax.jit(self._run_evaluation).lower(state, held_out)
            self._compiled[members] = run, evaluate and evaluate.compile()
        except Exception as error:
            raise Ineligible(reason_of(error)) from error
        return time.perf_counter() - start

    def _prove(self, job, run_epoch, state, data, orders):
        """Compare an epoch of the first member with Keras; return the seconds."""
        start = time.perf_counter()
        new, logs = jax.tree.map(
            lambda v: np.asarray(v[0]), run_epoch(state, data, orders)
        )
        batches = batches_of(_rows(job), orders[0], self._batch_size)
        check_epoch(job.model, batches, (*new, logs))
        self._proven.add(len(orders))
        return time.perf_counter() - start

    def _with_rates(self, state, members):
        """Put the planned learning rates of the epoch to come into the state."""
        plans = [member.next_rate() for member in members]
        if all(plan is None for plan in plans):
            return state
        trainable, others, optimizer = state
        optimizer, at = list(optimizer), self._rate_at
        rates = np.array(optimizer[at])
        for k, plan in enumerate(plans):
            rates[k] = rates[k] if plan is None else plan
        optimizer[at] = rates
        return trainable, others, optimizer

    def _run_epoch(self, state, data, orders):
        step, size = self._model.train_step, self._batch_size
        return self._go_through(step, state, data, orders, size)

    def _run_evaluation(self, state, data):
        trainable, others, optimizer = state
        shape = jax.tree.leaves(data)[0].shape[:2]
        orders = jnp.broadcast_to(jnp.arange(shape[1]), shape)
        step, size = self._model.test_step, self._held_out_size
        new, logs = self._go_through(step, (trainable, others), data, orders, size)
        return (*new, optimizer), logs

    def _go_through(self, step, state, data, orders, size):
        """Take a step of Keras's with each batch; return the state and last logs."""
        members, rows = orders.shape
        full = rows // size
        metrics = [jnp.broadcast_to(v, (members, *v.shape)) for v in self._metrics]
        carry, logs = (*state, metrics), None

        def one(state, data, index):
            logs, state = step(state, jax.tree.map(lambda leaf: leaf[index], data))
            return logs, tuple(map(list, state))

        def together(carry, indices):
            logs, carry = jax.vmap(one)(carry, data, indices)
            return carry, logs

        if full:
            batches = orders[:, : full * size].reshape(members, full, size)
            carry, logs = jax.lax.scan(together, carry, batches.swapaxes(0, 1))
            logs = jax.tree.map(lambda values: values[-1], logs)
        if rows % size:
            carry, logs = together(carry, orders[:, full * size :])
        return carry[:-1], logs


class _Member(Guarded):
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

    def note(self, logs, weights, k):
        """Add the logs of an epoch to the history, and let callbacks stop here.

        Parameters
        ----------
        logs : dict of str to float
        weights : tuple of list of array or None
            Of all members; None where no member `looks`.
        k : int
            Number of this member.
        """
        if self.looks:
            self._put(weights, k)
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

    def finish(self, state, k):
        """Put the trained state into the model."""
        model = self._job.model
        self._put(state, k)
        if self._job.epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_variables)
        model.history = self._history
        for stop in self._stops:
            self._guard(stop.on_train_end)

    def _put(self, state, k):
        for part, values in zip(self._variables, state, strict=False):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value[k])


def _rows(job):
    """Return (x, y) or (x, y, sample_weight) as Keras sees them."""
    return _given(job.x, job.y, job.sample_weight)


def _held_out(job):
    return _given(*job.validation_data) if job.validation_data is not None else ()


def _given(*data):
    return tuple(as_keras(part) for part in data if part is not None)


def _stack(nests):
    return jax.tree.map(lambda *leaves: np.stack(leaves), *nests)


def _of_member(k, logs):
    return {name: values[k].tolist() for name, values in logs.items()}


def _advance(run, which, state, *data):
    """Run with some of the members; return the state of all, and the logs."""
    new, logs = run(state, *data)
    logs = {name: np.asarray(values) for name, values in logs.items()}
    return (new if which.all() else _select(which, new, state)), logs


def _select(which, new, old):
    def choose(n, o):
        return jnp.where(which.reshape(-1, *[1] * (n.ndim - 1)), n, o)

    return jax.tree.map(choose, new, old)
