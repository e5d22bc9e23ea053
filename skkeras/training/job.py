"""What goes into training and what comes out, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy as np

if TYPE_CHECKING:
    from skkeras.training.state.fit_model import FitModel

Arrays = np.ndarray | list[np.ndarray] | dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Job:
    """One fit: a model with its own initial weights, and what to train it on.

    Parameters
    ----------
    fit_model : BuiltModel or UnbuiltModel
        Training changes its weights, optimizer and metrics in place.
    x, y : ndarray, list of ndarray or dict of str to ndarray
        Inputs and targets, one row a sample, already encoded for the model and
        its loss. A ``PyDataset`` as `x`, with `y` None, is told the number of each
        epoch before it is read where it has a method ``begin_epoch``.
    sample_weight : ndarray of shape (n_samples,), list or dict of them, default=None
        Weight of each row, for each output where a list or dict is given.
    rows : ndarray of int, shape (n_selected,), default=None
        Which rows of the arrays `x`, `y` and `sample_weight` to train on, all when
        None. Jobs of the same arrays are trained without a copy of them for each.
    validation_data : (x, y) or (x, y, sample_weight), default=None
        Held-out rows, evaluated after each epoch.
    epochs : int, default=1
        Number of the epoch to stop before, as in ``Model.fit``: training runs
        ``epochs - initial_epoch`` epochs.
    initial_epoch : int, default=0
        Number of the first epoch.
    batch_size : int, default=32
        Rows in a gradient update.
    validation_batch_size : int, default=None
        Rows in an evaluation batch; ``batch_size`` when None.
    validation_freq : int or list of int, default=1
        Every how many epochs, or after which, to evaluate the held-out rows.
    shuffle : bool, default=True
        Whether each epoch visits the rows in an order of its own.
    seed : int, default=None
        Decides the orders of the rows, the same for every engine. None draws one.
    callbacks : sequence of keras.callbacks.Callback, default=()
        They see this model, its logs and its learning rate, and may stop it.
    verbose : int or "auto", default=0
        Progress output, as in ``Model.fit``.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``.
    defer_optimizer : bool, default=False
        Whether the optimizer's state may wait until `complete` is called with the
        model.
    fit_kwargs : mapping, default={}
        Further arguments of ``Model.fit``; any of them makes ``Model.fit`` train.
    """

    fit_model: FitModel
    x: Arrays | keras.utils.PyDataset
    y: Arrays | None
    sample_weight: Arrays | None = None
    rows: np.ndarray | None = None
    validation_data: tuple[Any, ...] | None = None
    epochs: int = 1
    initial_epoch: int = 0
    batch_size: int = 32
    validation_batch_size: int | None = None
    validation_freq: int | list[int] = 1
    shuffle: bool = True
    seed: int | None = None
    callbacks: Sequence[keras.callbacks.Callback] = ()
    verbose: int | str = 0
    engine: Literal["auto", "keras"] = "auto"
    defer_optimizer: bool = False
    fit_kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> keras.Model:
        """The Keras model, or one of the same layers where it is not built."""
        return self.fit_model.prototype


@dataclass(frozen=True)
class Training:
    """How a fit was trained.

    Parameters
    ----------
    engine : {"fused", "compiled", "keras"}
        ``"fused"``: with other fits in one compiled program; ``"compiled"``: alone in
        one; ``"keras"``: by ``Model.fit``.
    members : int
        How many fits of this batch size shared the program.
    reason : str or None
        Why the fit was not fused or compiled.
    compile_seconds, run_seconds : float
        Wall time spent tracing and compiling the program, and training in it.
    """

    engine: Literal["fused", "compiled", "keras"]
    members: int = 1
    reason: str | None = None
    compile_seconds: float = 0.0
    run_seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Result:
    """What training a job gave.

    Parameters
    ----------
    history : dict of str to list of float
        Loss and metrics of each epoch, as in ``keras.callbacks.History``.
    training : Training
        How it was trained.
    error : Exception or None
        What this job alone raised, from a callback, say. The caller re-raises it.
    """

    history: dict[str, list[float]]
    training: Training
    error: Exception | None = None
