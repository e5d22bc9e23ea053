"""A model whose outputs are in the target's own unit."""

# A mixin: the estimator has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from skkeras import training
from skkeras.estimators.targets.encoding import StandardizedTargetEncoder

if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler


class InTargetUnit:
    """Trains on standardized targets, and shows a model that predicts in their unit."""

    def _fitted_target_encoder(self, y, weights):
        encoder = self.target_encoder
        if isinstance(encoder, StandardizedTargetEncoder):
            return encoder.fit(y, weights)
        return encoder.fit(y)

    @property
    def model_(self) -> keras.Model:
        """The trained Keras model, with outputs in the target's unit."""
        model, encoder = self._training_model, self.target_encoder_
        if not isinstance(encoder, StandardizedTargetEncoder):
            return model
        of, with_unit = vars(self).get("_with_unit", (None, None))
        if of is not model:
            with_unit = in_target_unit(model, encoder.scaler_)
            self._with_unit = model, with_unit
        with_unit.history = getattr(model, "history", None)
        return with_unit

    @model_.setter
    def model_(self, model: keras.Model) -> None:
        of, with_unit = vars(self).pop("_with_unit", (None, None))
        vars(self)["model_"] = of if model is with_unit else model

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        state.pop("_with_unit", None)  # it can be made from the model
        return state


def in_target_unit(model: keras.Sequential, scaler: StandardScaler) -> keras.Sequential:
    """Return a model of the same layers, with one after them that undoes a scaler.

    The weights are the same variables, and the optimizer the same object, so both
    models are always trained alike. The unit is not folded into the weights of the
    last layer: a large mean would cost them digits that further training needs.

    Parameters
    ----------
    model : keras.Sequential
        Compiled; predicts standardized targets.
    scaler : StandardScaler
        That standardized them.

    Returns
    -------
    keras.Sequential
        Compiled with the model's loss, now of targets in their unit.
    """
    (entry,) = model.inputs
    unit = keras.layers.Rescaling(
        scaler.scale_.tolist(),
        scaler.mean_.tolist(),
        dtype=keras.config.floatx(),  # halves of floats would overflow
        name="target_unit",
    )
    entry = keras.Input(entry.shape[1:], dtype=entry.dtype, name=entry.name)
    with_unit = keras.Sequential([entry, *model.layers, unit], name=model.name)
    with_unit.compile(optimizer=model.optimizer, loss=model.loss)
    training.mark_as_called(with_unit)
    return with_unit
