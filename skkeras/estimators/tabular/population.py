"""All nets of a portfolio on all inner folds, trained side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from skkeras import training
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.inner_nets import train_together
from skkeras.estimators.tabular.course import Course
from skkeras.estimators.tabular.member import (
    Columns,
    TableMember,
    Target,
)
from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.estimators.tabular.unbuilt_nets import UnbuiltNets
from skkeras.training import FitModel

Folds = Sequence[tuple[np.ndarray, np.ndarray]]


class Candidates(NamedTuple):
    """Configurations trained to the end, and what they predict for rows held out.

    Parameters
    ----------
    portfolio : list of TableNet
        The configurations.
    nets : list of list of FitModel
        For each configuration a net for each fold.
    held_out : ndarray of shape (n_configurations, n_held_out, n_units)
        Predictions of each row by the net that was not trained on it.
    """

    portfolio: list[TableNet]
    nets: list[list[FitModel]]
    held_out: np.ndarray


class TablePopulation:
    """Trains each configuration on each fold.

    Parameters
    ----------
    portfolio : sequence of TableNet
        The configurations.
    rows : Rows
        All there are, encoded.
    folds : sequence of (ndarray, ndarray)
        Rows to train on, and rows held out.
    columns, target : Columns, Target
        What the nets take and predict.
    seeds : sequence of int
        One for each fold, which all configurations share.
    engine : {"auto", "keras"}
        ``"keras"`` forces ``Model.fit``.
    """

    def __init__(
        self,
        portfolio: Sequence[TableNet],
        rows: Rows,
        folds: Folds,
        columns: Columns,
        target: Target,
        seeds: Sequence[int],
        engine: str,
    ) -> None:
        self._rows, self._folds, self._engine = rows, folds, engine
        nets = UnbuiltNets(columns, target, engine)
        self._members = [
            [
                TableMember(
                    net,
                    nets.fit_model(net, seed, f"net_{i}_{j}"),
                    train,
                    seed,
                )
                for j, ((train, _), seed) in enumerate(zip(folds, seeds, strict=True))
            ]
            for i, net in enumerate(portfolio)
        ]

    @property
    def n_configurations(self) -> int:
        """In training."""
        return len(self._members)

    @property
    def n_weights(self) -> int:
        """Of all nets that are in training."""
        members = [member for of_net in self._members for member in of_net]
        return sum(m.fit_model.prototype.count_params() for m in members)

    def train(
        self,
        course: Course,
        batch_size: int,
        choose: Callable[[np.ndarray, int], Sequence[int]],
    ) -> Candidates:
        """Train all, or those that are chosen on the way, to the end.

        Parameters
        ----------
        course : Course
            How long.
        batch_size : int
            As in ``Model.fit``.
        choose : callable
            From predictions of held-out rows and a number to the numbers of so many
            configurations that go on.

        Returns
        -------
        Candidates
        """
        while leg := course.next_leg():
            members = [m for of_net in self._members for m in of_net]
            train_together(
                [m.job(self._rows, batch_size, leg, self._engine) for m in members]
            )
            if course.n_to_keep:
                staying = choose(self._held_out(), course.n_to_keep)
                self._members = [self._members[i] for i in sorted(staying)]
        nets = [[m.fit_model for m in of_net] for of_net in self._members]
        portfolio = [of_net[0].net for of_net in self._members]
        return Candidates(portfolio, nets, self._held_out())

    def _held_out(self):
        rows = held_out_rows(self._folds)
        found = None
        for number, (_, held) in enumerate(self._folds):
            x, at = self._rows.X[held], np.searchsorted(rows, held)
            for i, members in enumerate(self._members):
                predicted = training.predict(members[number].fit_model, x)
                if found is None:
                    shape = len(self._members), len(rows), *predicted.shape[1:]
                    found = np.empty(shape, "float32")
                found[i, at] = predicted
        return found


def held_out_rows(folds: Folds) -> np.ndarray:
    """Return the rows that some net was not trained on, in order.

    Parameters
    ----------
    folds : sequence of (ndarray, ndarray)
        Rows to train on, and rows held out.

    Returns
    -------
    ndarray of int
    """
    return np.sort(np.concatenate([held for _, held in folds]))
