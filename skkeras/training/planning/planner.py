"""Which program trains which of the fits that differ in shape alone."""

from typing import NamedTuple

import keras

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.hyperparameters.widths import hidden_widths
from skkeras.training.planning.shape import (
    Shape,
    extra_seconds,
    holds,
    own_choices,
    shapes_for,
)
from skkeras.training.planning.signature import spec
from skkeras.training.routing.cost import COMPILING

_spent = LeastRecentlyUsed(1024)  # seconds, by what had no program of its own


class SharedKey(NamedTuple):
    """Key of a program for models of any shape that its own holds.

    Parameters
    ----------
    any_shape : tuple
        What the signatures of the models have in common.
    shape : Shape
        Of the program.
    """

    any_shape: tuple
    shape: Shape


class Planner:
    """Finds programs for jobs that are trained at the same time.

    Parameters
    ----------
    jobs : list of Job
    known : list of SharedKey
        Of the programs there are.
    is_search : bool
        Whether several architectures are trained at the time, as in a search: what
        comes next may then fit in, too.
    """

    def __init__(self, jobs, known, is_search):
        self._jobs, self._known, self._is_search = jobs, list(known), is_search
        self._own, self._offered = {}, {}

    def offer(self, signature, job):
        """Offer what the jobs of a signature have to all jobs with such outputs.

        Parameters
        ----------
        signature : tuple
        job : Job
            Any of those.

        Returns
        -------
        tuple of set
            What `own_choices` gives of each of them.
        """
        own = own_choices(job)
        self._own[signature] = tuple(map(frozenset, own))
        offered = self._offered.setdefault(_outputs(job), [set() for _ in own])
        for mine, everyones in zip(own, offered, strict=True):
            everyones.update(mine)
        return own

    def plan(self, any_shape, parts):
        """Yield programs for jobs of one batch size that could share one.

        Parameters
        ----------
        any_shape : tuple
            What the jobs have in common.
        parts : list of (signature, list of int)
            The jobs' numbers, by their signatures; all have been offered.

        Yields
        ------
        key : SharedKey or None
            None where each is trained by a program of its own.
        parts : list of (signature, list of int)
            Those of `parts` that are meant.
        """
        alike, shape = self._by_choices(parts), self._known_shape(any_shape, parts)
        if shape is None and not self._are_known(any_shape, alike):
            shape = self._new_shape(any_shape, parts)
        if shape is not None:
            yield self._take(any_shape, shape, parts), parts
        elif len(alike) > 1:
            for some in alike:
                yield from self.plan(any_shape, some)
        else:
            yield None, parts

    def _by_choices(self, parts):
        """Return lists of the parts that have the same choices."""
        alike = {}
        for signature, numbers in parts:
            alike.setdefault(self._own[signature], []).append((signature, numbers))
        return list(alike.values())

    def _are_known(self, any_shape, alike):
        """Return whether there are programs for each of several choices."""
        shapes = [self._known_shape(any_shape, parts) for parts in alike]
        return len(alike) > 1 and None not in shapes

    def _known_shape(self, any_shape, parts):
        """Return the shape of a program there is to train parts by, or None."""
        jobs, saved = self._jobs_of(parts), len(parts) * COMPILING
        if len(jobs) == 1 and not self._is_search:
            return None
        (spent,), own = self._spent_for(any_shape, parts), self._choices_of(parts)
        there = [s for s in self._shapes(any_shape) if holds(s, jobs, own)]
        extra = {shape: spent + extra_seconds(jobs, shape) for shape in there}
        return min((s for s in there if extra[s] < saved), key=extra.get, default=None)

    def _new_shape(self, any_shape, parts):
        """Return the shape of a program to compile for all parts, or None."""
        jobs = self._jobs_of(parts)
        if len(jobs) == 1 and not self._is_search:
            return None
        known, offered = self._shapes(any_shape), self._offered[_outputs(jobs[0])]
        choices = zip(offered, *(shape.choices for shape in known), strict=True)
        others = [some.union(*more) for some, *more in choices]
        saved = (len(parts) - 1 or 0.5 * self._is_search) * COMPILING
        (spent,) = self._spent_for(any_shape, parts)
        shapes = shapes_for(jobs, self._choices_of(parts), others)
        return next((s for s in shapes if spent + extra_seconds(jobs, s) < saved), None)

    def _take(self, any_shape, shape, parts):
        """Return the key of a shape that is taken for parts."""
        key = SharedKey(any_shape, shape)
        extra = extra_seconds(self._jobs_of(parts), shape)
        self._spent_for(any_shape, parts)[0] += extra
        if key not in self._known:
            self._known.append(key)
        return key

    def _shapes(self, any_shape):
        return [key.shape for key in self._known if key.any_shape == any_shape]

    def _jobs_of(self, parts):
        return [self._jobs[number] for _, numbers in parts for number in numbers]

    def _choices_of(self, parts):
        each = [self._own[signature] for signature, _ in parts]
        return [set().union(*some) for some in zip(*each, strict=True)]

    def _spent_for(self, any_shape, parts):
        """Return a list of the seconds that larger shapes have cost such jobs so far.

        Compiling is saved only once.
        """
        firsts = [self._jobs[numbers[0]] for _, numbers in parts]
        such = [
            (hidden_widths(job.model), len(numbers), self._own[signature])
            for job, (signature, numbers) in zip(firsts, parts, strict=True)
        ]
        key = any_shape, firsts[0].batch_size, *such
        return _spent.get(key, lambda: [0.0])


def _outputs(job):
    """Return a key of what a perceptron puts out, and of its targets."""
    head = [x for x in job.model.layers if type(x) is keras.layers.Dense][-1]
    return getattr(head.activation, "__name__", None), head.units, spec(job.y)
