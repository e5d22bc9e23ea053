"""What the models predicted for rows they had not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from skkeras.report.plots.style import BLUE, GREY, class_cycle, short, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skkeras.report.predictions import Predictions


@styled
def plot_confusion_matrix(
    predictions: Predictions, class_names: Sequence[str] = (), *, ax: Axes
) -> None:
    """Draw how often each class was taken for each.

    Parameters
    ----------
    predictions : Predictions
        Of a classifier.
    class_names : sequence of str, default=()
        What to call the classes; their labels where empty.
    ax : matplotlib.axes.Axes
        Where.
    """
    labels: Any = predictions.classes
    counts = confusion_matrix(predictions.truth, predictions.predicted, labels=labels)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1.2)
    for (row, column), count in np.ndenumerate(counts):
        colour = "#ffffff" if shares[row, column] > 0.6 else "#102030"
        ax.text(column, row, count, ha="center", va="center", color=colour)
    names = [short(name) for name in (class_names or labels)]
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")


@styled
def plot_roc(
    predictions: Predictions, class_names: Sequence[str] = (), *, ax: Axes
) -> None:
    """Draw the ROC curves of all test rows together, one class against the rest.

    Parameters
    ----------
    predictions : Predictions
        With probabilities.
    class_names : sequence of str, default=()
        What to call the classes.
    ax : matplotlib.axes.Axes
        Where.
    """
    ax.set_prop_cycle(class_cycle())
    for name, truth, probability in each_class(predictions, class_names):
        x, y, _ = roc_curve(truth, probability)
        area = roc_auc_score(truth, probability)
        ax.plot(x, y, label=f"{short(name)}: area {area:.3f}")
    ax.plot([0, 1], [0, 1], color=GREY, ls="--", lw=1)
    ax.set_xlabel("false positive rate")
    ax.set_ylabel("true positive rate")
    ax.legend(loc="lower right", fontsize=8)


@styled
def plot_precision_recall(
    predictions: Predictions, class_names: Sequence[str] = (), *, ax: Axes
) -> None:
    """Draw precision against recall of all test rows, one class against the rest.

    Parameters
    ----------
    predictions : Predictions
        With probabilities.
    class_names : sequence of str, default=()
        What to call the classes.
    ax : matplotlib.axes.Axes
        Where.
    """
    ax.set_prop_cycle(class_cycle())
    for name, truth, probability in each_class(predictions, class_names):
        precision, recall, _ = precision_recall_curve(truth, probability)
        average = average_precision_score(truth, probability)
        label = f"{short(name)}: average precision {average:.3f}"
        ax.step(recall, precision, where="post", label=label)
    ax.set_xlabel("recall")
    ax.set_ylabel("precision")
    ax.set_ylim(0, 1.05)
    ax.legend(loc="lower left", fontsize=8)


@styled
def plot_calibration(
    predictions: Predictions, class_names: Sequence[str] = (), *, ax: Axes
) -> None:
    """Draw how often what was given a probability came true, in ten equal groups.

    The Brier score in the legend is the mean squared difference between probability
    and outcome of that class; 0 is perfect.

    Parameters
    ----------
    predictions : Predictions
        With probabilities.
    class_names : sequence of str, default=()
        What to call the classes.
    ax : matplotlib.axes.Axes
        Where.
    """
    ax.set_prop_cycle(class_cycle())
    for name, truth, probability in each_class(predictions, class_names):
        share, mean = calibration_curve(
            truth, probability, n_bins=10, strategy="quantile"
        )
        score = brier_score_loss(truth, probability)
        ax.plot(
            mean, share, marker="o", ms=4, label=f"{short(name)}: Brier {score:.3f}"
        )
    ax.plot([0, 1], [0, 1], color=GREY, ls="--", lw=1)
    ax.set_xlabel("predicted probability")
    ax.set_ylabel("share that came true")
    ax.legend(loc="upper left", fontsize=8)


def each_class(
    predictions: Predictions, class_names: Sequence[str] = ()
) -> Iterator[tuple[Any, np.ndarray, np.ndarray]]:
    """Yield name, membership and probability of each class, of two only the second.

    Parameters
    ----------
    predictions : Predictions
        With probabilities.
    class_names : sequence of str, default=()
        What to call the classes.

    Yields
    ------
    name : object
    truth : ndarray of int of shape (n_test_rows,)
    probability : ndarray of shape (n_test_rows,)
    """
    if predictions.probabilities is None:
        raise ValueError(f"{predictions.name!r} gives no probabilities")
    names: Any = class_names or predictions.classes
    classes: Any = predictions.classes
    first = 1 if len(names) == 2 else 0
    for column in range(first, len(names)):
        truth = (predictions.truth == classes[column]).astype(int)
        if truth.any():
            # float32 rows sum to 1 only nearly, and Brier's check is strict
            probability = np.clip(predictions.probabilities[:, column], 0, 1)
            yield names[column], truth, probability


@styled
def plot_residuals(predictions: Predictions, *, ax: Axes) -> None:
    """Draw the residual of each test row against its prediction.

    Parameters
    ----------
    predictions : Predictions
        Of a regressor.
    ax : matplotlib.axes.Axes
        Where.
    """
    residuals = predictions.truth - predictions.predicted
    ax.plot(predictions.predicted, residuals, "o", color=BLUE, ms=3, alpha=0.5)
    ax.axhline(0, color=GREY, ls="--", lw=1)
    ax.set_xlabel("prediction")
    ax.set_ylabel("truth minus prediction")
    ax.grid()


@styled
def plot_quantiles(predictions: Predictions, *, ax: Axes) -> None:
    """Draw the residuals' quantiles against those of a normal distribution.

    Parameters
    ----------
    predictions : Predictions
        Of a regressor.
    ax : matplotlib.axes.Axes
        Where.
    """
    residuals = predictions.truth - predictions.predicted
    (normal, ordered), (slope, intercept, _) = stats.probplot(residuals)
    ax.plot(normal, ordered, "o", color=BLUE, ms=3, alpha=0.5)
    ends = np.array([normal[0], normal[-1]])
    ax.plot(ends, intercept + slope * ends, color=GREY, ls="--", lw=1)
    ax.set_xlabel("quantile of the normal distribution")
    ax.set_ylabel("truth minus prediction")
    ax.grid()
