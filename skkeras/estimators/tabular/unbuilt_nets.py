"""Nets of a table that are built when they are looked at."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

import keras
import numpy as np

from skkeras.estimators.building.prototypes import is_plain, prototype, unbuilt_model
from skkeras.estimators.tabular.member import Columns, Target, build_net
from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.layers import PiecewiseLinearEncoding
from skkeras.training import BuiltModel, FitModel


class UnbuiltNets:
    """Gives the nets of a table their first weights, beside one model of each kind.

    Most nets of a portfolio are trained, asked for held-out rows and joined without a
    Keras model of their own, which takes longer to build than to train in company.

    Parameters
    ----------
    columns, target : Columns, Target
        What the nets take and predict.
    engine : {"auto", "keras"}
        With ``"keras"``, each is built.
    """

    def __init__(self, columns: Columns, target: Target, engine: str) -> None:
        self._columns, self._target = columns, target
        self._are_built = engine == "keras" or keras.backend.backend() != "tensorflow"

    def fit_model(self, net: TableNet, seed: int, name: str) -> FitModel:
        """Return a net before its fit.

        Parameters
        ----------
        net : TableNet
            Its configuration.
        seed : int
            Decides its first weights and its dropout.
        name : str
            Of the model.

        Returns
        -------
        BuiltModel or UnbuiltModel
        """
        build = partial(build_net, net, self._columns, self._target, seed, name)
        key = self._key(net)
        is_shared = not self._are_built and is_plain(key)
        model = prototype(key, build, seed) if is_shared else None
        if model is None:
            return BuiltModel(build())
        unbuilt = unbuilt_model(model, build, seed)
        self._set_edges(unbuilt, net)
        return unbuilt

    def _key(self, net) -> tuple[Any, ...]:
        columns = self._columns
        return (
            *vars(net).values(),
            *vars(self._target).values(),
            columns.n_numbers,
            columns.n_flags,
            tuple(columns.cardinalities),
            tuple(self._encoding.n_bins) if net.encoding == "piecewise" else (),
        )

    def _set_edges(self, unbuilt, net):
        """Put these columns' bins in the place of those that the prototype has."""
        encoding = unbuilt.prototype.get_layer("features").encoding
        if net.encoding == "piecewise" and encoding is not None:
            of_variable = dict(
                zip(
                    map(id, unbuilt.prototype.variables), unbuilt.variables, strict=True
                )
            )
            of_variable[id(encoding.edges)].assign(np.asarray(self._encoding.edges))

    @cached_property
    def _encoding(self):
        return PiecewiseLinearEncoding(self._columns.bin_edges)
