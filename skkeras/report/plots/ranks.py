"""Mean ranks over data sets, and which of them differ."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.plots.style import BLUE, INK, ORANGE, short, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skkeras.report.statistics.ranks import RankTest


@styled
def plot_critical_difference(
    found: RankTest, *, focus: Collection[str] = (), ax: Axes
) -> None:
    """Draw mean ranks on a line, and bars over models that do not differ.

    Parameters
    ----------
    found : RankTest
        What `friedman_nemenyi` found.
    focus : collection of str, default=()
        Models in the colour that stands out.
    ax : matplotlib.axes.Axes
        Where.

    References
    ----------
    J. Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR
    7, 2006, figure 1.
    """
    ranks = found.ranks
    n_models = len(ranks)
    bars = groups(ranks.to_numpy(), found.critical_difference)
    top = 1.0 + 0.5 * len(bars)
    for level, (first, last) in enumerate(bars):
        height = 0.5 + 0.5 * level
        ends = [ranks.iloc[first] - 0.04, ranks.iloc[last] + 0.04]
        ax.plot(ends, [height] * 2, color=INK, lw=4, solid_capstyle="butt")
    half = (n_models + 1) // 2
    for place, (name, rank) in enumerate(ranks.items()):
        on_the_left = place < half
        depth = -1.0 - (place if on_the_left else n_models - 1 - place)
        end = 0.8 if on_the_left else n_models + 0.2
        colour = ORANGE if name in focus else BLUE
        ax.plot([rank, rank, end], [0, depth, depth], color=colour, lw=1.2)
        ax.text(
            *(end, depth, f" {short(name)}: {rank:.2f} "),
            ha="right" if on_the_left else "left",
            va="center",
        )
    ax.plot([1, 1 + found.critical_difference], [top + 0.6] * 2, color=INK, lw=1.5)
    ax.text(1, top + 0.8, f"critical difference {found.critical_difference:.2f}")
    ax.spines[["left", "bottom", "right"]].set_visible(False)
    ax.spines["top"].set(visible=True, position=("data", 0))
    ax.xaxis.tick_top()
    ax.set_xticks(range(1, n_models + 1))
    ax.set_yticks([])
    ax.set_xlim(1 - 0.6 * n_models, n_models + 0.6 * n_models)
    ax.set_ylim(-1.5 - half, top + 1.6)
    ax.spines["top"].set_bounds(1, n_models)


def groups(ranks: np.ndarray, critical_difference: float) -> list[tuple[int, int]]:
    """Find the longest runs of models whose ranks do not differ.

    Parameters
    ----------
    ranks : ndarray of shape (n_models,)
        From the best to the worst.
    critical_difference : float
        What is further apart differs.

    Returns
    -------
    list of (int, int)
        First and last place of each run of two or more.
    """
    found, reached = [], -1
    for first, rank in enumerate(ranks):
        last = max(i for i, r in enumerate(ranks) if r - rank <= critical_difference)
        if last > max(first, reached):
            found.append((first, last))
            reached = last
    return found
