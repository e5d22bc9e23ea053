"""One Keras model of all members, which predicts their weighted mean."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import keras
import numpy as np

from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.layers import MeanOfNets


def joint_model(
    members: Sequence[TableNet],
    weights: np.ndarray,
    nets: Sequence[Sequence[keras.Sequential]],
    last_layers: Sequence[keras.layers.Layer] = (),
) -> keras.Model:
    """Join nets that take the same input.

    Parameters
    ----------
    members : sequence of TableNet
        The configurations.
    weights : ndarray of shape (n_members,)
        Of each in the mean; their sum is 1.
    nets : sequence of sequence of keras.Sequential
        Those of each configuration, which share its weight.
    last_layers : sequence of keras.layers.Layer, default=()
        What the mean goes through.

    Returns
    -------
    keras.Model
        Not compiled, with a layer for each architecture. The weights are copies.
    """
    entry = keras.Input(nets[0][0].input_shape[1:], name="table")
    parts = []
    by_architecture = sorted(range(len(members)), key=lambda i: members[i].architecture)
    groups = groupby(by_architecture, key=lambda i: members[i].architecture)
    for number, (_, alike) in enumerate(groups):
        shares, alike_nets = [], []
        for i in alike:
            shares += [weights[i] / len(nets[i])] * len(nets[i])
            alike_nets += nets[i]
        name = f"{members[i].encoding}_{number}"
        layer = MeanOfNets(_plain(alike_nets[0]), shares, name=name)
        parts.append(layer(entry))
        layer.set_nets(alike_nets)
    outputs = keras.layers.Add(name="mean")(parts) if len(parts) > 1 else parts[0]
    for layer in last_layers:
        outputs = layer(outputs)
    return keras.Model(entry, outputs, name="joint")


def _plain(member):
    """Return a model of the same layers without an optimizer, which would be saved."""
    entry = keras.Input(member.input_shape[1:])
    return keras.Sequential([entry, *member.layers], name=member.name)
