"""Trains a population: fits that share a program, epoch by epoch."""

import time
from contextlib import contextmanager

import numpy as np

from skkeras.training.audit.general_position import in_general_position
from skkeras.training.audit.steps import (
    Audit,
    Different,
    Outcome,
    Unproven,
    note_proof,
    provers,
)
from skkeras.training.population.threads import Stopped
from skkeras.training.routing.cost import check_measured_cost
from skkeras.training.routing.eligibility import Ineligible, reason_of
from skkeras.training.rows.concatenated import ConcatenatedRows

_MOVE = 1e-2  # of weights: far more than rounding, and little for a net


@contextmanager
def _of_one_fit(member):
    """Raise what a user's own code raises as `Unproven`: it may be due to the rows."""
    try:
        yield
    except Ineligible:
        raise
    except Exception as error:
        raise Unproven(reason_of(error), member) from error


class Population:
    """Fits of one architecture in training.

    Parameters
    ----------
    programs : ProgramsBySize
        Source of programs.
    members : list of Member
    capacity : int, default=None
        Size of the program to begin with, if larger than needed.

    Attributes
    ----------
    due : list of Member
        Those that a rung is to hear of.
    """

    def __init__(self, programs, members, capacity=None):
        self._programs, self._least_capacity = programs, capacity or 1
        self._slots, self.due = list(members), []
        self.compile_seconds = 0.0
        self._load_rows()
        self._prove()

    def train(self, stop):
        """Train all members to their next rungs, or to their ends.

        Parameters
        ----------
        stop : threading.Event
            Set when nobody waits for the end any more.
        """
        for _, member in self._live():
            member.begin()
        self._state = self._stacked_state()
        self._retire()
        while any(self._slots):
            if stop.is_set():
                raise Stopped
            self._epochs()
            self._retire()
            self._shrink()

    @property
    def unfinished(self):
        """Members that have not been trained to a rung or to their ends."""
        return [member for _, member in self._live()]

    def _live(self):
        return [(k, m) for k, m in enumerate(self._slots) if m is not None]

    def _load_rows(self):
        """Concatenate the rows and compile for their shapes."""
        members = [m for m in self._slots if m is not None]
        capacity = self._programs.capacity(max(len(members), self._least_capacity))
        self._slots = members + [None] * (capacity - len(members))
        training, held_out = self._programs.layouts
        lengths, held_out_lengths = self._programs.lengths
        leaves = [m.leaves for m in members]
        sizes = [m.job.batch_size for m in members]
        counts = [m.n_rows for m in members]
        n_orders = len({_first_batches(m) for m in members})
        self._rows = ConcatenatedRows.of(
            leaves, counts, sizes, training, capacity, lengths, n_orders
        )
        if held_out:
            leaves = [m.held_out for m in members]
            counts = [len(member[0]) for member in leaves]
            sizes = [m.validation_batch_size for m in members]
            held_out = ConcatenatedRows.of(
                leaves, counts, sizes, held_out, capacity, held_out_lengths
            )
        self._held_out = held_out
        self._program = self._programs.program(capacity)
        self._room = 1 if any(m.watched for m in members) else self._rows.epochs_at_once
        passes = [self._rows.passes({}, self._room)]
        if self._held_out:
            natural = {k: [np.arange(len(m.held_out[0]))] for k, m in self._live()}
            self._evaluation = self._held_out.passes(natural)
            passes.append(self._held_out_pass([False] * self._room))
        self._audits = {}
        self.compile_seconds += self._program.compile(
            *passes, meanwhile=self._prepare_audits
        )

    def _prepare_audits(self):
        """Let Keras take its steps for the members that were to prove the program."""
        for member in provers(self.unfinished, self._program.is_proven):
            if member.reference is not None:
                self._audits[member] = self._audit(member)

    def _prove(self):
        """Compare the program with Keras, where it is new to some of the members."""
        with self._program.proving:
            due = provers(self.unfinished, self._program.is_proven)
            if due:
                start = time.perf_counter()
                self._prove_by(due)
                self.compile_seconds += time.perf_counter() - start

    def _prove_by(self, members):
        for member in members:
            if member.reference is None:
                member.prepare_proof()
        try:
            self._compare(members)
        except Different as difference:
            if not difference.at_a_kink:
                raise
            models = [member.reference.model for member in members]
            with in_general_position(models, _MOVE):
                self._compare(members)
        self._program.is_proven = True
        self._programs.witnesses = 0
        note_proof(members)

    def _compare(self, members):
        """Raise `Ineligible` where the program differs from Keras, or is slower."""
        audits = {
            self._slots.index(m): self._audits.pop(m, None) or self._audit(m)
            for m in members
        }
        outcomes, step_seconds = self._try_out()
        for k, audit in audits.items():
            with _of_one_fit(self._slots[k]):
                audit.check(outcomes(k))
            check_measured_cost(step_seconds, audit, lambda: self._try_out()[1])

    def _audit(self, member):
        with _of_one_fit(member):
            return self._audit_of(member)

    def _audit_of(self, member):
        training, held_out = self._programs.layouts
        size = member.job.batch_size
        batches = training.batches(member.leaves, member.first_rows(training), size)
        if held_out:
            rows = member.held_out_rows_to_try(held_out)
            held_out = held_out.batches(
                member.held_out, rows, member.validation_batch_size
            )
        return Audit(member, self._programs.template, batches, held_out or [])

    def _try_out(self):
        """Take the steps of an audit with all members.

        Returns
        -------
        outcomes : callable
            Gives the outcome in a slot.
        step_seconds : float
            What a step of one member takes.
        """
        live = self._live()
        members = {_first_batches(m): m for _, m in live}
        training, held_out = self._programs.layouts
        first = {at: [m.first_rows(training)] for at, m in members.items()}
        orders = {k: first[_first_batches(m)] for k, m in live}
        passes = [self._rows.passes(orders, self._room)]
        if self._held_out:
            natural = {k: [m.held_out_rows_to_try(held_out)] for k, m in live}
            passes.append(self._at_steps(self._held_out.passes(natural), [True]))
        state = self._stacked_state(trying=True)
        rates = np.zeros((self._room, len(self._slots)))
        for k, member in live:
            rates[:, k] = member.learning_rate
        state, *logs = self._program(1, rates, state, *passes)
        logs = [values[0] for part in logs for values in part]
        steps = max(
            -(-len(rows) // m.job.batch_size)
            for (_, m), (rows,) in zip(live, orders.values(), strict=True)
        )
        seconds = self._program.epoch_seconds / (steps * len(live))
        self._program.epoch_seconds = 0.0  # this was none of a fit
        return lambda k: Outcome(_of_member(state, k), _of_member(logs, k)), seconds

    def _stacked_state(self, trying=False):
        """Stack the values of the members' variables; empty slots repeat the first.

        Parameters
        ----------
        trying : bool, default=False
            Whether to take those of references, where there are some, and to draw no
            random numbers.
        """
        first = self.unfinished[0]
        members = [m or first for m in self._slots]
        columns = zip(*(_variables_of(m, trying) for m in members), strict=True)
        state = [np.stack([v.numpy() for v in column]) for column in columns]
        at = self._programs.template.drawing_at
        if at is not None:
            state[at] = np.full_like(state[at], not trying)
        return state

    def _epochs(self):
        """Train some epochs: one, where callbacks watch."""
        live = self._live()
        for _, member in live:
            member.begin_epoch()
        self._take_changes(live)
        count = min(self._room, *(m.until - m.epoch for _, m in live))
        drawn = {}
        orders = {k: m.orders(count, drawn) for k, m in live if m.error is None}
        due = {k: m.evaluations(count) for k, m in live}
        passes = [self._rows.passes(orders, self._room)]
        if self._held_out:
            anyone = np.any(list(due.values()), axis=0)
            passes.append(self._held_out_pass(anyone))
        rates = np.zeros((self._room, len(self._slots)))
        for k, member in live:
            rates[:count, k] = member.rates(count)
        self._state, *logs = self._program(count, rates, self._state, *passes)
        logs, held_out_logs = logs
        self._write(live)
        for k, member in live:
            for e in range(count):
                evaluated = _of_member(held_out_logs, (e, k)) if due[k][e] else None
                member.end_epoch(_of_member(logs, (e, k)), evaluated)
        self._take_changes([(k, m) for k, m in live if m.writes or m.done or m.is_due])

    def _held_out_pass(self, due):
        """Return the pass over held-out rows, run after the epochs that are due."""
        return self._at_steps(self._evaluation, due)

    def _at_steps(self, evaluation, due):
        steps = np.full(self._room, -1, np.int32)
        steps[: len(due)][due] = evaluation.steps[0]
        return evaluation._replace(steps=steps)

    def _write(self, live):
        """Put into the models what their callbacks may look at."""
        watched = [(k, m) for k, m in live if m.watched]
        if watched:
            for k, member in watched:
                member.write(_of_member(self._state, k), everything=member.reads)

    def _take_changes(self, live):
        """Take into the state what callbacks have changed in their models."""
        watched = [(k, m) for k, m in live if m.watched]
        if not watched:
            return
        changed = {}
        for k, member in watched:
            for i, value in member.changes(_of_member(self._state, k)).items():
                changed.setdefault(i, self._state[i].copy())[k] = value
        for i, value in changed.items():
            self._state[i] = value

    def _retire(self):
        """Remove those that are done or due, once their models have their state."""
        leaving = [(k, m) for k, m in self._live() if m.done or m.is_due]
        if leaving:
            for k, member in leaving:
                member.write(_of_member(self._state, k), everything=True)
                if member.is_due:
                    self.due.append(member)
                else:
                    member.end()
                self._slots[k] = None

    def _shrink(self):
        """Go on with a smaller program where enough members have left."""
        staying = [k for k, _ in self._live()]
        if not staying:
            return
        epochs = max(m.until - m.epoch for _, m in self._live())
        capacity = len(self._slots)
        if not self._programs.should_shrink(capacity, len(staying), epochs):
            return
        before = dict(vars(self))
        try:
            self._go_on_in(self._programs.capacity(len(staying)), staying)
        except Ineligible:
            self._programs.too_small.add(self._programs.capacity(len(staying)))
            vars(self).update(before)

    def _go_on_in(self, capacity, staying):
        """Go on with a program of another size, if it can be proven."""
        if not all(member.watched for member in self.unfinished):
            raise Ineligible("a fit without a model of its own cannot prove a program")
        rows = staying + staying[:1] * (capacity - len(staying))
        self._state = [value[rows] for value in self._state]
        self._least_capacity = 1
        self._load_rows()
        self._prove()


def _first_batches(member):
    """Return what is equal where fits begin with the same batches."""
    job = member.job
    return member.source_of_orders, job.initial_epoch, job.batch_size


def _variables_of(member, trying):
    is_compared = trying and member.reference is not None
    return (member.reference if is_compared else member).variables


def _of_member(values, at):
    return [value[at] for value in values]
