"""Programs of one architecture, for populations of several sizes."""

import math

import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.audit.steps import provers
from skkeras.training.hyperparameters.base import Covers
from skkeras.training.keras_internals.batch_normalization import normalize_real_rows
from skkeras.training.program.independence import TRIED, rows_are_independent
from skkeras.training.program.program import Program, tracing
from skkeras.training.program.template import make_template
from skkeras.training.routing.cost import COMPILING
from skkeras.training.routing.eligibility import Ineligible
from skkeras.training.rows.batches import Layout

# What fewer members gain by a thread of their own they lose by fusing less.
_LEAST_SHARE = 5
_STEP = 3e-5  # seconds of a step, however few members it has
# Sizes of populations that programs are compiled for.
_CAPACITIES = (*range(1, 7), 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128)


class Family:
    """A template and the programs that train populations of it.

    Parameters
    ----------
    job : Job
        One of the signature; the family keeps nothing of it.
    rows, held_out : tuple of (x, y, sample_weight)
        Its rows as Keras sees them; `held_out` may be None.
    covers : Covers, default=None
        What members may have of hyperparameters; what the job has where None.

    Raises
    ------
    Ineligible
        Where the job's model cannot be traced from a clone.
    """

    def __init__(self, job, rows, held_out, covers=None):
        covers = covers or Covers()
        batch_size = covers.get("batch_size", job.batch_size)
        few = _spread(rows, TRIED)
        with tracing:
            self.template = make_template(job, few, covers)
            normalize_real_rows(self.template.model)
            self.independent = rows_are_independent(self.template, few)
        self._batch_sizes = batch_size, job.validation_batch_size or batch_size
        self._structures = (_row_specs(rows), held_out and _row_specs(held_out))
        self._groups = {}

    def check_batch_size(self, job):
        """Raise `Ineligible` where a job's batches would have to be filled up in vain.

        Parameters
        ----------
        job : Job
        """
        if job.batch_size != self._batch_sizes[0] and not self.independent:
            raise Ineligible("what a row gives depends on the other rows of its batch")

    def group(self, n_rows, n_held_out):
        """Return the programs for members of these numbers of rows.

        Members share a program whatever their rows, unless the last batch must be
        trained at its true size.
        """
        counts = (n_rows, n_held_out)
        if self.independent:
            remainders = (None, None)
        else:
            remainders = tuple(
                n % size for n, size in zip(counts, self._batch_sizes, strict=True)
            )
        layouts = tuple(
            structure and Layout(structure, size, remainder)
            for structure, size, remainder in zip(
                self._structures, self._batch_sizes, remainders, strict=True
            )
        )
        if remainders not in self._groups:
            self._groups[remainders] = Group(self.template, layouts)
        return self._groups[remainders]


class Group:
    """Programs of a family for one way of cutting rows into batches.

    Parameters
    ----------
    template : Template
    layouts : tuple of (Layout, Layout or None)
        Of training and of held-out rows.

    Attributes
    ----------
    lengths : tuple of set of int
        Lengths of training and of held-out arrays that programs were compiled for.
    too_small : set of int
        Capacities that no population may shrink to.
    not_fusable : str or None
        Why members of this group can only be compiled alone, where that was found.
    """

    def __init__(self, template, layouts):
        self.template, self.layouts = template, layouts
        self.not_fusable, self.too_small = None, set()
        self.lengths = tuple(set() for _ in layouts)
        self._programs = {}
        self._promised = set()  # capacities of programs that someone is to prove
        self._planned = set()  # capacities of programs that may be yet to come
        self._spent = {}  # seconds, by the capacity that had no program of its own

    def capacity(self, members):
        """Return the size of the program that should train this many members.

        One that exists and is not too large is better than one yet to be compiled.
        """
        fits = [c for c in _CAPACITIES if c >= members]
        if not fits:
            return -(-members // 32) * 32
        ready = [c for c in fits if c in self._programs and c <= 1.3 * members]
        return min(ready, default=fits[0])

    def share(self, members, threads, epochs, steps, most=math.inf):
        """Return how many members to train in a population.

        Those of a program that exists or is planned, where running it with more or
        fewer members than would be best takes less time than compiling another.

        Parameters
        ----------
        members : int
            Those that wait.
        threads : int
            Populations that may train at a time.
        epochs : int
            Those that each trains.
        steps : int
            Of an epoch.
        most : int, default=math.inf
            Members that there is memory for; more are not planned with.
        """
        parts = max(1, min(threads, members // _LEAST_SHARE))
        wanted = self.capacity(-(-members // parts))
        known = self._planned.union(self._programs)
        if wanted in known or members == 1:
            return wanted
        least, spent = min(members, _LEAST_SHARE), self._spent.get(wanted, 0.0)
        seconds = {}
        for capacity in (c for c in known if c >= least):
            rounds = -(-members // (capacity * threads))
            longer, saved = self._costs(capacity, wanted, rounds, epochs, steps)
            if spent + longer <= saved:
                seconds[capacity] = longer
        chosen = min(seconds, key=seconds.get, default=wanted)
        self._spent[wanted] = spent + seconds.get(chosen, 0.0)
        if chosen <= most:
            self._planned.add(chosen)
        return chosen

    def _costs(self, capacity, wanted, rounds, epochs, steps):
        """Return the seconds another capacity takes longer, and those of compiling."""
        program = self._programs.get(capacity)
        if program is not None and program.epoch_seconds:
            one_round = epochs * program.epoch_seconds
            return one_round * (rounds - wanted / capacity), program.compile_seconds
        if capacity > wanted:
            return math.inf, COMPILING
        return (rounds - 1) * epochs * steps * _STEP, COMPILING

    def provers(self, members, least_capacity):
        """Return the members that must have models before they are trained.

        Parameters
        ----------
        members : list of Member
            Of one population.
        least_capacity : int or None
            Of its program.
        """
        capacity = self.capacity(max(len(members), least_capacity or 1))
        is_promised = capacity in self._promised
        self._promised.add(capacity)
        return provers(members, is_promised)

    def should_shrink(self, capacity, members, epochs):
        """Return whether a smaller program pays for the epochs that are left."""
        smaller = self.capacity(members)
        if smaller > 0.7 * capacity or smaller in self.too_small:
            return False
        if smaller in self._programs:
            return True
        current = self._programs[capacity]
        saving = epochs * current.epoch_seconds * 0.5 * (1 - smaller / capacity)
        return saving > current.compile_seconds

    def program(self, capacity):
        """Return the program for a number of members, traced when first asked for."""
        with tracing:
            if capacity not in self._programs:
                self._programs[capacity] = Program(
                    self.template, capacity, *self.layouts
                )
            return self._programs[capacity]


def _spread(rows, count):
    """Return some rows from all over."""

    def take(array):
        if array is None:
            return None
        return array[np.linspace(0, len(array) - 1, min(count, len(array))).astype(int)]

    return tree.map_structure(take, rows)


def _row_specs(rows):
    return tree.map_structure(
        lambda a: None if a is None else tf.TensorSpec(a.shape[1:], a.dtype), rows
    )
