"""Trials' folds fitted by `BaseSearchCV`: all of a batch in one parallel call."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import FitFailedWarning
from sklearn.pipeline import Pipeline

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.callback import CallbackContext
    from sklearn.model_selection._search import BaseSearchCV


class FixedSplits:
    """A splitter that gives the same folds at each call, and to each worker.

    Parameters
    ----------
    splits : list of (train, test)
        Row numbers of each fold.
    """

    def __init__(self, splits: list[tuple[np.ndarray, np.ndarray]]) -> None:
        self.splits = splits

    def get_n_splits(self, X: Any = None, y: Any = None, **params: Any) -> int:
        """Count the folds."""
        return len(self.splits)

    def split(
        self, X: Any = None, y: Any = None, **params: Any
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give the folds, whatever is to be split."""
        return iter(self.splits)


def final_estimator(estimator: BaseEstimator) -> Any:
    """Find what learns at the end of a pipeline, or the estimator itself.

    Parameters
    ----------
    estimator : estimator
        Perhaps a pipeline of pipelines.

    Returns
    -------
    estimator
    """
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def is_keras(estimator: Any) -> bool:
    """Whether an estimator is one of ours, found out without importing Keras."""
    home = sys.modules.get("skkeras.estimators.base")
    return home is not None and isinstance(estimator, home.KerasEstimator)


def _losses(estimator):
    """Loss of each epoch, where the estimator has any."""
    final = final_estimator(estimator)
    return final.history_.get("loss", ()) if is_keras(final) else ()


def _refuse_nan(losses):
    """Raise where training diverged: predictions of NaN still name some class."""
    if len(losses) and not np.isfinite(losses[-1]):
        raise FloatingPointError(
            f"The loss was {losses[-1]} after epoch {len(losses)}: training diverged. "
            "A smaller learning rate, clipnorm or scaled features may help."
        )


@dataclass
class Notes:
    """What the fits of a batch leave behind, those of other processes apart."""

    failures: dict[int, str] = field(default_factory=dict)
    epochs: dict[int, int] = field(default_factory=dict)


class FoldContext:
    """scikit-learn's context of one fold's fit, with an eye on how the fit ends.

    Parameters
    ----------
    context : sklearn.callback.CallbackContext
        Gets all calls.
    task : int
        Number of the fit in its batch.
    notes : Notes
        Gets what is known in this process of how the fit ended.
    watch : callable or None
        From the estimator, before its fit, to a context manager around the fit.
    """

    def __init__(
        self,
        context: CallbackContext,
        task: int,
        notes: Notes,
        watch: Callable[..., Any] | None,
    ) -> None:
        self._context = context
        self._task = task
        self._notes = notes
        self._watch = watch

    @contextmanager
    def propagate_callback_context(self, estimator: BaseEstimator) -> Iterator[None]:
        """Surround the fit."""
        try:
            with self._context.propagate_callback_context(estimator):
                if self._watch is None:
                    yield
                else:
                    with self._watch(estimator):
                        yield
            losses = _losses(estimator)
            self._notes.epochs[self._task] = len(losses)
            _refuse_nan(losses)
        except Exception as error:
            self._notes.failures[self._task] = "".join(format_exception(error))
            raise

    def call_on_fit_task_begin(self, **arguments: Any) -> Any:
        """Tell scikit-learn's callbacks."""
        return self._context.call_on_fit_task_begin(**arguments)

    def call_on_fit_task_end(self, **arguments: Any) -> Any:
        """Tell scikit-learn's callbacks."""
        return self._context.call_on_fit_task_end(**arguments)


class _BatchContext:
    def __init__(self, context, watches):
        self.context = context
        self._watches = watches
        self.notes = Notes()

    def subcontext(self, task_name, task_id):
        inner = self.context.subcontext(task_name=task_name, task_id=task_id)
        watch = self._watches[task_id] if self._watches else None
        return FoldContext(inner, task_id, self.notes, watch)


class Evaluator:
    """Fits and scores candidates on folds, through ``evaluate_candidates``.

    Parameters
    ----------
    search : BaseSearchCV
        In fit.
    evaluate_candidates : callable
        What BaseSearchCV gave ``_run_search``.
    context : sklearn.callback.CallbackContext
        Of the search.
    """

    def __init__(
        self,
        search: BaseSearchCV,
        evaluate_candidates: Callable[..., Any],
        context: CallbackContext,
    ) -> None:
        self._search = search
        self._evaluate_candidates = evaluate_candidates
        self._context = context
        self._lost = []

    def _shared(self, name):
        # evaluate_candidates hands single results to BaseSearchCV.fit, and to nobody
        # else, through variables that both share.
        return inspect.getclosurevars(self._evaluate_candidates).nonlocals[name]

    def scoring(
        self,
    ) -> tuple[ArrayLike, ArrayLike, Callable[..., Any], dict[str, Any]]:
        """Give the rows, and how they are scored.

        Returns
        -------
        X, y : array-like
        scorer : callable
        score_params : dict
        """
        arguments = self._shared("fit_and_score_kwargs")
        scorer, params = arguments["scorer"], arguments["score_params"]
        return self._shared("X"), self._shared("y"), scorer, params

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
        n_fits = len(candidates) * len(splits)
        batch = _BatchContext(
            self._context.subcontext(
                "batch", max_subtasks=n_fits, sequential_subtasks=False
            ),
            watches,
        )
        batch.context.call_on_fit_task_begin(estimator=self._search)
        done = len(self._shared("all_out"))
        try:
            with self._as_scikit_learn_reads_it(len(splits)):
                self._evaluate_candidates(
                    candidates, cv=FixedSplits(splits), callback_ctx=batch
                )
            results = self._shared("all_out")[done:]
        except ValueError as error:
            if f"All the {n_fits} fits failed" not in str(error):
                raise
            results = self._failed(n_fits, batch.notes.failures, str(error))
            self._lost.append((n_fits, str(error)))
        for task, epochs in batch.notes.epochs.items():
            results[task]["epochs"] = epochs
        batch.context.call_on_fit_task_end(estimator=self._search)
        n = len(splits)
        return [results[n * i : n * (i + 1)] for i in range(len(candidates))]

    @contextmanager
    def _as_scikit_learn_reads_it(self, n_splits):
        """Let folds be evaluated one by one, and silence "Fitting 5 folds"."""
        search = self._search
        kept = search.n_splits_, search.verbose
        search.n_splits_, search.verbose = n_splits, 0
        try:
            yield
        finally:
            search.n_splits_, search.verbose = kept

    def _failed(self, n_fits, failures, summary):
        """Rebuild the results that were lost when every fit of a batch failed.

        Tracebacks of worker processes come back in scikit-learn's summary alone.
        """
        error_score = self._search.error_score
        return [
            {
                "fit_error": failures.get(task, summary),
                "test_scores": error_score,
                "train_scores": error_score,
                "fit_time": np.nan,
                "score_time": np.nan,
            }
            for task in range(n_fits)
        ]

    def warn_of_lost_fits(self) -> None:
        """Warn of batches in which every fit failed, as scikit-learn does of others."""
        score = self._search.error_score
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

    def hand_in(self, out: list[dict[str, Any]], results: dict[str, Any]) -> None:
        """Make BaseSearchCV.fit go on with these results.

        Parameters
        ----------
        out : list of dict
            One a fit; the first tells whether the scoring is multimetric.
        results : dict
            The ``cv_results_``.
        """
        self._shared("all_out")[:] = out
        shared = self._shared("results")
        shared.clear()
        shared.update(results)
