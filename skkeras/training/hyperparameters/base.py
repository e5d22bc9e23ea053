"""What a hyperparameter must tell so that fits which differ in it share a program."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

from skkeras.training.keras_internals.models import compile_arguments

if TYPE_CHECKING:
    from skkeras.training.hyperparameters.chosen_optimizer import ChosenOptimizer
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


@dataclass
class Reading:
    """What a trace reads of a job, as far as fits of its program must agree in it.

    Parameters
    ----------
    model : keras.Model
    compiled : dict
        Arguments of ``Model.compile``; what counts of the optimizer is in `optimizer`.
    optimizer : object
    attributes : dict of (int, str) to value
        In place of an object's own, by its id and the names of its attributes.
    configured : set of (str, str)
        Classes of layers and names in their configurations that do not count there:
        they are attributes of the layers, too.
    regularizer_of : callable
        Gives what counts of a weight's regularizer.
    has_exact_shapes, has_exact_batch_size : bool
        Whether the shapes of the weights count, and the rows of a batch.
    """

    model: keras.Model
    compiled: dict
    optimizer: Any
    attributes: dict = field(default_factory=dict)
    configured: set = field(default_factory=set)
    regularizer_of: Callable = lambda regularizer: regularizer
    has_exact_shapes: bool = True
    has_exact_batch_size: bool = True

    @classmethod
    def of(cls, model):
        """Read everything of a model."""
        return cls(model, compile_arguments(model), model.optimizer)


class RuntimeHyperparameter:
    """A hyperparameter that a program takes at run time, not as a part of its text.

    A subclass is one file; `skkeras.training.hyperparameters.catalogue` lists it.

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

    def values_of(self, covered: Any) -> Hashable:
        """Return a value that a program which covers this serves: the most it does."""
        return covered

    def largest_first(self, by_value: dict) -> list:
        """Return the entries of a dict by value, those first that may serve others."""
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
