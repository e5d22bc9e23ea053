"""A report as one HTML page that needs nothing else."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from skkeras.report.answer import answer_sentences
from skkeras.report.column_text import listed_columns, unlisted_columns
from skkeras.report.document import QUICK_WARNING, READING, method_sentences
from skkeras.report.each_baseline import HEADINGS, baseline_rows
from skkeras.report.keras_use import keras_names
from skkeras.report.matchup import matchups
from skkeras.report.matchup_text import matchup_table
from skkeras.report.model_text import model_sentences
from skkeras.report.over_datasets_text import (
    READING_OVER_DATASETS,
    RIVAL_HEADINGS,
    STANDING_HEADINGS,
    over_datasets_sentences,
    question_title,
    rival_rows,
    standing_rows,
)
from skkeras.report.problem import describe
from skkeras.report.text import (
    equals,
    interval,
    mean_and_std,
    number,
    one_line,
    plural,
    probability,
    seconds,
    times,
)

if TYPE_CHECKING:
    from skkeras.report.benchmark import Benchmark, Study
    from skkeras.report.comparison import Comparison
    from skkeras.report.drawing import Drawn

_ENVIRONMENT = Environment(
    loader=PackageLoader("skkeras.report", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "number": number,
    "line": one_line,
    "probability": probability,
    "seconds": seconds,
    "equals": equals,
    "times": times,
    "emphasis": lambda text: _emphasised(text),
}


def to_html(
    benchmark: Benchmark, provenance: dict[str, Any], pictures: list[Drawn]
) -> str:
    """Write a benchmark as a page.

    Parameters
    ----------
    benchmark : Benchmark
        With at least one finished model.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.
    pictures : list of Drawn
        What `skkeras.report.drawing.draw_benchmark` drew.

    Returns
    -------
    str
    """
    return _page(
        warnings=_warnings(benchmark),
        studies=[
            study_context(study, _of(pictures, study.problem.name))
            for study in benchmark.studies
        ],
        together=_together(benchmark.over_datasets, _of(pictures, None)),
        method=method_sentences(benchmark, provenance),
        differences=provenance.get("differences", []),
        written=provenance["written"],
    )


def comparison_page(comparison: Comparison, pictures: list[Drawn], written: str) -> str:
    """Write a comparison as a page.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.
    pictures : list of Drawn
        Its pictures.
    written : str
        When.

    Returns
    -------
    str
    """
    about = {
        "name": "The models",
        "description": "",
        "caveats": (),
        "failures": {},
        "columns": [],
        "more_columns": "",
    }
    folds = len(comparison.splits)
    method = f"Every model was fitted and tested on the same {plural(folds, 'split')}."
    return _page(
        warnings=[],
        studies=[about | comparison_context(comparison, pictures)],
        together=None,
        method=[method],
        differences=[],
        written=written,
    )


def _page(*, together, written, **context):
    return _ENVIRONMENT.get_template("report.html.j2").render(
        title="Comparison of models",
        together=together,
        reading=READING + (READING_OVER_DATASETS if together else ()),
        written=_minute(written),
        **context,
    )


def _together(found, pictures):
    """Collect what the page says of all data sets together; None for nothing."""
    if found is None:
        return None
    return {
        "sentences": over_datasets_sentences(found),
        "standings": {"headings": STANDING_HEADINGS, "rows": standing_rows(found)},
        "questions": [
            {
                "title": question_title(question),
                "table": {"headings": RIVAL_HEADINGS, "rows": rival_rows(question)},
            }
            for question in found.questions
        ],
        "pictures": pictures,
    }


def comparison_fragment(comparison: Comparison) -> str:
    """Write a comparison's answer and summary for a notebook.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    str
    """
    template = _ENVIRONMENT.get_template("comparison.html.j2")
    return template.render(
        sentences=answer_sentences(comparison),
        verdicts=matchup_table(comparison).to_dict("records"),
        table=summary_rows(comparison),
    )


def study_context(study: Study, pictures: list[Drawn]) -> dict[str, Any]:
    """Collect what the page says of one data set.

    Parameters
    ----------
    study : Study
        With or without finished models.
    pictures : list of Drawn
        Its pictures.

    Returns
    -------
    dict
    """
    context = {
        "name": study.problem.name,
        "description": describe(study.problem),
        "caveats": study.problem.caveats,
        "failures": study.failures,
        "columns": listed_columns(study.problem),
        "more_columns": unlisted_columns(study.problem),
    }
    if study.evaluations:
        return context | comparison_context(study.comparison, pictures)
    return context | {"finished": False, "notes": {}}


def comparison_context(comparison: Comparison, pictures: list[Drawn]) -> dict[str, Any]:
    """Collect what the page says of one comparison.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.
    pictures : list of Drawn
        Its pictures.

    Returns
    -------
    dict
    """
    return {
        "finished": True,
        "notes": comparison.notes,
        "metric": comparison.primary.label,
        "sentences": answer_sentences(comparison),
        "verdicts": matchup_table(comparison).to_dict("records"),
        "matchups": matchups(comparison),
        "table": summary_rows(comparison),
        "pairs": comparison.pairwise().to_dict("records"),
        "overview": [p for p in pictures if p.model is None],
        "models": [
            {
                "name": e.name,
                "sentences": model_sentences(comparison, e.name),
                "baselines": {
                    "headings": HEADINGS,
                    "rows": baseline_rows(comparison, e.name),
                },
                "pictures": [p for p in pictures if p.model == e.name],
                "searches": [o.search for o in e.observations if o.search],
            }
            for e in comparison.evaluations
            if any(p.model == e.name for p in pictures)
        ],
    }


def summary_rows(comparison: Comparison) -> dict[str, Any]:
    """Format the summary for a page.

    Parameters
    ----------
    comparison : Comparison
        With at least one model.

    Returns
    -------
    dict
        ``headings``, and ``rows`` with name, cells and whether Keras trains it.
    """
    summary = comparison.summary()
    ours = keras_names(comparison.evaluations)
    searched = ("search_seconds", "mean") in summary
    headings = [m.label for m in comparison.metrics]
    headings[:1] = [headings[0], "95% interval"]
    headings += ["parameters", *["search s"] * searched, "fit s", "predict s"]
    rows = []
    for name, row in summary.iterrows():
        cells = [
            mean_and_std(*row[m.name][["mean", "std"]]) for m in comparison.metrics
        ]
        primary = row[comparison.primary.name]
        cells[1:1] = [interval(primary["low"], primary["high"])]
        count = row["n_parameters", "mean"]
        cells.append("-" if count != count else f"{count:,.0f}")
        if searched:
            cells.append(seconds(row["search_seconds", "mean"]))
        cells += [
            seconds(row["fit_seconds", "mean"]),
            seconds(row["predict_seconds", "mean"]),
        ]
        rows.append({"name": name, "cells": cells, "ours": name in ours})
    return {"headings": headings, "rows": rows}


def _of(pictures, study):
    return [picture for picture in pictures if picture.study == study]


def _warnings(benchmark):
    warnings = []
    if benchmark.interrupted:
        warnings.append("Stopped before the end. Only what was finished is here.")
    if benchmark.settings.quick:
        warnings.append(QUICK_WARNING)
    return warnings


def _emphasised(text):
    """Turn the ``**word**`` of our own texts into emphasis, and escape the rest."""
    parts = re.split(r"\*\*(.+?)\*\*", text)
    return Markup("").join(
        Markup("<strong>{}</strong>").format(part) if i % 2 else part
        for i, part in enumerate(parts)
    )


def _minute(written):
    """Write a time for people, without seconds."""
    return f"{datetime.fromisoformat(written):%Y-%m-%d %H:%M %Z}"
