"""An epoch of many fits as one program: `jax.vmap` of Keras's own step."""

import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from keras import tree

from skkeras.training.audit.jax_products import exact_products, rounds_factors
from skkeras.training.audit.jax_steps import batches_of, check_epoch
from skkeras.training.engines.jax_devices import Place
from skkeras.training.engines.jax_member import Member
from skkeras.training.job import Result, Training
from skkeras.training.keras_internals.adopted import adopt_constants
from skkeras.training.keras_internals.models import build_by_batch
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.program.clone import clone, compile_like
from skkeras.training.routing.eligibility import Ineligible, reason_of
from skkeras.training.rows.arrays import as_keras


class Program:
    """An epoch of any number of fits of one architecture.

    Parameters
    ----------
    job : Job
        One of the key; the program keeps a copy of its model.
    """

    def __init__(self, job):
        few = tree.map_structure(lambda leaf: leaf[: job.batch_size], rows_of(job))
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
        self._compiled, self._proven = {}, set()  # by place

    def train(self, jobs):
        """Train some fits from their models' state to their ends."""
        members, place = [Member(job) for job in jobs], Place.of(len(jobs))
        # The first again, where devices have places left.
        slots = [*range(len(jobs)), *[0] * (place.size - len(jobs))]
        # On their device once, not in each epoch anew.
        data, held_out = (
            place.put(_stack([part(jobs[k]) for k in slots]))
            for part in (rows_of, held_out_of)
        )
        state = jax.device_get([member.state for member in members])
        state = _stack([state[k] for k in slots])
        orders = _orders(members, slots)
        compiling = self._compile(place, state, data, orders, held_out)
        run_epoch, run_evaluation = self._compiled[place]
        if place not in self._proven:
            compiling += self._prove(place, jobs[0], run_epoch, state, data, orders)
        start = time.perf_counter()
        while (live := np.array([not member.done for member in members])).any():
            orders = _orders(members, slots)
            due = live & [member.is_to_be_evaluated for member in members]
            state = self._with_rates(state, members)
            advance = partial(_advance, place.select)
            state, logs = advance(live[slots], run_epoch, state, data, orders)
            if due.any():
                state, seen = advance(due[slots], run_evaluation, state, held_out)
            weights = place.reader(state[:2])
            for k in np.flatnonzero(live):
                own = _of_member(k, logs)
                if due[k]:
                    own |= {f"val_{name}": v for name, v in _of_member(k, seen).items()}
                members[k].note(own, partial(weights, k))
        state = jax.block_until_ready(state)
        seconds = time.perf_counter() - start
        engine = "fused" if len(jobs) > 1 else "compiled"
        training = Training(engine, len(jobs), None, compiling, seconds)
        own_state = place.reader(state)
        for k, member in enumerate(members):
            member.finish(own_state(k))
        return [Result(m.history, training, m.error) for m in members]

    def _compile(self, place, state, data, orders, held_out):
        """Compile for a number of members, if not done before; return the seconds."""
        if place in self._compiled:
            return 0.0
        start = time.perf_counter()
        run = _compiled(place, self._run_epoch, state, data, orders)
        evaluate = held_out and _compiled(place, self._run_evaluation, state, held_out)
        self._compiled[place] = run, evaluate
        return time.perf_counter() - start

    def _prove(self, place, job, run_epoch, state, data, orders):
        """Compare an epoch of the first member with Keras; return the seconds."""
        start, is_rounded = time.perf_counter(), rounds_factors()
        with exact_products():
            if is_rounded:
                run_epoch = _compiled(place, self._run_epoch, state, data, orders)
            new, logs = jax.tree.map(
                lambda v: np.asarray(v[0]), run_epoch(state, data, orders)
            )
            batches = batches_of(rows_of(job), orders[0], self._batch_size)
            check_epoch(job.model, batches, (*new, logs))
        self._proven.add(place)
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


def rows_of(job):
    """Return (x, y) or (x, y, sample_weight) as Keras sees them."""
    return _given(job.x, job.y, job.sample_weight)


def held_out_of(job):
    """Return the held-out rows likewise, () where there are none."""
    return _given(*job.validation_data) if job.validation_data is not None else ()


def _given(*data):
    return tuple(as_keras(part) for part in data if part is not None)


def _orders(members, slots):
    orders = [member.next_order() for member in members]
    return np.stack([orders[k] for k in slots])


def _compiled(place, run, *arguments):
    try:
        return place.compiled(run, *arguments)
    except Exception as error:
        raise Ineligible(reason_of(error)) from error


def _stack(nests):
    return jax.tree.map(lambda *leaves: np.stack(leaves), *nests)


def _of_member(k, logs):
    return {name: values[k].tolist() for name, values in logs.items()}


def _advance(select, which, run, state, *data):
    """Run with some of the members; return the state of all, and the logs."""
    new, logs = run(state, *data)
    logs = {name: np.asarray(values) for name, values in logs.items()}
    return (new if which.all() else select(which, new, state)), logs
