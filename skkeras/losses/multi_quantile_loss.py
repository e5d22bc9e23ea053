"""The loss of several quantiles at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skkeras")
class MultiQuantileLoss(keras.losses.Loss):
    r"""Mean pinball loss of several quantiles of one target.

    For a quantile ``q`` and a prediction that is ``u`` below the target it is
    ``max(q u, (q - 1) u)``, whose expectation is smallest at the quantile (Koenker and
    Bassett, "Regression Quantiles", Econometrica 46, 1978). A model has an output for
    each quantile; :class:`~skkeras.layers.NonCrossingQuantiles` as its last layer keeps
    them in order, and :class:`~skkeras.KerasMLPRegressor` adds it by itself. Regressors
    then predict one column a quantile, and their ``score`` is the mean D² of the
    pinball losses (:func:`sklearn.metrics.d2_pinball_score`).

    Parameters
    ----------
    quantiles : sequence of float
        Between 0 and 1, ascending.
    name : str, default="multi_quantile_loss"
        Of the loss.
    reduction : str, default="sum_over_batch_size"
        How the losses of rows become one, as Keras names it.
    **kwargs : dict
        As any loss takes them.

    Raises
    ------
    ValueError
        When the quantiles are not ascending numbers between 0 and 1, or a model's
        outputs or targets do not fit them.

    See Also
    --------
    skkeras.layers.NonCrossingQuantiles : Keeps the quantiles in order.
    sklearn.metrics.mean_pinball_loss : The same of one quantile.

    Examples
    --------
    >>> import numpy as np
    >>> from skkeras.losses import MultiQuantileLoss
    >>> loss = MultiQuantileLoss([0.1, 0.5, 0.9])
    >>> round(float(loss(np.array([[2.0]]), np.array([[1.0, 2.0, 4.0]]))), 3)
    0.1
    """

    def __init__(
        self,
        quantiles: Sequence[float],
        name: str = "multi_quantile_loss",
        reduction: str = "sum_over_batch_size",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, **kwargs)
        self.quantiles = tuple(float(q) for q in quantiles)
        pairs = zip((0.0, *self.quantiles), (*self.quantiles, 1.0), strict=True)
        if not (self.quantiles and all(low < high for low, high in pairs)):
            raise ValueError(
                "quantiles must be ascending numbers between 0 and 1, such as "
                f"[0.05, 0.5, 0.95], got {quantiles!r}."
            )

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the mean loss of each row's quantiles.

        Parameters
        ----------
        y_true : tensor of shape (n_samples,) or (n_samples, 1)
            Targets.
        y_pred : tensor of shape (n_samples, n_quantiles)
            Predicted quantiles.

        Returns
        -------
        tensor of shape (n_samples,)
        """
        y_pred = ops.convert_to_tensor(y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        if len(y_true.shape) < len(y_pred.shape):
            y_true = ops.expand_dims(y_true, -1)
        if y_pred.shape[-1] != len(self.quantiles) or y_true.shape[-1] != 1:
            raise ValueError(
                f"MultiQuantileLoss of {len(self.quantiles)} quantiles needs as many "
                f"outputs and one target, got outputs of shape {tuple(y_pred.shape)} "
                f"and targets of shape {tuple(y_true.shape)}."
            )
        levels = ops.convert_to_tensor(self.quantiles, y_pred.dtype)
        below = y_true - y_pred
        return ops.mean(ops.maximum(levels * below, (levels - 1) * below), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        return super().get_config() | {"quantiles": list(self.quantiles)}
