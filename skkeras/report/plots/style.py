"""How all pictures look."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.rcsetup import cycler

if TYPE_CHECKING:
    from cycler import Cycler
    from matplotlib.axes import Axes

INK = "#1b2733"  # one colour for text and lines, so that a page can exchange it
BLUE, ORANGE, GREY = "#2f7ed8", "#e07b39", "#8a94a0"
LONGEST_NAME = 32
# Lines of several classes: the colours that the colour-blind tell apart best (Okabe and
# Ito 2008), each with a pattern of its own, so that they are read without colour too.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_PATTERNS = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1, 1, 1)))

STYLE: dict[Any, Any] = {
    "text.parse_math": False,  # names may hold dollar signs
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "skkeras",
}


def class_cycle() -> Cycler:
    """Return the looks of lines of several classes, one after another.

    Returns
    -------
    cycler.Cycler
        For ``Axes.set_prop_cycle``.
    """
    patterns = _PATTERNS + _PATTERNS[3:] + _PATTERNS[:3]
    return cycler(color=2 * _COLOURS, linestyle=patterns)


def styled(plot: Callable[..., None]) -> Callable[..., Axes]:
    """Decorate a plot function: new axes where it is given none, the report's style.

    Parameters
    ----------
    plot : callable
        Draws on its keyword argument ``ax`` and returns None.

    Returns
    -------
    callable
        Returns the axes.
    """

    @wraps(plot)
    def draw(*arguments, ax=None, **options):
        with mpl.rc_context(STYLE):
            if ax is None:
                from matplotlib import pyplot

                _, ax = pyplot.subplots(layout="constrained")
            plot(*arguments, ax=ax, **options)
        return ax

    return draw


def short(name: str) -> str:
    """Cut a name that would leave too little room for the picture.

    Parameters
    ----------
    name : str
        Of a model, column or class.

    Returns
    -------
    str
    """
    text = " ".join(str(name).split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
