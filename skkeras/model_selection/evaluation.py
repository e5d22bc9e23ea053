"""Trials' folds fitted in batches, with an eye on how each fit ends."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.exceptions import FitFailedWarning

from skkeras.inner_estimator import last_step
from skkeras.own_estimators import is_keras_estimator

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.callback import CallbackContext

    from skkeras.model_selection.sklearn_internals import FoldFits


def _losses(estimator):
    """Loss of each epoch, where the estimator has any."""
    final = last_step(estimator)
    history = getattr(final, "history_", {}) if is_keras_estimator(final) else {}
    return history.get("loss", ())


def _refuse_nan(losses):
    """Raise where training diverged: predictions of NaN still name some class."""
    if len(losses) and not np.isfinite(losses[-1]):
        raise FloatingPointError(
            f"The loss was {losses[-1]} after epoch {len(losses)}: training diverged. "
            "A smaller learning rate, clipnorm or scaled features may help."
        )


class FoldContext:
    """scikit-learn's context of one fold's fit, with an eye on how the fit ends.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Gets all calls.
    task : int
        Number of the fit in its batch.
    epochs : dict of int to int
        Gets how many epochs the fit took, unless it runs in another process.
    watch : callable or None
        From the estimator, before its fit, to a context manager around the fit.
    """

    def __init__(
        self,
        context: CallbackContext,
        task: int,
        epochs: dict[int, int],
        watch: Callable[..., Any] | None,
    ) -> None:
        self._context = context
        self._task = task
        self._epochs = epochs
        self._watch = watch

    @contextmanager
    def propagate_callback_context(self, estimator: BaseEstimator) -> Iterator[None]:
        """Surround the fit."""
        watch = nullcontext() if self._watch is None else self._watch(estimator)
        with self._context.propagate_callback_context(estimator), watch:
            yield
        losses = _losses(estimator)
        self._epochs[self._task] = len(losses)
        _refuse_nan(losses)

    def call_on_fit_task_begin(self, **arguments: Any) -> Any:
        """Tell scikit-learn's callbacks."""
        return self._context.call_on_fit_task_begin(**arguments)

    def call_on_fit_task_end(self, **arguments: Any) -> Any:
        """Tell scikit-learn's callbacks."""
        return self._context.call_on_fit_task_end(**arguments)


class Evaluator:
    """Fits and scores candidates on folds, and tells scikit-learn's callbacks.

    Parameters
    ----------
    fits : FoldFits
        Of the search in fit.
    context : sklearn.callback.CallbackContext
        Of the search.
    """

    def __init__(self, fits: FoldFits, context: CallbackContext) -> None:
        self.fits = fits
        self._context = context
        self._lost = []

    def fit(
        self,
        candidates: list[dict[str, Any]],
        splits: list[tuple[np.ndarray, np.ndarray]],
        watches: Sequence[Callable[..., Any]] | None = None,
    ) -> list[list[dict[str, Any]]]:
        """Fit and score each candidate on each fold.

        Parameters
        ----------
        candidates : list of dict
            Parameters.
        splits : list of (train, test)
            Row numbers of each fold.
        watches : list of callable, default=None
            For each fit, candidates first, what :class:`FoldContext` takes.

        Returns
        -------
        list of list of dict
            For each candidate and fold the scores, times and ``fit_error``.
        """
        search, n = self.fits.search, len(splits)
        n_fits = len(candidates) * n
        batch = self._context.subcontext(
            "batch", max_subtasks=n_fits, sequential_subtasks=False
        )
        batch.call_on_fit_task_begin(estimator=search)
        epochs = {}
        contexts = [
            FoldContext(
                batch.subcontext("candidate-split-evaluation", task_id=task),
                task,
                epochs,
                watches[task] if watches else None,
            )
            for task in range(n_fits)
        ]
        results, all_failed = self.fits.run(candidates, splits, contexts)
        if all_failed is not None:
            self._lost.append((n_fits, all_failed))
        for task, count in epochs.items():
            results[task]["epochs"] = count
        batch.call_on_fit_task_end(estimator=search)
        return [results[n * i : n * (i + 1)] for i in range(len(candidates))]

    def warn_of_lost_fits(self) -> None:
        """Warn of batches in which every fit failed, as scikit-learn does of others."""
        score = self.fits.search.error_score
        for n_fits, summary in self._lost:
            details = summary.partition("Below are more details about the failures:")[2]
            warnings.warn(
                f"\n{n_fits} fits failed out of a total of {n_fits} in a batch of "
                "trials.\nThe score on these train-test partitions for these "
                f"parameters is {score}.\nBelow are more details about the failures:"
                f"{details or summary}",
                FitFailedWarning,
                stacklevel=2,
            )
