"""The private names of scikit-learn that searches use, and no other file may.

`BaseSearchCV.fit` keeps the results of single fits to itself, and ends only with
candidates that it has fitted. The trials of a study may have been fitted by other
processes, in other years: so `fit` is written out here, step by step as there.

What each name is for, and what to do when it goes:

- ``_search.BaseSearchCV``: all that a search gives on to its best estimator, its tags,
  its routing and its HTML. `GridSearchCV` inherits the same, under whatever name.
- ``_get_scorers``: the scorer, and the metric that refits. `check_scoring` gives the
  scorer.
- ``_get_routed_params_for_fit``: which parameter of fit goes where. `process_routing`;
  without routing ``groups`` to the splitter and ``sample_weight`` to scorers, too.
- ``_check_refit_for_multimetric``: the error for a ``refit`` that names no metric.
- ``_select_best_index``: the first minimum of the ranks, or what ``refit`` chooses.
- ``_format_results``: ``cv_results_``, from parameters, scores and times.
- ``_fit_context``: checks parameters, ends callbacks. `with_callbacks` does the latter.
- ``_fit_and_score``: one fit on one fold. `clone`, ``fit`` and the scorer, in a try.
- ``_insert_error_scores``: failed folds get ``error_score`` under each metric's name.
- ``_warn_or_raise_about_fit_failures``: the text of `FitFailedWarning`.
- ``_MultimetricScorer``, ``_scorers``: ``scorer_`` of several metrics is their dict.
- ``_check_method_params``: rows of those parameters that have rows.
- ``_safe_split``: rows of X and y; of a kernel, columns as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import _fit_context, clone, is_classifier
from sklearn.metrics._scorer import _MultimetricScorer
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import (
    _fit_and_score,
    _insert_error_scores,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils import indexable
from sklearn.utils.metaestimators import _safe_split as safe_split
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _check_method_params as check_method_params

from skkeras.sklearn_callbacks import HAS_CALLBACKS, in_context
from skkeras.sklearn_internals import callback_context

__all__ = ["BatchSearchCV", "FoldFits", "check_method_params", "safe_split"]


def _fit_in_context(estimator, X, y, caller, context, predict, **arguments):
    """Fit and score one candidate on one fold, and predict the fold where wanted."""
    result = _fit_and_score_in(context, estimator, X, y, caller, **arguments)
    if predict is not None and result["fit_error"] is None:
        rows = safe_split(estimator, X, y, arguments["test"], arguments["train"])
        result["predictions"] = predict(estimator, rows[0])
    return result


def _fit_and_score_in(context, estimator, X, y, caller, **arguments):
    if HAS_CALLBACKS:
        arguments |= {"caller": caller, "callback_ctx": context}
        return _fit_and_score(estimator, X, y, **arguments)
    with in_context(estimator, context):
        return _fit_and_score(estimator, X, y, **arguments)


@dataclass
class FoldFits:
    """Fits and scores candidates on folds, all of a batch in one parallel call.

    Parameters
    ----------
    search : BatchSearchCV
        In fit.
    X, y : array-like
        All rows.
    scorer : callable
        Of one metric or several.
    fit_params, score_params : dict
        For the estimator and the scorer, of all rows.
    parallel : sklearn.utils.parallel.Parallel
        Runs the fits.
    predict : callable, default=None
        From a fitted estimator and the X of its test fold to predictions, which are
        then kept beside the scores.
    """

    search: BatchSearchCV
    X: Any
    y: Any
    scorer: Callable[..., Any]
    fit_params: dict[str, Any]
    score_params: dict[str, Any]
    parallel: Parallel
    predict: Callable[[Any, Any], np.ndarray | None] | None = None

    def run(
        self,
        candidates: list[dict[str, Any]],
        splits: list[tuple[np.ndarray, np.ndarray]],
        contexts: Sequence[Any],
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Fit and score each candidate on each fold.

        Parameters
        ----------
        candidates : list of dict
            Parameters.
        splits : list of (train, test)
            Row numbers of each fold.
        contexts : list of sklearn.callback.CallbackContext
            One a fit, candidates first.

        Returns
        -------
        out : list of dict
            For each fit its scores, times and ``fit_error``, and ``predictions``
            where they are wanted.
        all_failed : str or None
            scikit-learn's summary where every fit failed; of some it has warned.
        """
        search = self.search
        estimator = clone(search.estimator)
        n_candidates, n_splits = len(candidates), len(splits)
        tasks = product(enumerate(candidates), enumerate(splits))
        out = self.parallel(
            delayed(_fit_in_context)(
                clone(estimator),
                self.X,
                self.y,
                train=train,
                test=test,
                parameters=parameters,
                split_progress=(fold, n_splits),
                candidate_progress=(number, n_candidates),
                scorer=self.scorer,
                fit_params=self.fit_params,
                score_params=self.score_params,
                return_train_score=search.return_train_score,
                return_n_test_samples=True,
                return_times=True,
                error_score=search.error_score,
                verbose=search.verbose,
                caller=search,
                context=context,
                predict=self.predict,
            )
            for ((number, parameters), (fold, (train, test))), context in zip(
                tasks, contexts, strict=True
            )
        )
        return out, self._complain(out)

    def _complain(self, out):
        """Warn of fits that failed, or say so where all of them did."""
        error_score = self.search.error_score
        try:
            _warn_or_raise_about_fit_failures(out, error_score)
        except ValueError as error:
            return str(error)
        if callable(self.search.scoring):
            _insert_error_scores(out, error_score)
        return None


