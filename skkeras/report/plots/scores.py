"""Scores of each fold, and their means with intervals."""

from skkeras.report.plots.style import BLUE, GREY, ORANGE, short, styled

LABEL_SIZE = 8


@styled
def plot_scores(comparison, *, focus=(), ax):
    """Draw a line a model: a dot a fold, a diamond the mean, a bar its interval.

    Parameters
    ----------
    comparison : Comparison
        What to draw, in its primary metric.
    focus : collection of str, default=()
        Models in the colour that stands out.
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
    ax.set_yticks(range(values.shape[1]), [short(name) for name in values.columns])
    ax.invert_yaxis()
    ax.set_xlabel(f"{metric.label} on test folds")
    ax.grid(axis="x")


@styled
def plot_pareto(comparison, *, focus=(), ax):
    """Draw score against fit time, with a step through the models worth their time.

    Parameters
    ----------
    comparison : Comparison
        What to draw, in its primary metric.
    focus : collection of str, default=()
        Models in the colour that stands out.
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
        colour = ORANGE if name in focus else BLUE
        filled = colour if name in front else "none"
        ax.plot(seconds[name], means[name], "o", color=colour, mfc=filled, ms=7)
    points = {name: (seconds[name], means[name]) for name in means.index}
    for name, (offset, side) in label_places(points, ax).items():
        ax.annotate(
            short(name),
            points[name],
            xytext=offset,
            textcoords="offset points",
            fontsize=LABEL_SIZE,
            ha=side,
        )
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("")
    ax.set_xlabel("seconds of one fit")
    ax.set_ylabel(f"mean {metric.label}")
    ax.grid()


def label_places(points, ax):
    """Put each label beside its point where it covers no label before it.

    Parameters
    ----------
    points : dict of str to (float, float)
        Where the points are, in data coordinates.
    ax : matplotlib.axes.Axes
        With its limits set.

    Returns
    -------
    dict of str to ((float, float), str)
        Offset in typographic points, and horizontal alignment.
    """
    to_points = 72 / ax.figure.dpi
    taken, places = [], {}
    for name, point in points.items():
        x, y = ax.transData.transform(point) * to_points
        width = 0.6 * LABEL_SIZE * len(short(name))
        boxes = {}
        for side, sign in (("left", 1), ("right", -1)):
            for rise in (4, -10, 14, -20, 24, -30):
                left = x + 6 if side == "left" else x - 6 - width
                box = (left, y + rise, left + width, y + rise + LABEL_SIZE)
                boxes.setdefault(box, ((6 * sign, rise), side))
        free = [box for box in boxes if not any(_overlap(box, t) for t in taken)]
        chosen = free[0] if free else next(iter(boxes))
        taken.append(chosen)
        places[name] = boxes[chosen]
    return places


def _overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def pareto_front(means, seconds, *, greater_is_better):
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
