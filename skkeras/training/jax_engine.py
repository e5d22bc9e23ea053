"""Fits of one architecture as one program, on Keras's JAX backend.

``Model.train_step`` is a function of its state there, so a step of many fits is
`jax.vmap` of it. Fits that differ in their number of rows have programs of their own,
and callbacks or validation leave a fit to ``Model.fit``.
"""

import time
from functools import partial

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import tree

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.clone import clone, compile_like
from skkeras.training.cost import why_alone
from skkeras.training.eligibility import Ineligible, check_job
from skkeras.training.job import Result, Training
from skkeras.training.memory import members_within_budget
from skkeras.training.order import draw_seed, epoch_order
from skkeras.training.penalties import Factors
from skkeras.training.planned_rate import is_watched, only_plan
from skkeras.training.rows import as_keras, n_rows
from skkeras.training.signature import signature

_programs = LeastRecentlyUsed(32)


def program_key(job):
    """Return what jobs have in common that one program trains.

    Raises
    ------
    Ineligible
        Where only `Model.fit` trains the job.
    """
    check_job(job)
    if is_watched(job):
        raise Ineligible("callbacks or progress output, on the JAX backend")
    if job.validation_data is not None:
        raise Ineligible("validation data, on the JAX backend")
    factors = tuple(Factors(job.model).numpy().tolist())
    return signature(job), factors, n_rows(job.x), job.shuffle


def parts(jobs):
    """Cut jobs of one key into those that are trained at a time."""
    model, size = jobs[0].model, 1
    if not _is_better_alone(model):
        size = members_within_budget(model, _rows(jobs[0]), jobs[0].batch_size)
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
        raise _not_compiled(error) from error
    return program.train(jobs)


def _not_compiled(error):
    line = str(error).strip().split("\n")[0]
    return Ineligible(f"{type(error).__name__}: {line}")


def _is_better_alone(model):
    layers = model._flatten_layers(include_self=False)
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
        self._model = model = clone(job.model)
        optimizer = job.model.optimizer
        compile_like(model, job.model, optimizer.from_config(optimizer.get_config()))
        few = tree.map_structure(lambda leaf: leaf[: job.batch_size], _rows(job))
        model._symbolic_build(data_batch=few)
        model.reset_metrics()
        variables, rate = model.optimizer.variables, model.optimizer._learning_rate
        self._rate_at = next((i for i, v in enumerate(variables) if v is rate), None)
        self._metrics = [v.value for v in model.metrics_variables]
        self._batch_size = job.batch_size
        self._epoch = jax.jit(self._run_epoch)
        self._compiled = {}

    def train(self, jobs):
        """Train some fits from their models' state to their ends."""
        members = [_Member(job) for job in jobs]
        data = _stack([_rows(job) for job in jobs])
        state = _stack([member.state for member in members])
        orders = _stack([member.order(0) for member in members])
        compiling = self._compile(len(jobs), state, data, orders)
        start = time.perf_counter()
        for epoch in range(max(member.epochs for member in members)):
            live = np.array([epoch < member.epochs for member in members])
            orders = _stack([member.order(epoch) for member in members])
            state = self._with_rates(state, members)
            new, logs = self._compiled[len(jobs)](state, data, orders)
            state = new if live.all() else _select(live, new, state)
            logs = {name: np.asarray(values) for name, values in logs.items()}
            for k in np.flatnonzero(live):
                members[k].note({name: v[k].tolist() for name, v in logs.items()})
        state = jax.tree.map(np.asarray, state)
        seconds = time.perf_counter() - start
        engine = "fused" if len(jobs) > 1 else "compiled"
        training = Training(engine, len(jobs), None, compiling, seconds)
        for k, member in enumerate(members):
            member.finish([[values[k] for values in part] for part in state])
        return [Result(member.history, training) for member in members]

    def _compile(self, members, *arguments):
        """Compile for a number of members, if not done before; return the seconds."""
        if members in self._compiled:
            return 0.0
        start = time.perf_counter()
        try:
            self._compiled[members] = self._epoch.lower(*arguments).compile()
        except Exception as error:
            raise _not_compiled(error) from error
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
        members, rows = orders.shape
        full, size = rows // self._batch_size, self._batch_size
        metrics = [jnp.broadcast_to(v, (members, *v.shape)) for v in self._metrics]
        carry, logs = (*state, metrics), None

        def step(carry, indices):
            logs, carry = jax.vmap(self._step)(carry, data, indices)
            return carry, logs

        if full:
            batches = orders[:, : full * size].reshape(members, full, size)
            carry, logs = jax.lax.scan(step, carry, batches.swapaxes(0, 1))
            logs = jax.tree.map(lambda values: values[-1], logs)
        if rows % size:
            carry, logs = step(carry, orders[:, full * size :])
        return carry[:3], logs

    def _step(self, state, data, index):
        batch = jax.tree.map(lambda leaf: leaf[index], data)
        logs, state = self._model.train_step(state, batch)
        return logs, tuple(map(list, state))


class _Member:
    """A job in training."""

    def __init__(self, job):
        self._job, self._plan = job, only_plan(job)
        self.epochs = job.epochs - job.initial_epoch
        self._seed = draw_seed() if job.seed is None else job.seed
        self._history = keras.callbacks.History()
        self._history.epoch = []
        self._rate = None
        if not job.model.optimizer.built:
            job.model.optimizer.build(job.model.trainable_variables)
        if self._plan is not None:
            self._rate = float(np.asarray(job.model.optimizer._learning_rate))

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

    def order(self, number):
        """Return the rows of one of its epochs, counted from 0."""
        epoch = self._job.initial_epoch + number
        return epoch_order(self._seed, epoch, n_rows(self._job.x), self._job.shuffle)

    def next_rate(self):
        """Return the learning rate of the epoch to come, None where it stays."""
        if self._plan is None or len(self._history.epoch) == self.epochs:
            return None
        epoch = self._job.initial_epoch + len(self._history.epoch)
        (self._rate,) = self._plan.rates(self._rate, [epoch])
        return self._rate

    def note(self, logs):
        """Add the logs of an epoch to the history."""
        if self._plan is not None:
            logs |= {"learning_rate": self._rate}
        self._history.epoch.append(self._job.initial_epoch + len(self._history.epoch))
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def finish(self, state):
        """Put the trained state into the model."""
        model = self._job.model
        for part, values in zip(self._variables, state, strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)
        if self.epochs > 0:
            model.optimizer.finalize_variable_values(model.trainable_variables)
        model.history = self._history


def _rows(job):
    """Return (x, y) or (x, y, sample_weight) as Keras sees them."""
    data = (job.x, job.y, job.sample_weight)
    return tuple(as_keras(part) for part in data if part is not None)


def _stack(nests):
    return jax.tree.map(lambda *leaves: np.stack(leaves), *nests)


def _select(live, new, old):
    def choose(n, o):
        return jnp.where(live.reshape(-1, *[1] * (n.ndim - 1)), n, o)

    return jax.tree.map(choose, new, old)
