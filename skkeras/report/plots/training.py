"""How the models of the folds learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skkeras.report.plots.style import BLUE, GREY, ORANGE, short, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skkeras.report.evaluation import Evaluation


@styled
def plot_learning_curves(evaluation: Evaluation, *, ax: Axes) -> None:
    """Draw the loss of each epoch: mean over the folds, and a band of ± std.

    Folds that stopped early end where they stopped; the mean goes on over the others.

    Parameters
    ----------
    evaluation : Evaluation
        Of a Keras model.
    ax : matplotlib.axes.Axes
        Where.

    Raises
    ------
    ValueError
        If the model keeps no history.
    """
    histories = [o.history for o in evaluation.observations if o.history]
    if not histories:
        raise ValueError(f"{evaluation.name!r} keeps no history: it is no Keras model")
    for key, label, colour, line in [
        ("loss", "training rows", BLUE, "-"),
        ("val_loss", "validation rows", ORANGE, "--"),
    ]:
        curves = [h[key] for h in histories if key in h]
        if not curves:
            continue
        longest = max(map(len, curves))
        filled = np.full((len(curves), longest), np.nan)
        for row, curve in zip(filled, curves, strict=True):
            row[: len(curve)] = curve
        mean, std = np.nanmean(filled, axis=0), np.nanstd(filled, axis=0)
        epochs = np.arange(1, longest + 1)
        ax.plot(epochs, mean, color=colour, ls=line, label=label)
        ax.fill_between(epochs, mean - std, mean + std, color=colour, alpha=0.2, lw=0)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.grid()
    ax.legend()


@styled
def plot_search_history(evaluation: Evaluation, *, ax: Axes) -> None:
    """Draw what each trial of the searches scored, and the best so far.

    Parameters
    ----------
    evaluation : Evaluation
        Of a tuned model.
    ax : matplotlib.axes.Axes
        Where.

    Raises
    ------
    ValueError
        If the model was not tuned.
    """
    searches = [o.search for o in evaluation.observations if o.search is not None]
    if not searches:
        raise ValueError(f"{evaluation.name!r} was not tuned: it is no search")
    bests = []
    for search in searches:
        scores = search.trials["score"].to_numpy()
        trials = np.arange(1, len(scores) + 1)
        ax.plot(trials, scores, "o", color=GREY, ms=3, alpha=0.4)
        bests.append(np.fmax.accumulate(scores))
    shortest = min(map(len, bests))
    mean = np.mean([best[:shortest] for best in bests], axis=0)
    ax.plot(range(1, shortest + 1), mean, color=ORANGE, label="best so far, mean")
    ax.set_xlabel("trial")
    ax.set_ylabel("score on inner folds")
    ax.grid()
    ax.legend()


@styled
def plot_bars(mean: pd.Series, std: pd.Series, label: str, *, ax: Axes) -> None:
    """Draw a bar a name, the longest first, with ± std.

    Parameters
    ----------
    mean, std : Series
        By name.
    label : str
        What the bars are.
    ax : matplotlib.axes.Axes
        Where.
    """
    mean = mean.sort_values(ascending=False, kind="stable").head(20)
    ax.barh(
        range(len(mean)),
        mean,
        xerr=std[mean.index].fillna(0),
        color=BLUE,
        ecolor=GREY,
    )
    ax.set_yticks(range(len(mean)), [short(name) for name in mean.index])
    ax.invert_yaxis()
    ax.set_xlabel(label)
    ax.grid(axis="x")
