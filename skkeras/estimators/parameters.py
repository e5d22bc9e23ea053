"""Parameters of estimators that route some of them further."""

from inspect import Parameter, signature

import keras
from sklearn.base import BaseEstimator

from skkeras.estimators.build import ready_to_copy

ROUTING_PREFIXES = (
    "model",
    "fit",
    "compile",
    "predict",
    "optimizer",
    "loss",
    "metrics",
    "weighted_metrics",
    "callbacks",
    "score",
)


class RoutedParameters(BaseEstimator):
    """Parameters of the constructor, of the model factory, and routed ones.

    A class whose constructor takes ``**kwargs`` accepts ``optimizer__learning_rate``,
    ``model__units`` and the like, and the factory's own argument names.
    """

    def get_params(self, deep=True):
        """Get the parameters, with those that only the model factory knows.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of parameters that are estimators.

        Returns
        -------
        dict
            Values by name.
        """
        params = super().get_params(deep=deep)
        params.update({name: getattr(self, name) for name in self._user_params()})
        return params

    def set_params(self, **params):
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
        """
        own = {}
        for name, value in params.items():
            if self._is_routed(name) or self._is_for_factory(name):
                setattr(self, name, value)
            else:
                own[name] = value
        return super().set_params(**own)

    def _user_params(self):
        known = set(self._get_param_names())
        return [
            name
            for name in vars(self)
            if name not in known and not name.startswith("_") and name[-1] != "_"
        ]

    def _is_routed(self, name):
        return self._takes_any_parameter() and name.startswith(
            tuple(f"{prefix}__" for prefix in ROUTING_PREFIXES)
        )

    def _is_for_factory(self, name):
        if not self._takes_any_parameter() or name in self._get_param_names():
            return False
        factory = self._factory()
        return callable(factory) and name in signature(factory).parameters

    @classmethod
    def _takes_any_parameter(cls):
        parameters = signature(cls.__init__).parameters.values()
        return any(p.kind is p.VAR_KEYWORD for p in parameters)

    def _given_params(self):
        """Names of the parameters whose values are not the defaults."""
        defaults = {
            name: parameter.default
            for name, parameter in signature(type(self).__init__).parameters.items()
        }
        return {
            name
            for name, value in self.get_params(deep=False).items()
            if not _is_same(value, defaults.get(name, Parameter.empty))
        }

    def __sklearn_clone__(self):
        factory = getattr(self, "model", None)
        if isinstance(factory, keras.Model):
            ready_to_copy(factory)
        copy = super().__sklearn_clone__()
        copy._is_clone = True
        return copy


def _is_same(value, default):
    # Equality is asked of strings alone: it means something else for arrays.
    return value is default or (isinstance(value, str) and value == default)
