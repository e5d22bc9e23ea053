"""One Keras model of all members, which predicts their weighted mean."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np


def joint_model(
    members: Sequence[keras.Sequential],
    weights: np.ndarray,
    last_layers: Sequence[keras.layers.Layer] = (),
) -> keras.Model:
    """Join members that take the same input.

    Parameters
    ----------
    members : sequence of keras.Sequential
        With one input and one output; their weights are shared, not copied.
    weights : ndarray of shape (n_members,)
        Of each in the mean; their sum is 1.
    last_layers : sequence of keras.layers.Layer, default=()
        What the mean goes through.

    Returns
    -------
    keras.Model
        Not compiled.
    """
    entry = keras.Input(members[0].input_shape[1:], name="table")
    parts = [
        keras.layers.Rescaling(float(weight), name=f"weight_{i}")(_plain(member)(entry))
        for i, (member, weight) in enumerate(zip(members, weights, strict=True))
    ]
    outputs = keras.layers.Add(name="mean")(parts) if len(parts) > 1 else parts[0]
    for layer in last_layers:
        outputs = layer(outputs)
    return keras.Model(entry, outputs, name="joint")


def _plain(member):
    """Return a model of the same layers without an optimizer, which would be saved."""
    entry = keras.Input(member.input_shape[1:])
    return keras.Sequential([entry, *member.layers], name=member.name)
