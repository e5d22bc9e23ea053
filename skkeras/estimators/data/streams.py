"""Training on a ``keras.utils.PyDataset``, whose batches need not fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from skkeras import training
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.data.weights import (
    checked_weights,
    mean_weight,
    of_mean_one,
    relative,
    weighted_rows,
)
from skkeras.estimators.typing import ClassWeight

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.estimators.options import FitOptions
    from skkeras.training import Job


class EncodedBatches(keras.utils.PyDataset):
    """A dataset's batches, checked and encoded as an estimator does with arrays.

    Parameters
    ----------
    dataset : keras.utils.PyDataset
        Gives ``(X, y)`` or ``(X, y, sample_weight)``.
    estimator : estimator instance
        With its encoders and its model.
    class_weight : dict or None
        Weight of each class.
    """

    def __init__(
        self,
        dataset: keras.utils.PyDataset,
        estimator: BaseEstimator,
        class_weight: ClassWeight | None = None,
    ) -> None:
        super().__init__(workers=dataset.workers)
        self._dataset, self._estimator = dataset, estimator
        self._class_weight = class_weight

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        rows = self._estimator._checked_rows(*self._dataset[index])
        rows = relative(rows, self._estimator._weight_unit)
        rows = self._estimator._weigh_classes(rows, self._class_weight)
        return tuple(a for a in self._estimator._encode(*rows) if a is not None)

    def on_epoch_begin(self) -> None:
        """Pass the event on to the dataset."""
        self._dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Pass the event on to the dataset."""
        self._dataset.on_epoch_end()


def refuse_iterators(X: Any) -> None:
    """Raise `TypeError` for generators, whose end and target cannot be known.

    Parameters
    ----------
    X : object
        What fit was called with.

    Raises
    ------
    TypeError
        With what to do instead.
    """
    if isinstance(X, Iterator):
        raise TypeError(
            f"X is a {type(X).__name__}, which can be read only once: wrap the source "
            "in a keras.utils.PyDataset and pass that, or call partial_fit(X, y) for "
            "each batch."
        )


def stream_job(
    estimator: BaseEstimator,
    dataset: keras.utils.PyDataset,
    keep_model: bool,
    class_weight: ClassWeight | None,
    options: FitOptions,
    append: bool,
) -> Job:
    """Initialise an estimator from a dataset, and return the job that trains on it.

    Every batch is read once before training, to learn the target: its classes, and
    what ``class_weight="balanced"`` asks for.

    Parameters
    ----------
    estimator : estimator instance
        In fit.
    dataset : keras.utils.PyDataset
        Gives ``(X, y)`` or ``(X, y, sample_weight)``.
    keep_model : bool
        Whether to go on with the model there is.
    class_weight : dict, "balanced" or None
        Weight of each class.
    options : FitOptions
        Of the call.
    append : bool
        Whether this is another part of the rows, as in partial_fit.

    Returns
    -------
    Job
    """
    if options.validation_split:
        raise ValueError(
            "validation_split cannot split a PyDataset: pass validation_data=."
        )
    X, y, weights = _learn_from(estimator, dataset, keep_model)
    if not keep_model:
        estimator._initialize(X, y, weights)
    if estimator._weight_unit is None or not (keep_model and append):
        estimator._weight_unit = mean_weight(weights)
    if isinstance(class_weight, str):
        class_weight = estimator._class_weights_for(class_weight, y)
    return training.Job(
        fit_model=training.BuiltModel(estimator._training_model),
        x=EncodedBatches(dataset, estimator, class_weight),
        y=None,
        validation_data=_held_out(estimator, options),
        epochs=options.initial_epoch + options.epochs,
        initial_epoch=options.initial_epoch,
        validation_batch_size=options.validation_batch_size,
        validation_freq=options.validation_freq,
        shuffle=False,
        seed=estimator._seed,
        verbose=options.verbose,
        engine="keras",
        fit_kwargs=options.keras_only,
    )


def _learn_from(estimator, dataset, keep_model):
    """Check every batch; return features of the first, all targets and weights."""
    if not len(dataset):
        raise ValueError("The PyDataset has no batches.")
    first, targets, all_weights = None, [], []
    for index in range(len(dataset)):
        X, y, *weight = dataset[index]
        reset = index == 0 and not keep_model
        X, y = estimator._check_X_y(X, y, reset=reset)
        weights = checked_weights(y, *(weight or [None]))
        first = weighted_rows(Rows(X, y, weights)).X if first is None else first
        targets.append(y)
        all_weights.append(weights)
    y = np.concatenate(targets)
    if not keep_model:
        estimator.y_dtype_ = y.dtype
    return first, y, _joined(all_weights, targets)


def _joined(weights, targets):
    if all(w is None for w in weights):
        return None
    filled = [
        np.ones(len(y)) if w is None else w
        for w, y in zip(weights, targets, strict=True)
    ]
    return np.concatenate(filled)


def _held_out(estimator, options):
    held_out = options.validation_data
    if isinstance(held_out, keras.utils.PyDataset):
        return EncodedBatches(held_out, estimator)
    if held_out is None:
        return None
    return estimator._encode(*of_mean_one(estimator._checked_rows(*held_out)))
