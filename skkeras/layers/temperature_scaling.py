"""Probabilities that are as sure as they are right."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_SMALLEST = 1e-7  # the least probability that a logarithm is taken of


@keras.saving.register_keras_serializable(package="skkeras")
class TemperatureScaling(keras.layers.Layer):
    """Makes probabilities more or less sure, without changing their order.

    The logarithms of the probabilities are divided by the temperature, and the results
    brought to a sum of 1 again: above 1 they become less sure, below 1 surer (Guo,
    Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017).
    A single column is the probability of the second of two classes.

    Parameters
    ----------
    temperature : float
        Above 0; 1 changes nothing.
    **kwargs : dict
        As any layer takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from skkeras.layers import TemperatureScaling
    >>> np.asarray(TemperatureScaling(2.0)(np.array([[0.9, 0.1]]))).round(2)
    array([[0.75, 0.25]], dtype=float32)
    """

    def __init__(self, temperature: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not temperature > 0:
            raise ValueError(f"temperature must be above 0, got {temperature!r}.")
        self.temperature = float(temperature)

    def call(self, inputs: Any) -> Any:
        """Return the scaled probabilities.

        Parameters
        ----------
        inputs : tensor of shape (n_samples, n_classes) or (n_samples, 1)
            Probabilities.

        Returns
        -------
        tensor of the same shape
        """
        if inputs.shape[-1] > 1:
            logarithms = ops.log(ops.maximum(inputs, _SMALLEST))
            return ops.softmax(logarithms / self.temperature)
        inside = ops.clip(inputs, _SMALLEST, 1 - _SMALLEST)
        # Not log1p, which Keras's exporter to ONNX has no counterpart for.
        odds = ops.log(inside) - ops.log(1 - inside)
        return ops.sigmoid(odds / self.temperature)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the shape of the outputs, which is that of the inputs.

        Parameters
        ----------
        input_shape : tuple
            Of the probabilities.

        Returns
        -------
        tuple
        """
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        return super().get_config() | {"temperature": self.temperature}
