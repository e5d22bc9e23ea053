"""Several quantiles that are in order whatever the net predicts."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skkeras")
class NonCrossingQuantiles(keras.layers.Layer):
    """Makes numbers ascend: the first one, then positive steps from each to the next.

    The first column is the lowest quantile, and each further one adds the softplus of
    its number to the one before it, so that no quantile lies below a lower one, on any
    row. Such increments are those of Park, Maddix, Aubet, Kan, Gasthaus and Wang,
    "Learning Quantile Functions without Quantile Crossing for Distribution-free Time
    Series Forecasting", AISTATS 2022. The layer has no weights: a
    ``Dense(n_quantiles)`` comes before it.

    Parameters
    ----------
    **kwargs : dict
        As any layer takes them.

    See Also
    --------
    skkeras.losses.MultiQuantileLoss : What such a net is trained with.

    Examples
    --------
    >>> import numpy as np
    >>> from skkeras.layers import NonCrossingQuantiles
    >>> raw = np.array([[1.0, -2.0, 0.0]])
    >>> np.asarray(NonCrossingQuantiles()(raw)).round(2)
    array([[1.  , 1.13, 1.82]], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, inputs: Any) -> Any:
        """Return the quantiles.

        Parameters
        ----------
        inputs : tensor of shape (n_samples, n_quantiles)
            The lowest quantile, and what the steps above it are made of.

        Returns
        -------
        tensor of the same shape
            Ascending in each row.
        """
        quantiles = [inputs[..., :1]]
        # One by one: a cumulative sum may round two neighbours past each other.
        for place in range(1, inputs.shape[-1]):
            step = ops.softplus(inputs[..., place : place + 1])
            quantiles.append(quantiles[-1] + step)
        return ops.concatenate(quantiles, axis=-1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the shape of the outputs, which is that of the inputs.

        Parameters
        ----------
        input_shape : tuple
            Of the numbers.

        Returns
        -------
        tuple
        """
        return input_shape
