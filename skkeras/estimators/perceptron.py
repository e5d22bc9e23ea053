"""How the parameters of a perceptron become a model and a fit."""

from numbers import Integral, Real

import keras
import numpy as np

from skkeras import training
from skkeras.estimators.building.prototypes import is_plain, prototype, unbuilt_model
from skkeras.estimators.data.feature_scale import warn_of_scale
from skkeras.estimators.data.weights import of_mean_one
from skkeras.estimators.early_stopping import WatchesRows
from skkeras.estimators.learning_rate import PlansRate
from skkeras.estimators.legacy import PERCEPTRON_PARAMETERS
from skkeras.estimators.penalty_choice import ChoosesPenalty
from skkeras.models import create_mlp
from skkeras.sklearn_internals import Interval, StrOptions, constrained  # pyright: ignore[reportAttributeAccessIssue]

_MODEL_PARAMETERS = (
    "hidden_layer_sizes",
    "activation",
    "dropout",
    "batch_normalization",
)
_CONSTRAINTS = {
    "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
    "activation": [str, callable],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "l2": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
    "batch_normalization": ["boolean"],
    "learning_rate": [Interval(Real, 0, None, closed="neither"), callable, None],
    "learning_rate_schedule": [StrOptions({"cosine", "constant"})],
    "early_stopping": ["boolean"],
    "patience": [Interval(Integral, 0, None, closed="left")],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "engine": [StrOptions({"auto", "keras"})],
}


@constrained(**_CONSTRAINTS)
class Perceptron(ChoosesPenalty, PlansRate, WatchesRows):
    """How the parameters of a perceptron become a model and a fit."""

    _old_names = PERCEPTRON_PARAMETERS

    def _factory(self):
        return create_mlp

    def _make_model(self, build):
        if self._is_choosing:
            self._build = build
        elif self._is_looked_at():
            return build()
        return self._unbuilt_model(build)

    def _unbuilt_model(self, build):
        """Return a model that is built when it is looked at, or build it."""
        key = self._model_key(build.keywords["params"])
        model = prototype(key, build, self._seed) if is_plain(key) else None
        return build() if model is None else unbuilt_model(model, build, self._seed)

    def _is_looked_at(self):
        """Return whether training needs the model itself in any case."""
        by_keras = self.engine == "keras" or keras.backend.backend() != "tensorflow"
        is_watched = bool(self.verbose) or _look_at_model(self.callbacks)
        return by_keras or self.early_stopping or is_watched

    def _model_key(self, params):
        """Return all that decides the model, but for its first weights."""
        decisive = ("model__", "optimizer", "loss", "metrics")
        learnt = ("n_features_in_", "target_type_", "n_classes_", "n_outputs_")
        return (
            type(self).__name__,
            *((name, params[name]) for name in params if name.startswith(decisive)),
            *((name, getattr(self, name, None)) for name in learnt),
        )

    def _training_params(self):
        params = {
            "optimizer": self.optimizer,
            "loss": self._loss(),
            "metrics": self._metrics,
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "verbose": self.verbose,
            "callbacks": self.callbacks,
        }
        params |= {f"model__{name}": getattr(self, name) for name in _MODEL_PARAMETERS}
        params["model__l2"] = self._penalty
        sizes = self.hidden_layer_sizes
        params["model__hidden_layer_sizes"] = tuple(np.atleast_1d(sizes).tolist())
        if self.learning_rate is not None and self._optimizer_is_to_be_made():
            params["optimizer__learning_rate"] = self.learning_rate
        return params

    def _shown_name(self, name):
        return name.removeprefix("model__").removeprefix("optimizer__")

    def _initialize(self, X, y, weights=None):
        warn_of_scale(self, X)
        super()._initialize(X, y, weights)

    def _settle_weights(self, rows):
        return of_mean_one(rows)

    def _loss(self):
        return self.loss


def _look_at_model(callbacks):
    """Return whether any of a nest of callbacks may look at the model."""
    if isinstance(callbacks, list | tuple):
        return any(map(_look_at_model, callbacks))
    return bool(callbacks) and not isinstance(callbacks, training.Rungs)
