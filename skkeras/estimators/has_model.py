"""The Keras model of a fitted estimator, which may not have been built yet."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from skkeras import training
from skkeras.estimators.one_fit import predicting


class HasModel:
    """Keeps the model, and builds it where fit only had to train its weights."""

    history_: dict[str, list[float]]
    training_: training.Training
    feature_encoder_: Any
    target_encoder_: Any
    target_type_: str
    n_features_in_: int
    feature_names_in_: np.ndarray

    @property
    def model_(self) -> keras.Model:
        """The trained Keras model."""
        return self._training_model

    @model_.setter
    def model_(self, model: keras.Model) -> None:
        vars(self)["model_"] = model

    def _keep_unseen(self, model):
        """Take a model that nobody else has, and nobody has until it is looked at."""
        vars(self)["model_"] = training.unseen_model(model)

    @property
    def _training_model(self):
        """The model that trains, with the state of its optimizer."""
        model = self._fit_model.build()
        vars(self)["model_"] = model
        training.complete(model)
        training.mark_as_called(model)  # by the compiled program, which is no call
        return model

    @property
    def _fit_model(self) -> training.FitModel:
        """The model, which may have to be built, or its optimizer, to be looked at."""
        try:
            model = vars(self)["model_"]
        except KeyError:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute 'model_'"
            ) from None
        return training.as_fit_model(model)

    @property
    def _prototype(self) -> keras.Model:
        """A model of the same layers, whatever its weights."""
        return self._fit_model.prototype

    def __getstate__(self) -> dict[str, Any]:
        with predicting(self):
            if self.initialized_:
                self._training_model  # noqa: B018, builds it
            state: Any = super().__getstate__()
            state.pop("_kept_graphs", None)
            return state

    @property
    def initialized_(self) -> bool:
        """Whether there is a model to predict with."""
        return "model_" in vars(self)
