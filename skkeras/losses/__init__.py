"""Keras losses for what Keras has none."""

import skkeras.keras_backend  # noqa: F401  says what to do where there is none
from skkeras.losses.multi_quantile_loss import MultiQuantileLoss

__all__ = ["MultiQuantileLoss"]
