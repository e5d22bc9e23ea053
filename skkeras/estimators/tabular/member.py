"""One net of a table's model: built, as a job, and its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import keras
import numpy as np

from skkeras.estimators.learning_rate import cosine_decay
from skkeras.estimators.randomness import seeded
from skkeras.estimators.rows import Rows
from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.layers import PeriodicEmbedding, PiecewiseLinearEncoding, TableFeatures
from skkeras.models import kernel_initializer
from skkeras.training import Job, PlannedLearningRate, as_fit_model


@dataclass(frozen=True)
class Schedule:
    """How long and how each net is trained.

    Parameters
    ----------
    epochs, batch_size : int
        As in ``Model.fit``.
    engine : {"auto", "keras"}
        ``"keras"`` forces ``Model.fit``.
    """

    epochs: int
    batch_size: int
    engine: Literal["auto", "keras"]


@dataclass(frozen=True)
class Target:
    """What a net's last layer predicts.

    Parameters
    ----------
    units : int
        Of the last layer.
    activation : str
        Of the last layer.
    loss : str
        What training minimises, beside the penalty.
    """

    units: int
    activation: str
    loss: str


@dataclass(frozen=True)
class Columns:
    """What the nets of a table know of its encoded columns.

    Parameters
    ----------
    n_numbers, n_flags : int
        Columns of each kind.
    cardinalities : list of int
        Of each column of codes.
    bin_edges : list of ndarray
        Of each number, for piecewise-linear encodings.
    """

    n_numbers: int
    n_flags: int
    cardinalities: list[int]
    bin_edges: list[np.ndarray]

    @property
    def n_columns(self) -> int:
        """Columns of the encoded table."""
        return self.n_numbers + self.n_flags + len(self.cardinalities)


def build_net(
    net: TableNet, columns: Columns, target: Target, seed: int, name: str
) -> keras.Sequential:
    """Build and compile a net.

    Parameters
    ----------
    net : TableNet
        Its configuration.
    columns : Columns
        What it takes.
    target : Target
        What it predicts.
    seed : int
        Decides its first weights and its dropout.
    name : str
        Of the model.

    Returns
    -------
    keras.Sequential
    """
    with seeded(seed):
        model = keras.Sequential(_layers(net, columns, target), name=name)
        model.compile(
            optimizer=keras.optimizers.Adam(net.learning_rate), loss=target.loss
        )
    return model


def _layers(net, columns, target):
    regularizer = keras.regularizers.L2(net.l2)
    layers = [
        keras.Input((columns.n_columns,)),
        TableFeatures(
            columns.n_numbers,
            columns.n_flags,
            columns.cardinalities,
            _encoding(net, columns),
            name="features",
        ),
    ]
    for i, units in enumerate(net.hidden_layer_sizes, 1):
        layers.append(
            keras.layers.Dense(
                units,
                activation=net.activation,
                kernel_initializer=kernel_initializer(net.activation),
                kernel_regularizer=regularizer,
                name=f"hidden_{i}",
            )
        )
        if net.dropout:
            layers.append(keras.layers.Dropout(net.dropout, name=f"dropout_{i}"))
    layers.append(
        keras.layers.Dense(
            target.units,
            activation=target.activation,
            kernel_regularizer=regularizer,
            name="output",
        )
    )
    return layers


def _encoding(net, columns):
    if net.encoding == "piecewise" and columns.n_numbers:
        return PiecewiseLinearEncoding(columns.bin_edges, name="encoding")
    if net.encoding == "periodic" and columns.n_numbers:
        return PeriodicEmbedding(name="encoding")
    return None


def job_of(model: keras.Model, rows: Rows, schedule: Schedule, seed: int) -> Job:
    """Return the fit of a net, its rate lowered along half a cosine.

    Parameters
    ----------
    model : keras.Model
        Built and compiled.
    rows : Rows
        Encoded, to train on.
    schedule : Schedule
        How it is trained.
    seed : int
        Decides the order of the rows.

    Returns
    -------
    skkeras.training.Job
    """
    decay = PlannedLearningRate(partial(cosine_decay, n_epochs=schedule.epochs))
    return Job(
        fit_model=as_fit_model(model),
        x=rows.X,
        y=rows.y,
        sample_weight=rows.sample_weight,
        epochs=schedule.epochs,
        batch_size=schedule.batch_size,
        seed=seed,
        callbacks=(decay,),
        engine=schedule.engine,
        defer_optimizer=True,
    )
