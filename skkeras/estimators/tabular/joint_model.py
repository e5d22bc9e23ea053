"""One Keras model of all members, which predicts their weighted mean."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.layers import MeanOfNets
from skkeras.training import FitModel, as_fit_model


def joint_model(
    members: Sequence[TableNet],
    weights: np.ndarray,
    nets: Sequence[Sequence[FitModel]],
    last_layers: Sequence[keras.layers.Layer] = (),
) -> keras.Model:
    """Join nets that take the same input.

    Parameters
    ----------
    members : sequence of TableNet
        The configurations.
    weights : ndarray of shape (n_members,)
        Of each in the mean; their sum is 1.
    nets : sequence of sequence of BuiltModel or UnbuiltModel
        Those of each configuration, which share its weight.
    last_layers : sequence of keras.layers.Layer, default=()
        What the mean goes through.

    Returns
    -------
    keras.Model
        Not compiled, with a layer for each architecture. The weights are copies.
    """
    entry = keras.Input(nets[0][0].prototype.input_shape[1:], name="table")
    alike = {}
    for member, weight, of_folds in zip(members, weights, nets, strict=True):
        each = [(net, weight / len(of_folds)) for net in of_folds]
        alike.setdefault(member.architecture, []).extend(each)
    parts = []
    for number, (architecture, pairs) in enumerate(alike.items()):
        together, shares = zip(*pairs, strict=True)
        name = f"{architecture[0]}_{number}"
        # One of its own: a prototype's layers are those of other fits, too.
        layer = MeanOfNets(_plain(together[0].build()), shares, name=name)
        parts.append(layer(entry))
        layer.set_values([_values(as_fit_model(net)) for net in together])
    outputs = keras.layers.Add(name="mean")(parts) if len(parts) > 1 else parts[0]
    for layer in last_layers:
        outputs = layer(outputs)
    return keras.Model(entry, outputs, name="joint")


def _values(net):
    return [np.asarray(slot.numpy()) for slot in net.variables]


def _plain(member):
    """Return a model of the same layers without an optimizer, which would be saved."""
    entry = keras.Input(member.input_shape[1:])
    return keras.Sequential([entry, *member.layers], name=member.name)
