"""Optimizers of several kinds as one, of which each fit takes the update of its own."""

from typing import NamedTuple

import keras
import tensorflow as tf

from skkeras.training.keras_internals.functional_optimizer import functional
from skkeras.training.keras_internals.optimizers import (
    BOOKKEEPING,
    iterations_of,
    learning_rate_of,
)
from skkeras.training.state.weight_vector import ELEMENTWISE

_PLAIN = (int, float, str, type(None))


class OptimizerKind(NamedTuple):
    """What optimizers have in common that differ in learning rate and state.

    Parameters
    ----------
    kind : type
        Subclass of `keras.optimizers.Optimizer`.
    constants : tuple of (str, value)
        The rest of its configuration.
    """

    kind: type
    constants: tuple

    @property
    def form(self):
        """What decides which state there is and which terms an update has."""
        return self.kind, tuple((name, bool(value)) for name, value in self.constants)

    def make(self):
        """Return a new optimizer that works on functional state."""
        return functional(self.kind(**dict(self.constants)))


def own_optimizer(optimizer):
    """Return what kind an optimizer is, None where it cannot be chosen.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer

    Returns
    -------
    OptimizerKind or None
    """
    if type(optimizer) not in ELEMENTWISE or not _only_updates(optimizer):
        return None
    config = optimizer.get_config()
    names = sorted(config.keys() - {"name", "learning_rate"})
    constants = tuple((name, config[name]) for name in names)
    if not all(isinstance(value, _PLAIN) for _, value in constants):
        return None
    return OptimizerKind(type(optimizer), constants)


def _only_updates(optimizer):
    """Return whether an optimizer only updates each number by its gradient."""
    return isinstance(learning_rate_of(optimizer), keras.Variable) and not (
        optimizer.use_ema
        or optimizer.gradient_accumulation_steps
        or optimizer.loss_scale_factor
        or optimizer.clipnorm is not None  # of each weight, which a vector has not
    )


def is_as_configured(optimizer):
    """Return whether an optimizer is what its configuration makes, but for its state.

    It is not where somebody has set an attribute of the object, such as another
    ``update_step``.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
    """
    fresh = vars(type(optimizer).from_config(optimizer.get_config()))
    return all(
        name in BOOKKEEPING
        or (_is_state(value) if name not in fresh else _is_alike(value, fresh[name]))
        for name, value in vars(optimizer).items()
    )


def _is_state(value):
    parts = value if isinstance(value, (list, tuple)) else [value]
    return all(isinstance(part, keras.Variable) for part in parts)


def _is_alike(value, other):
    is_plain = isinstance(value, _PLAIN) or isinstance(other, _PLAIN)
    return not is_plain or value == other


class _Room(NamedTuple):
    """Where an optimizer has its state.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        From `functional`, built.
    places : list of int
        Of its variables among those of all.
    initial : list of ndarray
        Values of all before a fit with this one.
    """

    optimizer: keras.optimizers.Optimizer
    places: list
    initial: list


class ChosenOptimizer:
    """Optimizers that share step, learning rate and room for their other state.

    Parameters
    ----------
    kinds : tuple of OptimizerKind
        Those to choose from; empty where only `optimizer` is meant.
    optimizer : keras.optimizers.Optimizer
        Any of those.

    Attributes
    ----------
    first : keras.optimizers.Optimizer
        The one whose variables the others share.
    variables : list of keras.Variable
        For the state of any of them.
    """

    def __init__(self, kinds, optimizer):
        self._kinds, self._number = kinds, None
        self._optimizers = [k.make() for k in kinds] or [functional(optimizer)]
        self.first = self._optimizers[0]
        self.variables, self._rooms = [], []

    def build(self, variables):
        """Make the variables of all optimizers for these."""
        for optimizer in self._optimizers:
            optimizer.build(variables)
        places = [self._places_of(optimizer) for optimizer in self._optimizers]
        for own, optimizer in zip(places, self._optimizers, strict=True):
            initial = [variable.numpy() for variable in self.variables]
            for place, variable in zip(own, optimizer.variables, strict=True):
                initial[place] = variable.numpy()
            self._rooms.append(_Room(optimizer, own, initial))

    def _places_of(self, optimizer):
        """Return where an optimizer has its state, and add what room is missing."""
        place_of = {}
        for variable in _in_order(optimizer):
            free = (
                place
                for place, other in enumerate(self.variables)
                if place not in place_of.values() and _is_like(other, variable)
            )
            place = next(free, len(self.variables))
            if place == len(self.variables):
                self.variables.append(variable)
            place_of[id(variable)] = place
        return [place_of[id(variable)] for variable in optimizer.variables]

    def choose_by(self, variable):
        """Take the number in a variable for that of the kind a fit has chosen."""
        self._number = variable

    def of_kind(self, optimizer):
        """Return the one of a fit's kind, and where and what its state is at first.

        Parameters
        ----------
        optimizer : keras.optimizers.Optimizer
            Of the fit.

        Returns
        -------
        optimizer : keras.optimizers.Optimizer
        places : list of int
            Among `variables`, for each of its own.
        initial : list of ndarray
            For each of `variables`.
        """
        number = self._kinds.index(own_optimizer(optimizer)) if self._kinds else 0
        return self._rooms[number]

    def apply(self, gradients, variables):
        """Update variables as the chosen optimizer does.

        Parameters
        ----------
        gradients : list of Tensor
        variables : list of keras.Variable
            Those of `build`; inside a ``keras.StatelessScope``.
        """
        if len(self._optimizers) == 1:
            self.first.apply(gradients, variables)
            return
        everything = [*variables, *self.variables]
        before, chosen = [v.value for v in everything], {}
        for number, (optimizer, state_places, _) in enumerate(self._rooms):
            own = [*variables, *optimizer.variables]
            places = [*range(len(variables))]
            places += [len(variables) + place for place in state_places]
            for variable, place in zip(own, places, strict=True):
                variable.assign(before[place])
            optimizer.apply(gradients, variables)
            is_own = self._number.value == number
            for variable, place in zip(own, places, strict=True):
                new = variable.value
                chosen[place] = tf.where(is_own, new, chosen.get(place, new))
        for place, value in chosen.items():
            everything[place].assign(value)


def _is_like(variable, other):
    return (variable.shape, variable.dtype) == (other.shape, other.dtype)


def _in_order(optimizer):
    """Return an optimizer's variables, those first that all optimizers have."""
    shared = iterations_of(optimizer), learning_rate_of(optimizer)
    rest = [v for v in optimizer.variables if not any(v is s for s in shared)]
    return [v for v in shared if isinstance(v, keras.Variable)] + rest
