"""What a model ends in: an output with its loss and metrics, and targets that suit."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

K, M = keras.losses, keras.metrics


def root_loss(y_true, y_pred):
    """Give a loss of one's own that takes the mean over the whole batch at once."""
    return ops.sqrt(ops.mean(ops.square(y_true - y_pred)) + 1e-3)


def mean_gap(y_true, y_pred):
    """Give a metric of one's own."""
    return ops.mean(ops.abs(ops.cast(y_true, y_pred.dtype) - y_pred), axis=-1)


@dataclass
class Head:
    """An output.

    Parameters
    ----------
    n_units : int
    activation : str or None
    target : callable
        Makes targets of a generator and a shape that ends in the outputs' number.
    loss : callable
        Draws the loss.
    metrics : list of callable
        Draw one metric each.
    """

    n_units: int
    activation: str | None
    target: Any
    loss: Any
    metrics: list


def _real(rng, shape):
    return rng.normal(size=shape)


def _positive(rng, shape):
    return rng.poisson(2.0, shape) + 0.5


def _bits(rng, shape):
    return rng.integers(0, 2, shape)


def _codes(rng, shape):
    return rng.integers(0, shape[-1], (*shape[:-1], 1))


def _one_hot(rng, shape):
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def _real_losses(draws):
    weight = draws.number(0.3, 2)
    return draws.choice(
        [
            lambda: "mse",
            lambda: "mae",
            lambda: "log_cosh",
            lambda: "mape",
            lambda: K.Huber(delta=weight),
            lambda: K.MeanSquaredError(reduction="sum"),
            lambda: K.CosineSimilarity(axis=-1),
            lambda: root_loss,
            lambda: lambda y, p: ops.mean(weight * ops.abs(y - p) ** 1.5, axis=-1),
        ]
    )()


def _bit_losses(draws):
    amount = draws.number(0.05, 0.3)
    return draws.choice(
        [
            lambda: "binary_crossentropy",
            lambda: K.BinaryCrossentropy(label_smoothing=amount),
            lambda: K.BinaryFocalCrossentropy(gamma=1 + amount, alpha=0.3),
            lambda: "mse",
            lambda: K.Tversky(alpha=amount, beta=1 - amount),
            lambda: "dice",
        ]
    )()


def _one_hot_losses(draws):
    amount = draws.number(0.05, 0.3)
    return draws.choice(
        [
            lambda: K.CategoricalCrossentropy(label_smoothing=amount),
            lambda: K.CategoricalFocalCrossentropy(gamma=1 + amount),
            lambda: "categorical_hinge",
            lambda: "kl_divergence",
            lambda: "cosine_similarity",
        ]
    )()


def _code_losses(draws):
    amount = draws.number(0.05, 0.9)
    return draws.choice(
        [
            lambda: "sparse_categorical_crossentropy",
            lambda: K.CategoricalGeneralizedCrossEntropy(q=amount),
        ]
    )()


_REAL_METRICS = [
    lambda draws: "mae",
    lambda draws: M.RootMeanSquaredError(),
    lambda draws: M.R2Score(),
    lambda draws: M.CosineSimilarity(),
    lambda draws: M.LogCoshError(),
    lambda draws: M.PearsonCorrelation(),
    lambda draws: mean_gap,
]
_BIT_METRICS = [
    lambda draws: "accuracy",
    lambda draws: M.BinaryAccuracy(threshold=draws.number(0.3, 0.7)),
    lambda draws: M.AUC(num_thresholds=draws.choice([20, 50])),
    lambda draws: M.Precision(thresholds=draws.number(0.3, 0.7)),
    lambda draws: M.Recall(),
    lambda draws: M.TruePositives(),
    lambda draws: M.F1Score(threshold=0.5),
    lambda draws: M.SpecificityAtSensitivity(0.5),
]
_ONE_HOT_METRICS = [
    lambda draws: "accuracy",
    lambda draws: M.TopKCategoricalAccuracy(2),
    lambda draws: M.F1Score(average="macro"),
    lambda draws: M.FBetaScore(beta=draws.number(0.5, 2), average="weighted"),
    lambda draws: M.OneHotMeanIoU(num_classes=3),
    lambda draws: M.CategoricalCrossentropy(),
]
HEADS = [
    Head(1, None, _real, _real_losses, _REAL_METRICS),
    Head(2, None, _real, _real_losses, _REAL_METRICS),
    Head(1, "softplus", _positive, lambda draws: draws.choice(["poisson", "msle"]), []),
    Head(1, "sigmoid", _bits, _bit_losses, _BIT_METRICS),
    Head(3, "sigmoid", _bits, _bit_losses, _BIT_METRICS),
    Head(1, None, _bits, lambda draws: K.BinaryCrossentropy(from_logits=True), []),
    Head(1, "tanh", _bits, lambda draws: draws.choice(["hinge", "squared_hinge"]), []),
    Head(3, "softmax", _one_hot, _one_hot_losses, _ONE_HOT_METRICS),
    Head(
        3,
        "softmax",
        _codes,
        _code_losses,
        [lambda draws: "accuracy", lambda draws: M.SparseTopKCategoricalAccuracy(2)],
    ),
    Head(
        3,
        None,
        _codes,
        lambda draws: K.SparseCategoricalCrossentropy(from_logits=True),
        [lambda draws: "accuracy"],
    ),
]
