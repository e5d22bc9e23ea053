"""Several models on the same folds of one data set."""

from dataclasses import dataclass

import pandas as pd
from sklearn.base import is_classifier, is_regressor

from skkeras.report.evaluation import Evaluation, evaluate
from skkeras.report.metrics import Metric, as_metrics
from skkeras.report.splits import make_splits


@dataclass(frozen=True, eq=False)
class Comparison:
    """What each model reached on the same folds.

    Parameters
    ----------
    metrics : sequence of Metric
        What was measured; the first one is the primary one and decides the order.
    evaluations : sequence of Evaluation
        One a model.
    """

    metrics: tuple[Metric, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def primary(self):
        """The metric that decides the order of the models."""
        return self.metrics[0]

    @property
    def scores(self):
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
    def notes(self):
        """The warnings of the models that gave any.

        Returns
        -------
        dict of str to tuple of str
        """
        return {e.name: e.notes for e in self.evaluations if e.notes}

    def summary(self):
        """Mean and standard deviation over the folds, best model first.

        Returns
        -------
        DataFrame
            One row a model, the index; columns ``(metric, "mean")`` and
            ``(metric, "std")`` with n - 1 in the denominator, in the order of
            `metrics`, and ``("fit_seconds", "mean")``.
        """
        scores = self.scores
        by_metric = scores.groupby(["model", "metric"])["value"].agg(["mean", "std"])
        table = by_metric.unstack("metric").swaplevel(axis=1)
        order = [(m.name, stat) for m in self.metrics for stat in ("mean", "std")]
        table = table[order]
        table["fit_seconds", "mean"] = scores.groupby("model")["fit_seconds"].mean()
        return table.sort_values(
            (self.primary.name, "mean"),
            ascending=not self.primary.greater_is_better,
            kind="stable",
        )


def compare(models, X, y, *, cv=None, scoring=None, random_state=None):
    """Cross-validate models on the same folds.

    Parameters
    ----------
    models : dict of str to estimator
        All classifiers or all regressors. Put scalers and encoders into a pipeline
        with the model: what is fitted outside has seen the test rows.
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
    random_state : int, RandomState or None, default=None
        Decides the folds where `cv` is None or a number. It does not seed the models.

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
    {'tree': 0.95, 'dummy': 0.33}
    """
    classification = _is_classification(models)
    metrics = as_metrics(scoring, y, classification=classification)
    splits = make_splits(
        cv, X, y, classification=classification, random_state=random_state
    )
    evaluations = [
        evaluate(name, model, X, y, splits=splits, metrics=metrics)
        for name, model in models.items()
    ]
    return Comparison(tuple(metrics), tuple(evaluations))


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
