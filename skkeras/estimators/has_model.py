"""The Keras model of a fitted estimator, which may not have been built yet."""

import keras

from skkeras import training


class HasModel:
    """Keeps the model, and builds it where fit only had to train its weights."""

    @property
    def model_(self):
        """The trained Keras model."""
        return self._training_model

    @model_.setter
    def model_(self, model):
        vars(self)["model_"] = model

    @property
    def _training_model(self):
        """The model that trains, with the state of its optimizer."""
        model = self._trained_model
        if not isinstance(model, keras.Model):
            model = model.build()
        vars(self)["model_"] = model
        training.complete(model)
        return model

    @property
    def _trained_model(self):
        """The model, perhaps without the state of its optimizer, or `Unbuilt`."""
        try:
            model = vars(self)["model_"]
        except KeyError:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute 'model_'"
            ) from None
        if isinstance(model, keras.Model) or model.model is None:
            return model
        return model.model

    @property
    def _seen_model(self):
        """A model of the same layers, whatever its weights."""
        model = self._trained_model
        return model if isinstance(model, keras.Model) else model.prototype

    def __getstate__(self):
        if self.initialized_:
            self._training_model  # noqa: B018, builds it
        return super().__getstate__()

    @property
    def initialized_(self):
        """Whether there is a model to predict with."""
        return "model_" in vars(self)
