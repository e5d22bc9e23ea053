"""What a hyperparameter must tell so that fits which differ in it share a program."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

if TYPE_CHECKING:
    from skkeras.training.hyperparameters.chosen_optimizer import ChosenOptimizer
    from skkeras.training.hyperparameters.reading import Reading
    from skkeras.training.job import Job


class Covers(tuple):
    """What a program covers of each hyperparameter that its fits may differ in.

    Parameters
    ----------
    pairs : iterable of (str, value)
        Names of hyperparameters, and what is covered of each.
    """

    __slots__ = ()

    def get(self, name, default=None):
        """Return what is covered of a hyperparameter; `default` where it is exact."""
        return dict(self).get(name, default)


class Setting(NamedTuple):
    """Numbers that a program reads from a variable, since they are a fit's own.

    Parameters
    ----------
    variable : keras.Variable
        Of the template.
    of : callable
        Gives those of a model, read like a variable.
    """

    variable: keras.Variable
    of: Callable


class RuntimeHyperparameter:
    """A hyperparameter that a program takes at run time, not as a part of its text.

    A subclass is one file; `catalogue` or `free` beside it lists it.

    Attributes
    ----------
    name : str
    """

    name: str

    def own(self, job: Job) -> Hashable | None:
        """Return a job's value.

        None where its program must have exactly this; never of a hyperparameter all of
        whose values any program serves.
        """
        raise NotImplementedError

    def leave_out(self, reading: Reading) -> None:
        """Remove from what counts of a job all that shows its value."""
        raise NotImplementedError

    def lift(
        self, model: keras.Model, updater: ChosenOptimizer, covered: Any
    ) -> Setting | None:
        """Make a program's model read the value from a variable.

        Parameters
        ----------
        model : keras.Model
            Of the program, built and compiled, its losses as well; changed in place.
        updater : ChosenOptimizer
            Of the program; may be changed in place.
        covered : value
            What the program covers.

        Returns
        -------
        Setting or None
            None where the value is in the shapes of a fit's arrays, or nothing varies.
        """
        return None


class CoveredHyperparameter(RuntimeHyperparameter):
    """One whose values take a program that was made for them, at some cost."""

    def cover(self, values: set, others: set) -> Iterable:
        """Return what programs may cover to serve some values, those preferred first.

        Parameters
        ----------
        values : set
            To be served.
        others : set
            That other jobs have which the same program might train later.

        Returns
        -------
        iterable
            Empty where no program serves all.
        """
        raise NotImplementedError

    def most_of(self, covered: Any) -> Hashable:
        """Return the largest of the values that a program which covers this serves."""
        return covered

    def largest_first(self, by_value: dict) -> list:
        """Return the entries, those first whose programs may serve others."""
        return list(by_value.values())

    def serves(self, covered: Any, own: Hashable) -> bool:
        """Return whether a program that covers this can train a job of this value."""
        raise NotImplementedError

    def extra_seconds(self, covers: Covers, job: Job) -> float:
        """Estimate how much longer a row trains than if only this value were covered.

        Parameters
        ----------
        covers : Covers
            Of the program.
        job : Job

        Returns
        -------
        float
            Seconds of a row and an epoch.
        """
        raise NotImplementedError
