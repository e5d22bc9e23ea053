"""Every pair of models in one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.plots.style import short, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skkeras.report.comparison import Comparison


@styled
def plot_pairwise(
    comparison: Comparison, *, rope: float | None = None, ax: Axes
) -> None:
    """Draw a matrix of how probable it is that the row's model is better.

    Each cell holds the posterior probability that the model of its row is better than
    the model of its column by more than the region of practical equivalence.

    Parameters
    ----------
    comparison : Comparison
        What to draw, in its primary metric.
    rope : float or None, default=None
        See `Comparison.pairwise`.
    ax : matplotlib.axes.Axes
        Where.
    """
    names = list(comparison.values().columns)
    place = {name: i for i, name in enumerate(names)}
    better = np.full((len(names), len(names)), np.nan)
    for pair in comparison.pairwise(rope=rope).itertuples():
        a, b = place[pair.model], place[pair.other]
        better[a, b], better[b, a] = pair.p_better, pair.p_worse
    # Cells as wide as the picture allows.
    ax.imshow(better, cmap="Blues", vmin=0, vmax=1.2, aspect="auto")
    for (row, column), value in np.ndenumerate(better):
        if np.isfinite(value):
            colour = "#ffffff" if value > 0.6 else "#102030"
            ax.text(
                *(column, row, f"{value:.2f}"),
                **{"ha": "center", "va": "center", "fontsize": 8, "color": colour},
            )
    labels = [short(name) for name in names]
    ax.set_xticks(range(len(names)), labels, rotation=45, ha="right")
    ax.set_yticks(range(len(names)), labels)
    ax.set_xlabel("… than this model")
    ax.set_ylabel("probability that this one is better …")
