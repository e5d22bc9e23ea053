"""Losses against time, as a picture for the docs.

`python benchmarks/table_picture.py` reads results/tables.json and draws
docs/images/tables.png: for each metric every model's loss relative to the reference's,
against the seconds of a fit.
"""

import json
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from skkeras.report.plots.style import BLUE, GREY, INK, STYLE

HERE = Path(__file__).parent
PANELS = {"error": "errors", "log_loss": "log loss", "nrmse": "normalised RMSE"}
OURS = ("KerasTabular", "KerasMLP")
MARKERS = "Ds^v<>oPX*hpd"


def panel(ax, report, metric, seconds, markers):
    """Draw a point for each model, with a marker of its own."""
    for row in report["summary"][metric]:
        name = row["model"]
        ax.plot(
            seconds[name],
            100 * row["relative"],
            markers[name],
            color=BLUE if name in OURS else GREY,
            markeredgecolor=INK,
            markersize=9,
            label=name,
        )
    ax.axhline(0, color=INK, linewidth=0.8, linestyle=":")
    ax.set_xscale("log")
    ax.set_title(PANELS[metric])


def draw(report):
    """Return the picture of all metrics."""
    seconds = {row["model"]: row["fit_seconds"] for row in report["summary"]["seconds"]}
    names = sorted(seconds, key=lambda name: (name not in OURS, seconds[name]))
    markers = dict(zip(names, MARKERS, strict=False))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 3.8), layout="constrained")
        axes = figure.subplots(1, len(PANELS))
        for ax, metric in zip(axes, PANELS, strict=True):
            panel(ax, report, metric, seconds, markers)
        axes[0].set_ylabel(f"% above {report['reference']}: lower is better")
        figure.supxlabel("seconds of a fit, median over tables", fontsize=10)
        handles, labels = axes[0].get_legend_handles_labels()
        known = dict(zip(labels, handles, strict=True))
        shown = [name for name in names if name in known]
        figure.legend([known[name] for name in shown], shown, loc="outside right")
    return figure


def main():
    report = json.loads((HERE / "results" / "tables.json").read_text())
    target = HERE.parent / "docs" / "images" / "tables.png"
    draw(report).savefig(target, dpi=130)


if __name__ == "__main__":
    main()
