"""Which program trains which of the fits that differ in shape alone."""

from typing import NamedTuple

import keras

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.shape import (
    Shape,
    extra_seconds,
    holds,
    own_choices,
    shapes_for,
)
from skkeras.training.signature import spec
from skkeras.training.widths import hidden_widths

_COMPILING = 1.0  # seconds
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
        self._offered = {}

    def offer(self, job):
        """Let all with such outputs choose what this job has."""
        own = own_choices(job)
        offered = self._offered.setdefault(_outputs(job), [set() for _ in own])
        for mine, everyones in zip(own, offered, strict=True):
            everyones.update(mine)

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
        """Return lists of the parts that have the same activations and loss."""
        alike = {}
        for signature, numbers in parts:
            choices = _choices(self._jobs[numbers[0]])
            alike.setdefault(choices, []).append((signature, numbers))
        return list(alike.values())

    def _are_known(self, any_shape, alike):
        """Tell whether there are programs for each of several choices."""
        shapes = [self._known_shape(any_shape, parts) for parts in alike]
        return len(alike) > 1 and None not in shapes

    def _known_shape(self, any_shape, parts):
        """Return the shape of a program there is to train parts by, or None."""
        jobs, saved = self._jobs_of(parts), len(parts) * _COMPILING
        if len(jobs) == 1 and not self._is_search:
            return None
        (spent,) = _spent_for(any_shape, jobs)
        there = [s for s in self._shapes(any_shape) if holds(s, jobs)]
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
        saved = (len(parts) - 1 or 0.5 * self._is_search) * _COMPILING
        (spent,) = _spent_for(any_shape, jobs)
        shapes = shapes_for(jobs, others)
        return next((s for s in shapes if spent + extra_seconds(jobs, s) < saved), None)

    def _take(self, any_shape, shape, parts):
        """Return the key of a shape that is taken for parts."""
        jobs, key = self._jobs_of(parts), SharedKey(any_shape, shape)
        _spent_for(any_shape, jobs)[0] += extra_seconds(jobs, shape)
        if key not in self._known:
            self._known.append(key)
        return key

    def _shapes(self, any_shape):
        return [key.shape for key in self._known if key.any_shape == any_shape]

    def _jobs_of(self, parts):
        return [self._jobs[number] for _, numbers in parts for number in numbers]


def _choices(job):
    return tuple(map(frozenset, own_choices(job)))


def _outputs(job):
    """Return a key of what a perceptron puts out, and of its targets."""
    head = [x for x in job.model.layers if type(x) is keras.layers.Dense][-1]
    return getattr(head.activation, "__name__", None), head.units, spec(job.y)


def _spent_for(any_shape, jobs):
    """Return a list of the seconds that larger shapes have cost such jobs so far.

    Compiling is saved only once.
    """
    own = [(hidden_widths(job.model), *_choices(job)) for job in jobs]
    return _spent.get((any_shape, jobs[0].batch_size, *own), lambda: [0.0])
