"""Optimizers that are a fit's own choice among those of its program.

All compute their update of the same weights, and the fit takes that of its own.
"""

from typing import NamedTuple

import keras
import tensorflow as tf

from skkeras.training.joined import ELEMENTWISE
from skkeras.training.optimizer import functional

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
    """Tell whether all an optimizer does is to update numbers, each by its gradient."""
    return isinstance(optimizer._learning_rate, keras.Variable) and not (
        optimizer.use_ema
        or optimizer.gradient_accumulation_steps
        or optimizer.loss_scale_factor
        or optimizer.clipnorm is not None  # of each weight, which a vector has not
    )


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
    number : callable
        Returns the number of the kind that a fit has chosen, as a tensor; not called
        where there is only one.
    variables : list of keras.Variable
        For the state of any of them.
    """

    def __init__(self, kinds, optimizer):
        self._kinds, self.number = kinds, None
        self._optimizers = [k.make() for k in kinds] or [functional(optimizer)]
        self.first = self._optimizers[0]
        self.variables = []

    def build(self, variables):
        """Make the variables of all optimizers for these."""
        for optimizer in self._optimizers:
            optimizer.build(variables)
        self._places = [self._room_for(optimizer) for optimizer in self._optimizers]
        self._initial = [self._initial_state(n) for n in range(len(self._optimizers))]

    def _room_for(self, optimizer):
        """Return the places of an optimizer's state, with those it adds."""
        taken = []
        for variable in _in_order(optimizer):
            free = (
                place
                for place, other in enumerate(self.variables)
                if place not in taken and _is_like(other, variable)
            )
            place = next(free, len(self.variables))
            if place == len(self.variables):
                self.variables.append(variable)
            taken.append(place)
        return taken

    def _initial_state(self, number):
        values = [variable.numpy() for variable in self.variables]
        own = _in_order(self._optimizers[number])
        for place, variable in zip(self._places[number], own, strict=True):
            values[place] = variable.numpy()
        return values

    def _number_of(self, optimizer):
        return self._kinds.index(own_optimizer(optimizer)) if self._kinds else 0

    def initial_state(self, optimizer):
        """Return the values of `variables` before a fit with this optimizer."""
        return self._initial[self._number_of(optimizer)]

    def like(self, optimizer):
        """Return the one of a fit's kind, and the places of its state.

        Parameters
        ----------
        optimizer : keras.optimizers.Optimizer
            Of the fit.

        Returns
        -------
        keras.optimizers.Optimizer
        list of int
            Among `variables`, for each of its own.
        """
        number = self._number_of(optimizer)
        own, places = self._optimizers[number], self._places[number]
        place_of = dict(zip(map(id, _in_order(own)), places, strict=True))
        return own, [place_of[id(variable)] for variable in own.variables]

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
        for number, optimizer in enumerate(self._optimizers):
            own = [*variables, *_in_order(optimizer)]
            places = [*range(len(variables))]
            places += [len(variables) + place for place in self._places[number]]
            for variable, place in zip(own, places, strict=True):
                variable.assign(before[place])
            optimizer.apply(gradients, variables)
            is_own = self.number() == number
            for variable, place in zip(own, places, strict=True):
                new = variable.value
                chosen[place] = tf.where(is_own, new, chosen.get(place, new))
        for place, value in chosen.items():
            everything[place].assign(value)


def _is_like(variable, other):
    return (variable.shape, variable.dtype) == (other.shape, other.dtype)


def _in_order(optimizer):
    """Return an optimizer's variables, those first that all optimizers have."""
    shared = optimizer._iterations, optimizer._learning_rate
    rest = [v for v in optimizer.variables if not any(v is s for s in shared)]
    return [v for v in shared if isinstance(v, keras.Variable)] + rest