class BatchSearchCV(BaseSearchCV):
    """A search that may end with candidates that others have fitted.

    A subclass has ``_split_once(X, y, params, split_params)``, which gives the list of
    folds, and ``_search_batches(fits, context)``, which gets :class:`FoldFits` and
    returns for each fold of each candidate a dict as ``FoldFits.run`` gives; the
    results; and the :class:`~skkeras.model_selection.voting.Members` that the best
    estimator is to be made of, or None for the best candidate.
    """

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: ArrayLike | None = None, **params: Any) -> Self:
        """Search, and fit the best parameters on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Targets.
        **params : dict
            For the estimator, the scorer and the splitter.

        Returns
        -------
        self : BatchSearchCV
        """
        scorer, metric = self._get_scorers()
        X, y = indexable(X, y)
        params = check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        weight = params.get("sample_weight")
        rows = {
            "X": X,
            "y": y,
            "metadata": None if weight is None else {"sample_weight": weight},
        }
        context = callback_context(
            self, max_subtasks=1 + (self.refit is not False)
        ).call_on_fit_task_begin(estimator=self, **rows)
        self._splits = self._split_once(X, y, params, routed.splitter.split)
        self.n_splits_ = len(self._splits)
        estimator = clone(self.estimator)
        fit_params, score_params = routed.estimator.fit, routed.scorer.score
        with Parallel(n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch) as parallel:
            fits = FoldFits(self, X, y, scorer, fit_params, score_params, parallel)
            out, results, members = self._search_batches(fits, context)
        self._choose(out[0]["test_scores"], results, metric)
        if self.refit:
            self._refit(estimator, members, fit_params, rows, context)
        is_multiple = isinstance(scorer, _MultimetricScorer)
        self.scorer_ = scorer._scorers if is_multiple else scorer
        self.cv_results_ = results
        context.call_on_fit_task_end(estimator=self, **rows)
        return self

    def _cross_validator(self, y):
        return check_cv(self.cv, y, classifier=is_classifier(self.estimator))

    def _results(self, candidates, out):
        """Lay out what :class:`FoldFits` gave, or would have given."""
        return self._format_results(candidates, self.n_splits_, out)

    def _choose(self, first_scores, results, metric):
        self.multimetric_ = isinstance(first_scores, dict)
        if callable(self.scoring) and self.multimetric_:
            self._check_refit_for_multimetric(first_scores)
            metric = self.refit
        if not self.refit and self.multimetric_:
            return
        self.best_index_ = self._select_best_index(self.refit, metric, results)
        if not callable(self.refit):
            self.best_score_ = results[f"mean_test_{metric}"][self.best_index_]
        self.best_params_ = results["params"][self.best_index_]

    def _refit(self, estimator, members, fit_params, rows, context):
        task, start = "refit-with-best-params", time.time()
        if members is None:
            best = _with(self.best_params_, estimator)
            context = context.subcontext(task_name=task)
            _refit_in(context, self, best, rows, fit_params)
        else:
            each = [_with(params, estimator) for params in members.params]
            context = context.subcontext(
                task_name=task, max_subtasks=len(each), sequential_subtasks=False
            )
            fitted = self._refit_members(each, rows, fit_params, context)
            best = members.join(fitted, rows["y"])
        self.best_estimator_ = best
        self.refit_time_ = time.time() - start
        if hasattr(best, "feature_names_in_"):
            self.feature_names_in_ = best.feature_names_in_

    def _refit_members(self, members, rows, fit_params, context):
        """Refit all members in one parallel call."""
        context.call_on_fit_task_begin(estimator=self, **rows)
        contexts = [
            context.subcontext("member", task_id=i) for i in range(len(members))
        ]
        fitted = Parallel(n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch)(
            delayed(_refit_in)(each, self, member, rows, fit_params)
            for each, member in zip(contexts, members, strict=True)
        )
        context.call_on_fit_task_end(estimator=self, **rows)
        return fitted


def _with(params, estimator):
    # Parameters are cloned because they may be estimators.
    return clone(estimator).set_params(**clone(params, safe=False))


def _refit_in(context, search, estimator, rows, fit_params):
    """Fit one estimator on all rows, in a context of its own."""
    with context.propagate_callback_context(estimator):
        context.call_on_fit_task_begin(estimator=search, **rows)
        if rows["y"] is None:
            estimator.fit(rows["X"], **fit_params)
        else:
            estimator.fit(rows["X"], rows["y"], **fit_params)
    context.call_on_fit_task_end(estimator=search, **rows)
    return estimator
