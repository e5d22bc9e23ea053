"""What searches of the perceptrons begin with, and how it fits a narrower space."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from optuna.trial import FixedTrial

from skkeras.model_selection.labels import LabelledTrial, choice_labels, same_value_key

if TYPE_CHECKING:
    from skkeras.model_selection.mlp_space import MLPSpace

LOSSES = {
    "classification": ("crossentropy", "hinge", "squared_hinge"),
    "regression": ("mean_squared_error", "mean_absolute_error", "huber"),
}
# Chosen by benchmarks/portfolio.py, in this order; a loss is a place among its task's.
_CHOSEN: tuple[dict[str, Any], ...] = (
    {
        "n_layers": 3,
        "units_0": 45,
        "units_1": 18,
        "units_2": 16,
        "activation": "elu",
        "optimizer": "adam",
        "learning_rate_adaptive": 0.029,
        "l2": 0.0049,
        "batch_size": 64,
        "loss": 0,
    },
    {
        "n_layers": 2,
        "units_0": 41,
        "units_1": 19,
        "activation": "tanh",
        "optimizer": "rmsprop",
        "learning_rate_adaptive": 0.0066,
        "l2": 0.0018,
        "batch_size": 16,
        "loss": 2,
    },
    {
        "n_layers": 2,
        "units_0": 17,
        "units_1": 25,
        "activation": "relu",
        "optimizer": "rmsprop",
        "learning_rate_adaptive": 0.003,
        "l2": 0.012,
        "batch_size": 32,
        "loss": 0,
    },
    {
        "n_layers": 3,
        "units_0": 10,
        "units_1": 27,
        "units_2": 12,
        "activation": "relu",
        "optimizer": "rmsprop",
        "learning_rate_adaptive": 0.01,
        "l2": 8.6e-05,
        "batch_size": 32,
        "loss": 1,
    },
    {
        "n_layers": 3,
        "units_0": 43,
        "units_1": 28,
        "units_2": 31,
        "activation": "elu",
        "optimizer": "adam",
        "learning_rate_adaptive": 0.018,
        "l2": 2.5e-07,
        "batch_size": 64,
        "loss": 0,
    },
    {
        "n_layers": 1,
        "units_0": 44,
        "activation": "elu",
        "optimizer": "sgd",
        "learning_rate_sgd": 0.015,
        "l2": 2.5e-06,
        "batch_size": 16,
        "loss": 2,
    },
    {
        "n_layers": 3,
        "units_0": 35,
        "units_1": 26,
        "units_2": 45,
        "activation": "relu",
        "optimizer": "adam",
        "learning_rate_adaptive": 0.0021,
        "l2": 0.0076,
        "batch_size": 32,
        "loss": 0,
    },
    {
        "n_layers": 2,
        "units_0": 11,
        "units_1": 19,
        "activation": "relu",
        "optimizer": "rmsprop",
        "learning_rate_adaptive": 0.018,
        "l2": 1.8e-07,
        "batch_size": 32,
        "loss": 0,
    },
)
PORTFOLIOS: dict[str, tuple[dict[str, Any], ...]] = {
    task: tuple(each | {"loss": losses[each["loss"]]} for each in _CHOSEN)
    for task, losses in LOSSES.items()
}


def fitted(
    space: MLPSpace, members: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """Fit members of a portfolio to the ranges and choices of a space.

    Parameters
    ----------
    space : MLPSpace
        Perhaps a narrower one than they were chosen in.
    members : sequence of dict
        Values by the names that the space suggests.

    Returns
    -------
    tuple of dict
        Numbers are moved to the nearest in range. For a choice that is missing, the
        nearest number or the first choice is taken; but a member without its optimizer
        is left out, since rates depend on it, and so is one that equals another.
    """
    found = []
    for member in members:
        labels = _fitted(space, member)
        if labels is not None and labels not in found:
            found.append(labels)
    return tuple(found)


def _fitted(space, member):
    optimizers = space.optimizers
    if not _has(optimizers, member["optimizer"]):
        return None
    n_layers = min(member["n_layers"], space.max_layers)
    kind, limits = space.rates_of(member["optimizer"])
    rate = f"learning_rate_{kind}"
    labels = {
        "n_layers": n_layers,
        **{
            f"units_{layer}": _clipped(member[f"units_{layer}"], space.units)
            for layer in range(n_layers)
        },
        "activation": _nearest(space.activations, member["activation"]),
        "optimizer": _label(optimizers, member["optimizer"]),
        rate: _clipped(member[rate], limits),
        "l2": _clipped(member["l2"], space.l2),
        "batch_size": _nearest(space.batch_sizes, member["batch_size"]),
    }
    if space.losses:
        labels["loss"] = _nearest(space.losses, member["loss"])
    return labels


def labels_of(space: MLPSpace, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Translate parameters into what a space suggests.

    Parameters
    ----------
    space : MLPSpace
        Whatever its prefix.
    params : dict
        As the estimators call them, without the prefix.

    Returns
    -------
    dict or None
        By the names that the space suggests; None where it does not hold them.
    """
    sizes = params["hidden_layer_sizes"]
    sizes = (sizes,) if isinstance(sizes, int | np.integer) else tuple(sizes)
    optimizer, loss = params["optimizer"], params.get("loss")
    kind, _ = space.rates_of(optimizer)
    labels = {
        "n_layers": len(sizes),
        **{f"units_{layer}": width for layer, width in enumerate(sizes)},
        "activation": _label(space.activations, params["activation"]),
        "optimizer": _label(space.optimizers, optimizer),
        f"learning_rate_{kind}": params["learning_rate"],
        "l2": params["l2"],
        "batch_size": _label(space.batch_sizes, params["batch_size"]),
        "loss": _label(space.losses, "crossentropy" if loss is None else loss),
    }
    if not space.losses:
        del labels["loss"]
    wanted = {**params, "hidden_layer_sizes": sizes}
    return labels if _give(space, labels, wanted) else None


def _give(space, labels, params):
    """Return whether a space makes these parameters of labels."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # of what is out of range
        try:
            found = space(LabelledTrial(FixedTrial(labels)))
        except (ValueError, TypeError, UserWarning):
            return False
    return all(
        same_value_key(value) == same_value_key(params[name.removeprefix(space.prefix)])
        for name, value in found.items()
    )


def _clipped(value, limits):
    low, high = limits
    return min(max(value, low), high)


def _has(choices, value):
    return same_value_key(value) in map(same_value_key, choices)


def _label(choices, value):
    """Return what a storage keeps of a choice, or the value where it is none."""
    keys = [same_value_key(choice) for choice in choices]
    key = same_value_key(value)
    return choice_labels(choices)[keys.index(key)] if key in keys else value


def _nearest(choices, value):
    """Return the label of a choice: of the value, the nearest number or the first."""
    if _has(choices, value):
        return _label(choices, value)
    if all(isinstance(each, int) for each in (*choices, value)):
        return _label(choices, min(choices, key=lambda choice: abs(choice - value)))
    return _label(choices, choices[0])
