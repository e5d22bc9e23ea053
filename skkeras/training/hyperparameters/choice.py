"""One of a few things, all of which a program computes.

A program that computes several, and has a fit's number of its own as data, trains fits
that differ in them: a search over them compiles fewer programs.
"""

from skkeras.training.hyperparameters.base import CoveredHyperparameter

_MOST = 4  # of a kind; each that a fit does not need is traced, too


class Choice(CoveredHyperparameter):
    """A hyperparameter whose values are sets of what a job uses."""

    def cover(self, values, others):
        """Return all that is used anywhere, and what is used here."""
        own, everywhere = (frozenset().union(*sets) for sets in (values, others))
        wide = own | everywhere
        candidates = [wide, own] if len(wide) <= _MOST else [own]
        return list(dict.fromkeys(tuple(sorted(some, key=str)) for some in candidates))

    def most_of(self, covered):
        """Return all that is covered, as one job could use it."""
        return frozenset(covered)

    def serves(self, covered, own):
        """Return whether all that a job uses is covered."""
        return own.issubset(covered)
