"""The pictures of a comparison, with what they show in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from skkeras.report.alternative_texts import (
    areas_text,
    calibration_text,
    confusion_text,
    gains_text,
    importance_text,
    learning_text,
    mean_importance,
    pairs_text,
    pareto_text,
    precisions_text,
    quantiles_text,
    residuals_text,
    scores_text,
    search_importance_text,
    search_text,
)
from skkeras.report.keras_use import keras_names
from skkeras.report.plots.style import INK, STYLE
from skkeras.report.predictions import pooled_predictions

if TYPE_CHECKING:
    from skkeras.report.comparison import Comparison

WIDTH = 6.2  # inches
MOST_CLASSES = 12
DOTS_PER_INCH = 150


@dataclass(frozen=True)
class Picture:
    """A picture that is yet to be drawn.

    Parameters
    ----------
    slug : str
        Its file's name without an ending.
    title : str
        What a reader sees above it.
    alt : str
        What it shows, for a reader who cannot see it.
    draw : callable
        Draws it on the axes it is given as ``ax``.
    height : float, default=3.6
        In inches.
    """

    slug: str
    title: str
    alt: str
    draw: Callable
    height: float = 3.6

    def figure(self) -> Figure:
        """Draw the picture.

        Returns
        -------
        matplotlib.figure.Figure
        """
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=(WIDTH, self.height), layout="constrained")
            self.draw(ax=figure.add_subplot())
        return figure


def overview(comparison: Comparison) -> list[Picture]:
    """List the pictures of all models.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    list of Picture
    """
    focus = keras_names(comparison.evaluations)
    label, count = comparison.primary.label, len(comparison.evaluations)
    # Pictures that stand side by side have the same height.
    height = max(3.6, 1.0 + 0.32 * count)
    pictures = [
        Picture(
            "scores",
            f"{label} of each fold, with means and 95% intervals",
            scores_text(comparison),
            lambda ax: comparison.plot_scores(focus=focus, ax=ax),
            height,
        ),
        Picture(
            "pareto",
            f"Mean {label} against fit time; filled: no other model is both faster "
            "and better",
            pareto_text(comparison),
            lambda ax: comparison.plot_pareto(focus=focus, ax=ax),
            height,
        ),
    ]
    if count > 1 and len(comparison.splits) > 1:
        height = max(3.6, 1.6 + 0.32 * count)
        best = comparison.values().columns[0]
        pictures += [
            Picture(
                "gains",
                f"Gain of each model over {best}, the best, with its 95% interval; in "
                "the shaded band differences do not matter",
                gains_text(comparison),
                lambda ax: comparison.plot_gains(focus=focus, ax=ax),
                height,
            ),
            Picture(
                "pairwise",
                "Probability that the row's model is better than the column's by more "
                "than what matters; the darker, the more probable",
                pairs_text(comparison),
                lambda ax: comparison.plot_pairwise(ax=ax),
                height,
            ),
        ]
    return pictures


def diagnostics(comparison: Comparison, model: str) -> list[Picture]:
    """List the pictures of one model that its observations allow.

    Parameters
    ----------
    comparison : Comparison
        With the model.
    model : str
        Its name.

    Returns
    -------
    list of Picture
    """
    seen = comparison.evaluation(model).observations
    if not seen:
        return []

    def picture(slug, title, alt, method, height=3.6):
        def draw(ax):
            return getattr(comparison, method)(model, ax=ax)

        return Picture(slug, f"{model}: {title}", alt, draw, height)

    pictures = []
    if any(o.history for o in seen):
        title = "loss of each epoch, mean and standard deviation over the folds"
        method = "plot_learning_curves"
        pictures.append(picture("learning", title, learning_text(seen), method))
    pooled = pooled_predictions(comparison.evaluation(model))
    if pooled.classes is None:
        pictures += _of_regression(picture, pooled)
    elif len(pooled.classes) <= MOST_CLASSES:
        pictures += _of_classes(picture, pooled, comparison.class_names)
    if all(o.importance is not None for o in seen):
        columns = min(20, len(mean_importance(seen)))
        pictures.append(
            picture(
                "importance",
                f"{comparison.primary.label} lost on test rows where a column is "
                "shuffled, mean and standard deviation over the folds",
                importance_text(seen, columns),
                "plot_importance",
                height=1.0 + 0.28 * columns,
            )
        )
    if any(o.search for o in seen):
        title = "scores of the trials, and the best so far on average over the folds"
        method = "plot_search_history"
        pictures.append(picture("search", title, search_text(seen), method))
    if any(o.search and o.search.importances for o in seen):
        title = "share of each parameter in the variation of the trials' scores"
        alt = search_importance_text(seen)
        method = "plot_search_importances"
        pictures.append(picture("search-importance", title, alt, method, height=2.6))
    return pictures


def _of_regression(picture, pooled):
    return [
        picture(
            "residuals",
            "truth minus prediction, against the prediction",
            residuals_text(pooled),
            "plot_residuals",
        ),
        picture(
            "quantiles",
            "quantiles of truth minus prediction against a normal distribution's",
            quantiles_text(pooled),
            "plot_quantiles",
        ),
    ]


def _of_classes(picture, pooled, names):
    pictures = [
        picture(
            "confusion",
            "how often each class was taken for each, all test folds together; the "
            "darker, the larger the share of the true class",
            confusion_text(pooled, names),
            "plot_confusion_matrix",
            height=1.8 + 0.4 * len(pooled.classes),
        )
    ]
    if pooled.probabilities is not None:
        pictures += [
            picture(
                "roc",
                "ROC, all test folds together",
                areas_text(pooled, names),
                "plot_roc",
            ),
            picture(
                "precision-recall",
                "precision against recall, all test folds together",
                precisions_text(pooled, names),
                "plot_precision_recall",
            ),
            picture(
                "calibration",
                "calibration in ten groups of equal size; dashed: perfect",
                calibration_text(pooled, names),
                "plot_calibration",
            ),
        ]
    return pictures


def as_png(figure: Figure) -> bytes:
    """Render a drawn picture as a PNG file's bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn.

    Returns
    -------
    bytes
    """
    file = BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    return file.getvalue()


def as_svg(figure: Figure) -> str:
    """Render a drawn picture as an SVG file's text, the same for the same picture.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn.

    Returns
    -------
    str
    """
    file = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return file.getvalue()


def inline_svg(svg: str, prefix: str) -> str:
    """Fit an SVG file into a page: in the page's text colour, with ids of its own.

    Parameters
    ----------
    svg : str
        The file.
    prefix : str
        Put before each id, so that no other picture's is the same.

    Returns
    -------
    str
        The element, hidden from screen readers: the page describes it.
    """
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.S)
    element = re.sub(r'\bid="', f'id="{prefix}', element)
    element = element.replace("url(#", f"url(#{prefix}")
    element = element.replace('xlink:href="#', f'xlink:href="#{prefix}')
    element = element.replace(INK, "currentColor")
    return element.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
