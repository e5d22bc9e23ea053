"""One model, cross-validated."""

import warnings
from collections import Counter
from dataclasses import dataclass

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_validate

SPLIT_COLUMNS = ["model", "repeat", "fold", "fit_seconds", "score_seconds"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What cross-validation found out about a model.

    Parameters
    ----------
    name : str
        What the comparison calls the model.
    model : estimator
        The unfitted model.
    scores : DataFrame
        One row a fold and metric; columns model, metric, repeat, fold, value,
        fit_seconds, score_seconds.
    notes : tuple of str
        The warnings its fits gave, each once, with how often.
    """

    name: str
    model: BaseEstimator
    scores: pd.DataFrame
    notes: tuple[str, ...] = ()


def evaluate(name, model, X, y, *, splits, metrics):
    """Cross-validate one model.

    Parameters
    ----------
    name : str
        What to call the model.
    model : estimator
        Cloned for each fold.
    X : array-like of shape (n_samples, n_features)
        The features.
    y : array-like of shape (n_samples,)
        The target.
    splits : list of Split
        Which rows train and test.
    metrics : list of Metric
        What to measure on the test rows.

    Returns
    -------
    Evaluation

    Raises
    ------
    Exception
        What the model raised, if a fit or a prediction failed.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for meant_for_developers in (
            DeprecationWarning,
            PendingDeprecationWarning,
            ResourceWarning,
        ):
            warnings.simplefilter("ignore", meant_for_developers)
        results = cross_validate(
            model,
            X,
            y,
            cv=[(split.train, split.test) for split in splits],
            scoring={metric.name: metric.scorer for metric in metrics},
            error_score="raise",
        )
    return Evaluation(
        name, model, _tidy(name, splits, metrics, results), _notes(caught)
    )


def _tidy(name, splits, metrics, results):
    wide = pd.DataFrame(
        {
            "model": name,
            "repeat": [split.repeat for split in splits],
            "fold": [split.fold for split in splits],
            "fit_seconds": results["fit_time"],
            "score_seconds": results["score_time"],
        }
        | {m.name: m.value(results[f"test_{m.name}"]) for m in metrics}
    )
    tidy = wide.melt(id_vars=SPLIT_COLUMNS, var_name="metric")
    return tidy[
        ["model", "metric", "repeat", "fold", "value", "fit_seconds", "score_seconds"]
    ]


def _notes(caught):
    seen = Counter(
        f"{warning.category.__name__}: {str(warning.message).strip().splitlines()[0]}"
        for warning in caught
        if str(warning.message).strip()
    )
    return tuple(
        note if times == 1 else f"{note} ({times} times)"
        for note, times in seen.items()
    )
