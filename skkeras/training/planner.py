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
        offered = self._offered.setdefault(_outputs(job), (set(), set()))
        for own, everyones in zip(own_choices(job.model), offered, strict=True):
            everyones.update(own)

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
        jobs = [self._jobs[number] for _, numbers in parts for number in numbers]
        shape, alike = self._shape(any_shape, jobs, len(parts)), self._by_choices(parts)
        if shape is not None:
            key = SharedKey(any_shape, shape)
            self._known.append(key)
            yield key, parts
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

    def _shape(self, any_shape, jobs, n_programs):
        """Return the shape to share a program of, or None.

        Parameters
        ----------
        any_shape : tuple
        jobs : list of Job
        n_programs : int
            Programs needed if none is shared.
        """
        if len(jobs) == 1 and not self._is_search:
            return None
        known = [key.shape for key in self._known if key.any_shape == any_shape]
        there = {s: extra_seconds(jobs, s) for s in known if holds(s, jobs)}
        for shape in sorted(there, key=there.get):
            if _spend(any_shape, jobs, there[shape], n_programs * _COMPILING):
                return shape
        saved = n_programs - 1 or 0.5 * self._is_search
        activations, losses = self._offered[_outputs(jobs[0])]
        activations = activations.union(*(shape.activations for shape in known))
        losses = losses.union(*(shape.losses for shape in known))
        for shape in shapes_for(jobs, activations, losses):
            extra = extra_seconds(jobs, shape)
            if _spend(any_shape, jobs, extra, saved * _COMPILING):
                return shape
        return None


def _choices(job):
    return tuple(map(frozenset, own_choices(job.model)))


def _outputs(job):
    """Return a key of what a perceptron puts out, and of its targets."""
    head = [x for x in job.model.layers if type(x) is keras.layers.Dense][-1]
    return head.activation, head.units, spec(job.y)


def _spend(any_shape, jobs, extra, seconds):
    """Tell whether a larger shape costs less than compiling; it is saved only once."""
    own = [(hidden_widths(job.model), *_choices(job)) for job in jobs]
    spent = _spent.get((any_shape, jobs[0].batch_size, *own), lambda: [0.0])
    if spent[0] + extra >= seconds:
        return False
    spent[0] += extra
    return True
