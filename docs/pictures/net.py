"""Draws docs/images/net.png, for examples that have no picture of their own.

It is the net of docs/_static/favicon.svg.
"""

from itertools import pairwise
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

PICTURE = Path(__file__).parents[1] / "images" / "net.png"
LAYERS = [(9, 23), (5, 16, 27), (16,)]
PLACES = (5, 16, 27)
UNIT, OUTPUT = "#0a7d91", "#d9730d"


def main():
    """Draw units as circles, and a line for each weight."""
    fig, axes = plt.subplots(figsize=(4, 2.8))
    for layer, (lower, upper) in enumerate(pairwise(LAYERS)):
        for low in lower:
            for up in upper:
                axes.plot(PLACES[layer : layer + 2], (low, up), color=UNIT, zorder=1)
    for place, units in zip(PLACES, LAYERS, strict=True):
        color = OUTPUT if len(units) == 1 else UNIT
        axes.scatter([place] * len(units), units, s=420, color=color, zorder=2)
    axes.set(xlim=(-6, 38), ylim=(32, 0))
    axes.axis("off")
    fig.savefig(PICTURE, dpi=100)


if __name__ == "__main__":
    main()
