"""Scores of each fold, and their means with intervals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from skkeras.report.pairwise import default_rope, evidence_between
from skkeras.report.plots.style import BLUE, GREY, ORANGE, short, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skkeras.report.comparison import Comparison

LABEL_SIZE = 8
RISES = (-3, 5, -11, 14, -20, 24, -30, 34, -40, 44, -50, 54, -60)
FAR = 15


@styled
def plot_scores(
    comparison: Comparison, *, focus: Collection[str] = (), ax: Axes
) -> None:
    """Draw a line a model: a dot a fold, a diamond the mean, a bar its interval.

    Parameters
    ----------
    comparison : Comparison
        What to draw, in its primary metric.
    focus : collection of str, default=()
        Models in bold type and the colour that stands out.
    ax : matplotlib.axes.Axes
        Where.
    """
    metric, values = comparison.primary, comparison.values()
    summary = comparison.summary()[metric.name]
    for place, name in enumerate(values.columns):
        colour = ORANGE if name in focus else BLUE
        ax.plot(values[name], [place] * len(values), "o", color=GREY, ms=4, alpha=0.5)
        mean, low, high = summary.loc[name, ["mean", "low", "high"]]
        ax.plot([low, high], [place, place], color=colour, lw=2.5)
        ax.plot(mean, place, "D", color=colour, ms=6)
    name_rows(values.columns, focus, ax)
    ax.set_xlabel(f"{metric.label} on test folds")
    ax.grid(axis="x")


@styled
def plot_gains(
    comparison: Comparison, *, focus: Collection[str] = (), ax: Axes
) -> None:
    """Draw how far each model is behind the best, with its interval.

    The shaded band is the region of practical equivalence: differences in it do not
    matter.

    Parameters
    ----------
    comparison : Comparison
        What to draw, in its primary metric.
    focus : collection of str, default=()
        Models in bold type and the colour that stands out.
    ax : matplotlib.axes.Axes
        Where.
    """
    metric, values = comparison.primary, comparison.values()
    rope = default_rope(metric, values.mean())
    best, *others = values.columns
    ax.axvspan(-rope, rope, color=GREY, alpha=0.25, lw=0)
    ax.axvline(0, color=GREY, lw=1, ls="--")
    ax.plot(0, 0, "D", color=ORANGE if best in focus else BLUE, ms=6)
    for place, name in enumerate(others, start=1):
        found = evidence_between(comparison, name, best)
        colour = ORANGE if name in focus else BLUE
        ax.plot([found.low, found.high], [place, place], color=colour, lw=2.5)
        ax.plot(found.advantage, place, "D", color=colour, ms=6)
    name_rows(values.columns, focus, ax)
    ax.set_xlabel(f"gain in {metric.label} over {short(best)}")
    ax.grid(axis="x")


def name_rows(names: Sequence[str], focus: Collection[str], ax: Axes) -> None:
    """Write the names of models beside their rows, the first one at the top.

    Parameters
    ----------
    names : sequence of str
        Of the models.
    focus : collection of str
        Those in bold type.
    ax : matplotlib.axes.Axes
        Where the rows are, at 0, 1 and so on.
    """
    ax.set_yticks(range(len(names)), [short(name) for name in names])
    for name, label in zip(names, ax.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if name in focus else "normal")
    ax.invert_yaxis()


@styled
def plot_pareto(
    comparison: Comparison, *, focus: Collection[str] = (), ax: Axes
) -> None:
    """Draw score against fit time, with a step through the models worth their time.

    Parameters
    ----------
    comparison : Comparison
        What to draw, in its primary metric.
    focus : collection of str, default=()
        Models drawn as diamonds in the colour that stands out.
    ax : matplotlib.axes.Axes
        Where.
    """
    metric, summary = comparison.primary, comparison.summary()
    means, seconds = summary[metric.name, "mean"], summary["fit_seconds", "mean"]
    front = pareto_front(means, seconds, greater_is_better=metric.greater_is_better)
    edge = sorted((seconds[name], means[name]) for name in front)
    ax.step(*zip(*edge, strict=True), where="post", color=GREY, lw=1, ls="--")
    ax.set_xscale("log")
    ax.margins(x=0.25, y=0.1)
    for name in means.index:
        marker, colour = ("D", ORANGE) if name in focus else ("o", BLUE)
        # An edge of its own tells a marker from one that it lies on.
        filled, edge_colour = (colour, "#ffffff") if name in front else ("none", colour)
        ax.plot(
            *(seconds[name], means[name], marker),
            **{"ms": 7, "mfc": filled, "mec": edge_colour, "mew": 1.2},
        )
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("")
    ax.set_xlabel("seconds of one fit")
    ax.set_ylabel(f"mean {metric.label}")
    ax.grid()
    _label({name: (seconds[name], means[name]) for name in means.index}, edge, ax)


def _label(points, edge, ax):
    ax.get_figure(root=True).draw_without_rendering()  # gives the axes their size
    for name, (offset, side) in label_places(points, ax, edge).items():
        far = abs(offset[1]) > FAR
        label = ax.annotate(
            short(name),
            points[name],
            xytext=offset,
            textcoords="offset points",
            fontsize=LABEL_SIZE,
            ha=side,
            arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.6} if far else None,
        )
        label.set_in_layout(False)  # the axes keep the size the places are made for


def label_places(
    points: dict[str, tuple[float, float]],
    ax: Axes,
    steps: Sequence[tuple[float, float]] = (),
) -> dict[str, tuple[tuple[float, float], str]]:
    """Choose a place beside its point for each label, covering the fewest others.

    Parameters
    ----------
    points : dict of str to (float, float)
        Where the points are, in data coordinates.
    ax : matplotlib.axes.Axes
        With its limits set.
    steps : sequence of (float, float), default=()
        Where a line rises, in data coordinates; no label is to be struck through.

    Returns
    -------
    dict of str to ((float, float), str)
        Offset in typographic points, and horizontal alignment.
    """
    to_points = 72 / ax.figure.dpi
    figure: Any = ax.get_figure(root=True)
    page = figure.bbox.width * to_points
    at = {
        name: ax.transData.transform(point) * to_points
        for name, point in points.items()
    }
    corners = [ax.transData.transform(step) * to_points for step in steps]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in at.values()]
    taken += _along(corners)
    places = {}
    for name in sorted(at, key=lambda name: -at[name][1]):
        boxes = _boxes(*at[name], width=0.6 * LABEL_SIZE * len(short(name)))
        inside = [box for box in boxes if box[0] >= 0 and box[2] <= page] or list(boxes)
        covered = {box: sum(_overlap(box, other) for other in taken) for box in inside}
        chosen = min(covered, key=lambda box: covered[box])
        taken.append(chosen)
        places[name] = boxes[chosen]
    return places


def _along(corners):
    """Return a thin box along each piece of a line that goes right, then up or down."""
    boxes = []
    for (x, y), (next_x, next_y) in pairwise(corners):
        boxes.append((x, y - 1, next_x, y + 1))
        boxes.append((next_x - 1, min(y, next_y), next_x + 1, max(y, next_y)))
    return boxes


def _boxes(x, y, width):
    """Return where a label could be, the nearest first, with its offset and side."""
    boxes = {}
    for rise in RISES:
        for side, sign in (("left", 1), ("right", -1)):
            left = x + 6 if side == "left" else x - 6 - width
            box = (left, y + rise, left + width, y + rise + LABEL_SIZE)
            boxes[box] = ((6 * sign, rise), side)
    return boxes


def _overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def pareto_front(
    means: pd.Series, seconds: pd.Series, *, greater_is_better: bool
) -> list[str]:
    """Find the models that no other beats in both score and fit time.

    Parameters
    ----------
    means, seconds : Series
        By model.
    greater_is_better : bool
        Whether high means are good.

    Returns
    -------
    list of str
        From the fastest to the best.
    """
    gains = means if greater_is_better else -means
    front, best = [], float("-inf")
    order = sorted(gains.index, key=lambda name: (seconds[name], -gains[name]))
    for name in order:
        if gains[name] > best:
            front.append(name)
            best = gains[name]
    return front
