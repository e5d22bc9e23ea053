"""All pictures of a report, drawn once and written as files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from skkeras.report.errors import error_line
from skkeras.report.figures import (
    Picture,
    as_png,
    as_svg,
    diagnostics,
    inline_svg,
    overview,
)
from skkeras.report.keras_use import keras_names
from skkeras.report.over_datasets_text import standing_sentence
from skkeras.report.plots.elo import plot_elo

if TYPE_CHECKING:
    from skkeras.report.benchmark import Benchmark
    from skkeras.report.comparison import Comparison

FOLDER = "figures"


@dataclass(frozen=True)
class Drawn:
    """A picture on a page.

    Parameters
    ----------
    study : str or None
        The data set; None for all together.
    model : str or None
        The model; None for all together.
    title, alt : str
        What it shows, and in words what can be seen.
    svg : Markup
        The picture.
    """

    study: str | None
    model: str | None
    title: str
    alt: str
    svg: Markup


def draw_benchmark(benchmark: Benchmark, folder: Path) -> list[Drawn]:
    """Draw a benchmark's pictures and write each as PNG and SVG.

    Parameters
    ----------
    benchmark : Benchmark
        The finished models.
    folder : Path
        The report's; the files go into its ``figures``.

    Returns
    -------
    list of Drawn
    """
    drawn = []
    for place, study in enumerate(benchmark.studies):
        if study.evaluations:
            name = study.problem.name
            prefix = f"{place + 1}-{_slug(name)}"
            drawn += draw_comparison(study.comparison, folder, name, prefix)
    if benchmark.over_datasets is not None:
        picture = _elo_picture(benchmark.over_datasets)
        drawn.append(_draw(picture, folder, None, None, "all"))
    return drawn


def draw_comparison(
    comparison: Comparison, folder: Path, name: str | None, prefix: str
) -> list[Drawn]:
    """Draw a comparison's pictures and write each as PNG and SVG.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.
    folder : Path
        The report's; the files go into its ``figures``.
    name : str or None
        Of the data set.
    prefix : str
        What the files' names begin with.

    Returns
    -------
    list of Drawn
    """
    drawn = [
        _draw(picture, folder, name, None, prefix)
        for picture in _listed("All models", lambda: overview(comparison))
    ]
    for model in diagnosed(comparison):
        drawn += [
            _draw(picture, folder, name, model, f"{prefix}-{_slug(model)}")
            for picture in _listed(model, lambda m=model: diagnostics(comparison, m))
        ]
    return drawn


def diagnosed(comparison: Comparison) -> list[str]:
    """Choose the models to look into: those of Keras, or else the best.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    list of str
    """
    ours = keras_names(comparison.evaluations)
    return ours or [comparison.values().columns[0]]


def _listed(subject, pictures):
    """Return pictures, or one in their place that fails as it was to be drawn."""
    try:
        return pictures()
    except Exception as error:
        failure = error

    def fail(ax):
        raise failure

    return [Picture("pictures", f"{subject}: pictures", "", fail)]


def _draw(picture, folder, study, model, prefix):
    """Draw a picture, or write in its place why that failed."""
    try:
        svg = _written(picture, folder, prefix)
    except Exception as error:
        said = f"This picture could not be drawn: {error_line(error)}"
        svg = Markup("<p>{}</p>").format(said)
    return Drawn(study, model, picture.title, picture.alt, svg)


def _written(picture, folder, prefix):
    file = folder / FOLDER / f"{prefix}-{picture.slug}"
    file.parent.mkdir(exist_ok=True)
    figure = picture.figure()
    svg = as_svg(figure)
    figure.set_layout_engine("none")  # the other file's layout is the same
    file.with_name(f"{file.name}.png").write_bytes(as_png(figure))
    file.with_name(f"{file.name}.svg").write_text(svg, encoding="utf-8")
    # What went into the picture as text was escaped by matplotlib.
    return Markup(inline_svg(svg, f"{file.name}-"))  # nosec B704


def _elo_picture(found):
    points = found.standings["elo"].items()
    listed = ", ".join(f"{name} {elo:.0f}" for name, elo in points)
    return Picture(
        "elo",
        "Elo over the data sets, with 95% intervals; diamonds are Keras models",
        f"{standing_sentence(found)} All: {listed}.",
        lambda ax: plot_elo(found.standings, focus=found.of_keras, ax=ax),
        height=1.2 + 0.32 * len(found.standings),
    )


def _slug(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "data"
