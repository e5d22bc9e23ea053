"""Which program trains which of the fits that differ in hyperparameters alone."""

from itertools import product
from typing import NamedTuple

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.hyperparameters.base import Covers
from skkeras.training.planning.signature import spec
from skkeras.training.routing.cost import COMPILING
from skkeras.training.rows.selected import n_selected

SPENT = LeastRecentlyUsed(1024)  # seconds, by what had no program of its own


class SharedKey(NamedTuple):
    """Key of a program for all jobs that it covers.

    Parameters
    ----------
    common : tuple
        What the jobs must agree in.
    covers : Covers
        Of the program.
    """

    common: tuple
    covers: Covers


class Fits(NamedTuple):
    """Jobs of one signature.

    Parameters
    ----------
    signature : tuple
    jobs : list of Job
    numbers : list of int
        Of the jobs.
    values : dict of CoveredHyperparameter to Hashable
        Of each of the jobs.
    """

    signature: tuple
    jobs: list
    numbers: list
    values: dict


class Planner:
    """Finds programs for jobs that are trained at the same time.

    Parameters
    ----------
    everyone : list of Fits
        All of them.
    known : list of SharedKey
        Of the programs there are.
    is_search : bool
        Whether several architectures are trained at the time, as in a search: what
        comes next may then be covered, too.
    """

    def __init__(self, everyone, known, is_search):
        self._known, self._is_search = list(known), is_search
        self._offered = {}
        for fits in everyone:
            for each, value in fits.values.items():
                key = each.name, _outputs(fits.jobs[0])
                self._offered.setdefault(key, set()).add(value)

    def plan(self, common, parts):
        """Yield programs for jobs that could share one.

        Parameters
        ----------
        common : tuple
            What the jobs have in common.
        parts : list of Fits

        Yields
        ------
        key : SharedKey or None
            None where each is trained by a program of its own.
        parts : list of Fits
            Those of `parts` that are meant.
        """
        apart, covers = _apart(parts), self._known_covers(common, parts)
        if covers is None and not self._are_known(common, apart):
            covers = self._new_covers(common, parts)
        if covers is not None:
            yield self._take(common, covers, parts), parts
        elif len(apart) > 1:
            for some in apart:
                yield from self.plan(common, some)
        else:
            yield None, parts

    def _are_known(self, common, apart):
        """Return whether there are programs for each of several parts."""
        known = (self._known_covers(common, parts) for parts in apart)
        return len(apart) > 1 and None not in known

    def _known_covers(self, common, parts):
        """Return what a program there is covers that may train parts, or None."""
        if self._is_single(parts):
            return None
        spent, saved = self._spent_for(common, parts)[0], len(parts) * COMPILING
        there = [c for c in self._all_covers(common) if _serve(c, parts)]
        extra = {covers: spent + _extra_seconds(parts, covers) for covers in there}
        return min((c for c in there if extra[c] < saved), key=extra.get, default=None)

    def _new_covers(self, common, parts):
        """Return what a program to compile for all parts should cover, or None."""
        if self._is_single(parts):
            return None
        saved = (len(parts) - 1 or 0.5 * self._is_search) * COMPILING
        spent = self._spent_for(common, parts)[0]
        for covers in self._possible_covers(common, parts):
            if spent + _extra_seconds(parts, covers) < saved:
                return covers
        return None

    def _possible_covers(self, common, parts):
        """Yield what a program for all parts could cover, those preferred first."""
        known, hyperparameters = self._all_covers(common), list(parts[0].values)
        outputs, candidates = _outputs(parts[0].jobs[0]), []
        for each in hyperparameters:
            values = {fits.values[each] for fits in parts}
            others = self._offered[each.name, outputs].union(
                each.most_of(covers.get(each.name)) for covers in known
            )
            candidates.append(list(each.cover(values, others)))
        names = [each.name for each in hyperparameters]
        for covered in product(*candidates):
            yield Covers(zip(names, covered, strict=True))

    def _take(self, common, covers, parts):
        """Return the key of what is taken for parts."""
        key = SharedKey(common, covers)
        self._spent_for(common, parts)[0] += _extra_seconds(parts, covers)
        if key not in self._known:
            self._known.append(key)
        return key

    def _is_single(self, parts):
        """Return whether parts are one fit, and nothing will come that is like it."""
        return sum(len(fits.jobs) for fits in parts) == 1 and not self._is_search

    def _all_covers(self, common):
        return [key.covers for key in self._known if key.common == common]

    def _spent_for(self, common, parts):
        """Return a list of the seconds that larger programs have cost such jobs so far.

        Compiling is saved only once.
        """
        such = [(len(fits.jobs), *fits.values.values()) for fits in parts]
        return SPENT.get((common, *such), lambda: [0.0])


def _apart(parts):
    """Return parts by their values of the first hyperparameter they differ in.

    Large values first: their programs may do for smaller ones, too.
    """
    for each in parts[0].values:
        by_value = {}
        for fits in parts:
            by_value.setdefault(fits.values[each], []).append(fits)
        if len(by_value) > 1:
            return each.largest_first(by_value)
    return [parts]


def _serve(covers, parts):
    """Return whether a program can train all jobs of parts."""
    return all(
        each.serves(covers.get(each.name), value)
        for fits in parts
        for each, value in fits.values.items()
    )


def _extra_seconds(parts, covers):
    """Estimate what the arithmetic takes that jobs of their own programs had not."""
    return sum(
        each.extra_seconds(covers, fits.jobs[0]) * _rows_trained(fits.jobs)
        for fits in parts
        for each in fits.values
    )


def _rows_trained(jobs):
    """Return how many rows all epochs of some jobs have."""
    return sum(n_selected(job) * (job.epochs - job.initial_epoch) for job in jobs)


def _outputs(job):
    """Return a key of what a model puts out, and of its targets."""
    head = getattr(job.model.layers[-1], "activation", None)
    shape = tuple(tuple(tensor.shape) for tensor in job.model.outputs)
    return getattr(head, "__name__", None), shape, spec(job.y)
