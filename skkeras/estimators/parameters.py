"""Parameters of estimators that route some of them further."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter, signature
from typing import Any, ClassVar, Self

import keras
from sklearn.base import clone

from skkeras.estimators.building.build import ready_to_copy
from skkeras.estimators.constructors import (
    accepted_parameters,
    accepts_any,
    all_parameters,
    first_accepts_any,
    first_defaults,
    named_parameters,
)
from skkeras.estimators.legacy import (
    ESTIMATOR_PARAMETERS,
    ModernNames,
    modern_name,
)
from skkeras.estimators.routing import is_routed
from skkeras.estimators.scikeras_parts import build_method
from skkeras.estimators.whole_losses import with_whole_losses
from skkeras.sklearn_internals import NamingItsParameters


class RoutedParameters(ModernNames, NamingItsParameters):
    """Parameters of the constructor, of the model factory, and routed ones.

    A class whose constructor takes ``**kwargs`` accepts ``optimizer__learning_rate``,
    ``model__units`` and the like, and the factory's own argument names. A subclass
    with a constructor of its own has the parameters that this one names, and those
    of its base where it hands ``**kwargs`` on to it.
    """

    _old_names: ClassVar[Mapping[str, str]] = ESTIMATOR_PARAMETERS
    _is_clone = False  # whether it was made by sklearn.base.clone

    @classmethod
    def _parameter_names(cls):
        return sorted(accepted_parameters(cls))

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters, with those that only the model factory knows.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of parameters that are estimators.

        Returns
        -------
        dict
            Values by name. A parameter that a subclass's constructor takes and does
            not keep is left out.
        """
        names = [name for name in self._parameter_names() if hasattr(self, name)]
        if self._takes_any_parameter():
            names += [name for name in self._public() if name not in names]
        params = {name: getattr(self, name) for name in names}
        if deep:
            params |= _of_estimators(params)
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, routed ones (``optimizer__learning_rate``) included.

        Parameters
        ----------
        **params : dict
            Values by name. Names may be routed, may be arguments of the model factory,
            or parameters of the constructor.

        Returns
        -------
        self : estimator instance
            The estimator itself.

        Raises
        ------
        ValueError
            Where there is no such parameter; with the modern name of an outdated one.
        """
        own, further = {}, {}
        for name, value in params.items():
            is_further = self._is_routed(name) or self._is_for_factory(name)
            (further if is_further else own)[name] = value
        try:
            super().set_params(**own)
        except ValueError as error:
            hints = (modern_name(name, self._old_names) for name in own)
            if hint := next(filter(None, hints), None):
                raise ValueError(f"{error}{hint}") from None
            raise
        self._keep_any(further)
        return self

    def _keep_any(self, params):
        """Store parameters that no constructor names."""
        vars(self).update(params)
        known = getattr(self, "_any_params", ())
        self._any_params = tuple(dict.fromkeys([*known, *params]))

    def _public(self):
        return [n for n in vars(self) if not n.startswith("_") and n[-1] != "_"]

    def _all_params(self):
        """Return what training reads, also parameters that a subclass sets itself."""
        names = [*sorted(all_parameters(type(self))), *self._public()]
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    def _user_params(self):
        """Return the names of the factory's parameters that no constructor has."""
        named = all_parameters(type(self))
        if "_any_params" in vars(self):
            any_params = [n for n in self._public() if n in self._any_params]
        else:  # read from an older file
            any_params = [n for n in self._public() if n not in named]
        return any_params + [n for n in self._subclass_params() if self._is_asked(n)]

    def _subclass_params(self):
        defaults = first_defaults(type(self))
        return [n for n in all_parameters(type(self)) if n not in defaults]

    def _is_asked(self, name):
        """Return whether the factory has an argument of this name."""
        homes = (getattr(self, "model", None), getattr(self, "build_fn", None))
        if all(home is None for home in (*homes, build_method(self))):
            return False
        factory = self._factory()
        return callable(factory) and name in signature(factory).parameters

    def _is_routed(self, name):
        return self._takes_any_parameter() and is_routed(name)

    def _is_for_factory(self, name):
        if not self._takes_any_parameter() or name in self._parameter_names():
            return False
        return self._is_asked(name)

    @classmethod
    def _takes_any_parameter(cls):
        return accepts_any(cls)

    @classmethod
    def _reads_routed(cls):
        """Whether training reads routed parameters, whoever may set them."""
        return first_accepts_any(cls)

    def _given_params(self):
        """Return the names of the parameters whose values are not the defaults."""
        defaults = first_defaults(type(self))
        return {
            name
            for name, value in self._all_params().items()
            if not _is_same(value, defaults.get(name, Parameter.empty))
        }

    def __sklearn_clone__(self) -> Self:
        factory = getattr(self, "model", None)
        if isinstance(factory, keras.Model):
            ready_to_copy(factory)
        params = with_whole_losses(self.get_params(deep=False))
        named = {n: params.pop(n) for n in named_parameters(type(self)) if n in params}
        copy = super(RoutedParameters, self._with_params(named)).__sklearn_clone__()
        # What a subclass's constructor decides for its base, it does not take.
        vars(copy).update({name: clone(v, safe=False) for name, v in params.items()})
        vars(copy).update({n: v for n, v in vars(self).items() if n == "_any_params"})
        copy._is_clone = True
        return copy

    def _with_params(self, params):
        """Return the same estimator, but with these parameters alone."""
        other = object.__new__(type(self))
        vars(other).update(vars(self), get_params=lambda deep=True: dict(params))
        return other


def _of_estimators(params):
    return {
        f"{name}__{inner}": value
        for name, estimator in params.items()
        if hasattr(estimator, "get_params") and not isinstance(estimator, type)
        for inner, value in estimator.get_params().items()
    }


def _is_same(value, default):
    # Equality is asked of strings alone: it means something else for arrays.
    return value is default or (isinstance(value, str) and value == default)
