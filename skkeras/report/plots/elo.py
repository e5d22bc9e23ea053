"""Ratings of models over data sets, with their intervals."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from skkeras.report.plots.style import BLUE, GREY, ORANGE, short, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@styled
def plot_elo(standings: pd.DataFrame, *, focus: Collection[str] = (), ax: Axes) -> None:
    """Draw a line a model: its Elo, and the 95 % interval over data sets.

    Parameters
    ----------
    standings : DataFrame
        One row a model, the index, from the best to the worst; columns elo, low and
        high.
    focus : collection of str, default=()
        Models in the colour that stands out, and with a diamond for a dot.
    ax : matplotlib.axes.Axes
        Where.
    """
    for place, row in enumerate(standings.itertuples()):
        colour, marker = (ORANGE, "D") if row.Index in focus else (BLUE, "o")
        ax.plot([row.low, row.high], [place, place], color=colour, lw=2.5)
        ax.plot(row.elo, place, marker, color=colour, ms=7)
    ax.axvline(1000, color=GREY, lw=1, ls="--", zorder=0)
    ax.set_yticks(range(len(standings)), [short(name) for name in standings.index])
    ax.invert_yaxis()
    ax.set_xlabel("Elo; 400 points are odds of ten to one")
    ax.grid(axis="x")
