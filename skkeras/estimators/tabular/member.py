"""One net of a table's model: built, and as a job."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from skkeras.estimators.data.rows import Rows
from skkeras.estimators.randomness import seeded
from skkeras.estimators.tabular.course import Leg
from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.layers import (
    FeatureScale,
    PeriodicEmbedding,
    PiecewiseLinearEncoding,
    TableFeatures,
)
from skkeras.models import kernel_initializer
from skkeras.training import BuiltModel, FitModel, Job, PlannedLearningRate


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


@dataclass(frozen=True, eq=False)
class TableMember:
    """A net that is trained on the rows of one fold.

    Parameters
    ----------
    net : TableNet
        Its configuration.
    fit_model : FitModel
        Compiled; training changes it.
    selected : ndarray of int
        The rows it is trained on.
    seed : int
        Decides the order of the rows.
    """

    net: TableNet
    fit_model: FitModel
    selected: np.ndarray
    seed: int

    def job(self, rows: Rows, batch_size: int, leg: Leg, engine: str) -> Job:
        """Return some epochs of its fit.

        Parameters
        ----------
        rows : Rows
            All there are, encoded.
        batch_size : int
            As in ``Model.fit``.
        leg : Leg
            Which epochs.
        engine : {"auto", "keras"}
            ``"keras"`` forces ``Model.fit``.

        Returns
        -------
        skkeras.training.Job
        """
        first = self.net.learning_rate
        decay = PlannedLearningRate(lambda epoch, _: first * leg.rate_share(epoch))
        return Job(
            fit_model=self._model_of(leg),
            x=rows.X,
            y=rows.y,
            sample_weight=rows.sample_weight,
            rows=self.selected,
            epochs=leg.last,
            initial_epoch=leg.first,
            batch_size=batch_size,
            seed=self.seed,
            callbacks=(decay,),
            engine=engine,  # pyright: ignore[reportArgumentType]
            defer_optimizer=True,
        )

    def _model_of(self, leg):
        """Return the model as it was left, with its optimizer."""
        return BuiltModel(self.fit_model.build()) if leg.first else self.fit_model


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
            embeddings_regularizer=regularizer,
            name="features",
        ),
    ]
    if net.feature_scale:
        layers.append(FeatureScale(scale_regularizer=regularizer, name="scale"))
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
