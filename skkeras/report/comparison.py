"""Several models on the same folds of one data set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import is_classifier, is_regressor

from skkeras.report.comparison_plots import ComparisonPlots
from skkeras.report.evaluation import Evaluation, evaluate
from skkeras.report.metrics import Metric, as_metrics
from skkeras.report.model_plots import ModelPlots
from skkeras.report.pairwise import default_rope, pairwise_table
from skkeras.report.recommendation import Recommendation, recommend
from skkeras.report.splits import Split, make_splits
from skkeras.report.statistics import confidence_interval

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from skkeras.estimators.typing import RandomState
    from skkeras.model_selection.typing import CrossValidation, Scoring

COSTS = ("n_parameters", "predict_seconds", "search_seconds")
# A model whose scores are infinite has no spread: NaN says so, NumPy need not.
_NOT_FINITE = np.errstate(over="ignore", invalid="ignore")


@dataclass(frozen=True, eq=False)
class Comparison(ComparisonPlots, ModelPlots):
    """The scores of several models on the same folds.

    Parameters
    ----------
    metrics : sequence of Metric
        What was measured; the first one is the primary one and decides the order.
    evaluations : sequence of Evaluation
        One a model.
    splits : sequence of Split
        The folds.
    class_names : sequence of str, default=()
        What to call the classes in plots, in their order.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skkeras.datasets import load_iris
    >>> from skkeras.report import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> comparison = compare({"dummy": DummyClassifier()}, X, y, cv=3, random_state=0)
    >>> comparison.primary.name
    'accuracy'
    """

    metrics: tuple[Metric, ...]
    evaluations: tuple[Evaluation, ...]
    splits: tuple[Split, ...]
    class_names: tuple[str, ...] = ()

    @property
    def primary(self) -> Metric:
        """The metric that decides the order of the models."""
        return self.metrics[0]

    @property
    def test_train_ratio(self) -> float:
        """Test rows for each training row, on average over the folds."""
        return float(np.mean([len(s.test) / len(s.train) for s in self.splits]))

    @property
    def scores(self) -> pd.DataFrame:
        """Every single score, as a tidy table.

        Returns
        -------
        DataFrame
            One row a model, metric, repeat and fold; columns model, metric, repeat,
            fold, value, fit_seconds and score_seconds. The seconds belong to the fold
            and are the same in each of its rows.
        """
        return pd.concat([e.scores for e in self.evaluations], ignore_index=True)

    @property
    def notes(self) -> dict[str, tuple[str, ...]]:
        """The warnings of the models that gave any.

        Returns
        -------
        dict of str to tuple of str
        """
        return {e.name: e.notes for e in self.evaluations if e.notes}

    def evaluation(self, model: str) -> Evaluation:
        """Return a model's evaluation.

        Parameters
        ----------
        model : str
            Its name.

        Returns
        -------
        Evaluation

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        by_name = {e.name: e for e in self.evaluations}
        if model not in by_name:
            raise KeyError(f"{model!r} is not among the models: {', '.join(by_name)}")
        return by_name[model]

    def values(self, metric: Metric | None = None) -> pd.DataFrame:
        """Return a metric as a table with a column for each model, best first.

        Parameters
        ----------
        metric : Metric or None, default=None
            None means the primary one.

        Returns
        -------
        DataFrame of shape (n_folds, n_models)
            The index is repeat and fold.
        """
        metric = metric or self.primary
        key = metric.name, metric.greater_is_better
        if key not in self._values:
            self._values[key] = self._tabulate(metric)
        return self._values[key].copy()

    @cached_property
    def _values(self) -> dict[tuple[str, bool], pd.DataFrame]:
        return {}

    def _tabulate(self, metric):
        scores = self.scores
        wide = scores[scores["metric"] == metric.name].pivot(
            index=["repeat", "fold"], columns="model", values="value"
        )
        means = wide[[e.name for e in self.evaluations]].mean()
        order = means.sort_values(
            ascending=not metric.greater_is_better, kind="stable"
        ).index
        return wide[order]

    def summary(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Tabulate means, spreads, intervals and costs, the best model first.

        Parameters
        ----------
        confidence : float, default=0.95
            Of the intervals for correlated folds (Nadeau and Bengio 2003). They are
            cut off at what a metric can be at most or at least.

        Returns
        -------
        DataFrame
            One row a model, the index; columns ``(metric, "mean")``,
            ``(metric, "std")`` with n - 1 in the denominator, ``(metric, "low")`` and
            ``(metric, "high")``, in the order of `metrics`; then means over the folds:
            ``("n_parameters", "mean")``, ``("predict_seconds", "mean")`` of a test
            fold, ``("search_seconds", "mean")`` if a model was tuned, and
            ``("fit_seconds", "mean")``, which includes the search.
        """
        if confidence not in self._summaries:
            self._summaries[confidence] = self._summarize(confidence)
        return self._summaries[confidence].copy()

    @cached_property
    def _summaries(self) -> dict[float, pd.DataFrame]:
        return {}

    @_NOT_FINITE
    def _summarize(self, confidence):
        tables = [self.values(metric) for metric in self.metrics]
        columns = {}
        for metric, table in zip(self.metrics, tables, strict=True):
            name = metric.name
            columns[name, "mean"], columns[name, "std"] = table.mean(), table.std()
            bounds = table.apply(
                confidence_interval,
                result_type="expand",
                args=(self.test_train_ratio,),
                confidence=confidence,
            )
            bounds = bounds.clip(*metric.bounds)
            columns[name, "low"], columns[name, "high"] = bounds.iloc[0], bounds.iloc[1]
        columns |= {(cost, "mean"): self._cost(cost) for cost in COSTS}
        columns["fit_seconds", "mean"] = self.scores.groupby("model")[
            "fit_seconds"
        ].mean()
        if columns["search_seconds", "mean"].isna().all():
            del columns["search_seconds", "mean"]
        order = tables[0].columns
        table = pd.DataFrame(columns).loc[order]
        table.columns = pd.MultiIndex.from_tuples(table.columns)
        return table

    def _cost(self, name):
        each = {
            e.name: [getattr(o, name) for o in e.observations] for e in self.evaluations
        }
        known = {
            model: np.mean(costs) if costs and None not in costs else np.nan
            for model, costs in each.items()
        }
        return pd.Series(known, dtype=float)

    @_NOT_FINITE
    def pairwise(
        self,
        metric: Metric | None = None,
        *,
        rope: float | None = None,
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Compare every pair of models on the folds they share.

        Parameters
        ----------
        metric : Metric or None, default=None
            None means the primary one.
        rope : float or None, default=None
            Half the width of the region of practical equivalence, in the unit of the
            metric: differences below it do not matter. None means 0.01, or for errors
            and losses a hundredth of the lowest mean.
        confidence : float, default=0.95
            Of the intervals, each for its own pair.

        Returns
        -------
        DataFrame
            One row a pair; columns ``model`` and ``other``, of which the first has the
            better mean; ``advantage``, the mean over the folds of how much better it
            is, with the interval ``low`` to ``high``; ``p_value`` of the corrected
            resampled t-test (Nadeau and Bengio 2003) and ``p_holm`` after Holm's
            adjustment for the number of pairs; ``p_worse``, ``p_equivalent`` and
            ``p_better``, the probabilities of the Bayesian correlated t-test (Benavoli
            et al. 2017) that the first model is so.
        """
        metric = metric or self.primary
        values = self.values(metric)
        return pairwise_table(
            values,
            metric,
            self.test_train_ratio,
            rope=default_rope(metric, values.mean()) if rope is None else rope,
            confidence=confidence,
        )

    @_NOT_FINITE
    def recommend(self) -> Recommendation:
        """Choose the cheapest of the models that are as good as the best.

        Returns
        -------
        Recommendation
            With ``model``, ``reason`` and ``as_good``; see
            `skkeras.report.recommendation.recommend` for the rule.

        Examples
        --------
        >>> from sklearn.dummy import DummyClassifier
        >>> from sklearn.linear_model import LogisticRegression
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> models = {
        ...     "dummy": DummyClassifier(),
        ...     "logistic": LogisticRegression(max_iter=1000),
        ... }
        >>> compare(models, X, y, cv=3, random_state=0).recommend().model
        'logistic'
        """
        return recommend(self)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the report's files.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there; gets ``report.html``, ``scores.csv``,
            ``summary.csv``, ``pairwise.csv`` and the figures as PNG and SVG.

        Returns
        -------
        Path
            The page.
        """
        from skkeras.report.save import save_comparison

        return save_comparison(self, folder)

    def _repr_html_(self):
        """Show the answer and the summary in a notebook."""
        from skkeras.report.html import comparison_fragment

        return comparison_fragment(self)


def compare(
    models: Mapping[str, BaseEstimator],
    X: ArrayLike,
    y: ArrayLike,
    *,
    cv: CrossValidation = None,
    scoring: Scoring = None,
    groups: ArrayLike | None = None,
    params: Mapping[str, Any] | None = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
    diagnose: bool | None = None,
) -> Comparison:
    """Cross-validate models on the same folds.

    Parameters
    ----------
    models : dict of str to estimator
        All classifiers or all regressors. Put scalers and encoders into a pipeline
        with the model: what is fitted outside has seen the test rows. A search among
        them is fitted on each fold's training rows, that is nested.
    X : array-like of shape (n_samples, n_features)
        The features.
    y : array-like of shape (n_samples,)
        The target.
    cv : None, int, splitter or iterable, default=None
        None means 10 shuffled folds, a number that many, stratified for classifiers.
        Anything else is used as scikit-learn does, drawn once for all models.
    scoring : None, str, callable, list or dict, default=None
        What to measure; the first is the primary metric. None means accuracy, balanced
        accuracy, ROC AUC (one class against the rest where there are several) and log
        loss for classifiers; R², RMSE and MAE for regressors. Names are those,
        ``"roc_auc"``, ``"log_loss"``, ``"rmse"``, ``"mae"``, ``"r2"``, or
        scikit-learn's.
    groups : array-like of shape (n_samples,), default=None
        Rows of one group, such as those of one patient, stay in one fold; where `cv` is
        a splitter, it gets them. Searches among the models get them too.
    params : dict of str to array-like, default=None
        Metadata of the rows such as ``sample_weight``, as in
        :func:`~sklearn.model_selection.cross_validate`: handed to each model's ``fit``,
        or, where metadata routing is enabled, to whatever requests them, scorers
        included.
    random_state : int, RandomState or None, default=None
        Decides the folds where `cv` is None or a number. It does not seed the models.
    n_jobs : int or None, default=None
        How many folds are fitted side by side. Models that skkeras trains are fitted
        on all folds at once in any case.
    diagnose : bool or None, default=None
        Whether to score training rows and shuffle columns as well, for
        `plot_importance` and the sentence on overfitting. None does so for models that
        skkeras trains.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If there is no model, or if classifiers and regressors are mixed.
    Exception
        What a model raised, if a fit or a prediction failed.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skkeras.datasets import load_iris
    >>> from skkeras.report import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> models = {
    ...     "dummy": DummyClassifier(),
    ...     "tree": DecisionTreeClassifier(max_depth=2, random_state=0),
    ... }
    >>> comparison = compare(models, X, y, cv=5, scoring="accuracy", random_state=0)
    >>> comparison.summary()["accuracy", "mean"].round(2).to_dict()
    {'tree': 0.93, 'dummy': 0.33}
    """
    classification = _is_classification(models)
    metrics = as_metrics(scoring, y, classification=classification)
    kind = {"classification": classification, "random_state": random_state}
    splits = make_splits(cv, X, y, groups, **kind)
    how = {
        "metrics": metrics,
        "groups": groups,
        "params": params,
        "n_jobs": n_jobs,
        "diagnose": diagnose,
    }
    evaluations = [
        evaluate(name, model, X, y, splits=splits, **how)
        for name, model in models.items()
    ]
    names = tuple(map(str, np.unique(y))) if classification else ()
    return Comparison(tuple(metrics), tuple(evaluations), tuple(splits), names)


def _is_classification(models):
    if not models:
        raise ValueError("models is empty: give at least one name and estimator")
    if all(is_classifier(model) for model in models.values()):
        return True
    if all(is_regressor(model) for model in models.values()):
        return False
    kinds = {
        name: "classifier"
        if is_classifier(model)
        else "regressor"
        if is_regressor(model)
        else "neither"
        for name, model in models.items()
    }
    raise ValueError(f"models must be all classifiers or all regressors, got {kinds}")
