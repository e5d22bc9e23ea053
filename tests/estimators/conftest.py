"""Model factories."""

import keras
import pytest


def dense(meta, units=8, activation=None, n_outputs=1, dropout=0.0):
    """Build an uncompiled net with one hidden layer."""
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation="relu"),
        ]
    )
    if dropout:
        model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(n_outputs, activation=activation))
    return model


def compiled_binary(meta):
    """Build a compiled net for two classes."""
    model = dense(meta, activation="sigmoid")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def uncompiled():
    return dense


@pytest.fixture
def compiled():
    return compiled_binary
