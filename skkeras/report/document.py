"""A benchmark as a Markdown document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from skkeras.report.answer import short_answer
from skkeras.report.baselines import QUICK
from skkeras.report.column_text import listed_columns, unlisted_columns
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
    interval,
    markdown,
    mean_and_std,
    number,
    plural,
    probability,
    seconds,
)
from skkeras.report.tuned import INNER_FOLDS

if TYPE_CHECKING:
    from skkeras.report.benchmark import Benchmark

COSTS = {
    "search_seconds": "search s",
    "fit_seconds": "fit s",
    "predict_seconds": "predict s",
}

QUICK_WARNING = (
    "A quick run: smaller models, fewer epochs. It shows that everything works; do not "
    "quote its figures."
)
READING = (
    "**±** is the standard deviation of the test folds, not the uncertainty of the "
    "mean. The **95% interval** is that of the mean; it allows for folds that share "
    "training rows (Nadeau and Bengio 2003).",
    "Models are compared by the corrected resampled t-test on their differences in the "
    "same folds, and each question is answered by itself. “Is a Keras model better "
    "than the best classic one?” It is tested against all classic models at once, "
    "since the best of several is flattered by having been chosen. “Is anything "
    "learnt?” Each model is tested against the dummy, with Holm's adjustment. All "
    "other pairs are described, not tested.",
    "**Clearly** better: p below 0.05, and a difference that matters is more probable "
    "than one that does not. **Probably** better: such a difference has a probability "
    "of 0.8 or more, or the interval of the pair excludes zero. **Practically equal**: "
    "the difference is too small to matter with a probability of 0.95. **Undecided**: "
    "none of these, which is no evidence that the two are equal.",
    "The probabilities of better, equal and worse are those of the Bayesian correlated "
    "t-test (Benavoli et al. 2017). **Practically equal** means within 0.01, or for "
    "errors and losses within a hundredth of the lowest mean.",
    "**accuracy**: share of rows whose class is right. **balanced accuracy**: mean "
    "over the classes of the share that is right. **ROC AUC**: probability that a row "
    "of the class is ranked above one outside it; with several classes, the mean over "
    "one class against the rest. **log loss**: mean of -log of the probability given "
    "to the true class, in nats; lower is better. **R²**: share of the variance that "
    "is explained. **RMSE**, **MAE**: root mean squared and mean absolute error in "
    "units of the target; lower is better.",
    "**fit s** is the mean wall time of one fit, with its preprocessing and, for tuned "
    "models, its search. A Keras model's folds are trained at once; the wall time of "
    "all, with tracing and compiling, is shared equally. **search s** is the part that "
    "the search took. **predict s** is the wall time of predicting one test fold. "
    "**parameters** are the numbers learned, without the preprocessing.",
    "The Keras tabular model has six configurations, three inner folds and 50 epochs, "
    "half of its defaults, so that a report takes minutes. scikit-learn's MLP ends "
    "where its loss falls by less than 5e-4 for ten epochs: with its own tolerance it "
    "overfits. "
    "The dummy ignores the columns: it gives the classes' frequencies, or the mean. "
    "The SVM's probabilities are calibrated by a logistic curve on inner folds of the "
    "training rows, and its classes follow from them. Where a regression model needs a "
    "scaled target, the scale is learned from the training rows.",
)


def to_markdown(benchmark: Benchmark, provenance: dict[str, Any]) -> str:
    """Write a benchmark as Markdown: the answers first, then how they were found.

    Parameters
    ----------
    benchmark : Benchmark
        The finished models.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.

    Returns
    -------
    str
    """
    parts = ["# Comparison of models"]
    if benchmark.interrupted:
        parts.append("**Stopped before the end.** Only what was finished is here.")
    if benchmark.settings.quick:
        parts.append(f"**{QUICK_WARNING}**")
    parts += [_section(study) for study in benchmark.studies]
    parts += _over_datasets(benchmark.over_datasets)
    parts += _differences(provenance)
    parts += [_method(benchmark, provenance)]
    return "\n\n".join(parts) + "\n"


def _section(study):
    parts = [f"## {markdown(study.problem.name)}"]
    if study.evaluations:
        parts.append(f"**In short:** {markdown(short_answer(study.comparison))}")
        verdicts = matchup_table(study.comparison)
        if len(verdicts):
            parts.append(_to_markdown(verdicts.map(markdown)))
    parts.append(markdown(describe(study.problem)))
    if study.evaluations:
        parts.append(_table(study.comparison))
        if len(study.evaluations) > 1:
            parts.append(_pairs(study.comparison))
        parts += [
            markdown(f"{e.name}: {sentence}")
            for e in study.evaluations
            for sentence in model_sentences(study.comparison, e.name)
        ]
    if study.problem.columns:
        parts.append(_columns(study.problem))
    remarks = [*map(markdown, study.problem.caveats), *_remarks(study)]
    if remarks:
        parts.append("\n".join(f"- {remark}" for remark in remarks))
    return "\n\n".join(parts)


def _columns(problem):
    """Tabulate how the columns of a user's table were read and used."""
    listed = listed_columns(problem)
    table = pd.DataFrame(
        {
            "column": [markdown(column.name) for column in listed],
            "holds": [markdown(column.holds) for column in listed],
            "used as": [column.use for column in listed],
            "why": [markdown(column.reason) for column in listed],
        }
    )
    text = table.to_markdown(index=False, disable_numparse=True)
    more = unlisted_columns(problem)
    return f"{text}\n\n{more}" if more else text


def _remarks(study):
    for name, why in study.failures.items():
        yield f"{markdown(name)} failed and is not in the table: {markdown(why)}"
    for name, notes in study.comparison.notes.items():
        for note in notes:
            yield f"{markdown(name)} warned: {markdown(note)}"


def _table(comparison):
    summary = comparison.summary()
    primary = comparison.primary
    table = pd.DataFrame({"model": [markdown(name) for name in summary.index]})
    for metric in comparison.metrics:
        figures = summary[metric.name][["mean", "std"]].itertuples(index=False)
        table[markdown(metric.label)] = [mean_and_std(*pair) for pair in figures]
        if metric is primary:
            bounds = summary[metric.name][["low", "high"]].itertuples(index=False)
            table["95% interval"] = [interval(*pair) for pair in bounds]
    counts = summary["n_parameters", "mean"]
    table["parameters"] = ["-" if c != c else f"{c:.0f}" for c in counts]
    for cost, heading in COSTS.items():
        if (cost, "mean") in summary:
            table[heading] = [seconds(value) for value in summary[cost, "mean"]]
    return _to_markdown(table)


def _pairs(comparison):
    """Tabulate each model against the best; the other pairs are in report.html."""
    pairs = comparison.pairwise()
    best = comparison.values().columns[0]
    mine = pairs[pairs["model"] == best]
    table = pd.DataFrame(
        {
            f"{markdown(best)} against": [markdown(name) for name in mine["other"]],
            "gain": [number(value) for value in mine["advantage"]],
            "95% interval": list(map(interval, mine["low"], mine["high"])),
            "better": [probability(value) for value in mine["p_better"]],
            "equal": [probability(value) for value in mine["p_equivalent"]],
            "worse": [probability(value) for value in mine["p_worse"]],
        }
    )
    return _to_markdown(table)


def _to_markdown(table):
    align = ["left"] + ["right"] * (table.shape[1] - 1)
    return table.to_markdown(index=False, disable_numparse=True, colalign=align)


def _over_datasets(found):
    if found is None:
        return []
    parts = ["## Over the data sets"]
    parts += [markdown(sentence) for sentence in over_datasets_sentences(found)]
    parts.append(_rows_to_markdown(standing_rows(found), "model", STANDING_HEADINGS))
    for question in found.questions:
        table = _rows_to_markdown(rival_rows(question), "against", RIVAL_HEADINGS)
        parts += [f"### {markdown(question_title(question))}", table]
    return parts


def _rows_to_markdown(rows, first, headings):
    cells = [[markdown(row["name"]), *row["cells"]] for row in rows]
    return _to_markdown(pd.DataFrame(cells, columns=[first, *headings]))


def _differences(provenance):
    lines = provenance.get("differences")
    if not lines:
        return []
    listed = "\n".join(f"- {markdown(line)}" for line in lines)
    return ["## Beside the earlier report", listed]


def method_sentences(benchmark: Benchmark, provenance: dict[str, Any]) -> list[str]:
    """Describe how the figures were measured.

    Parameters
    ----------
    benchmark : Benchmark
        The finished models.
    provenance : dict
        What `skkeras.report.provenance.provenance` collected.

    Returns
    -------
    list of str
        Paragraphs.
    """
    settings = benchmark.settings
    repeated = "" if settings.repeats == 1 else f", repeated {settings.repeats} times"
    how = (
        f"{settings.folds}-fold cross-validation{repeated}{_shuffled(benchmark)}; seed "
        f"{settings.seed}. All models meet the same folds. Gaps, categories and scales "
        "are handled inside each model's pipeline, so they are learned from training "
        "rows only."
    )
    if settings.trials:
        how += (
            f" Tuned models are searched for anew in the training rows of each fold: "
            f"{plural(settings.trials, 'trial')}, the first of them the model untuned, "
            "the others proposed by Optuna's TPE sampler, each scored on "
            f"{INNER_FOLDS} inner folds, the same for all models."
        )
    if settings.quick:
        how += (
            f" Made smaller by --quick: {QUICK.trees} trees and at most "
            f"{QUICK.keras_epochs} epochs of the Keras MLP."
        )
    versions = ", ".join(f"{k} {v}" for k, v in provenance["versions"].items())
    return [
        how,
        "Each single score is in scores.csv, each parameter of each model in "
        f"report.json. Python {provenance['python']}, "
        f"{plural(provenance['cores'], 'core')}; {versions}.",
    ]


def _shuffled(benchmark):
    problems = [study.problem for study in benchmark.studies]
    if any(p.is_ordered or p.groups is not None for p in problems):
        return " as each data set says"
    return " on shuffled rows, stratified by class for classification"


def _method(benchmark, provenance):
    how, versions = method_sentences(benchmark, provenance)
    items = READING
    if benchmark.over_datasets is not None:
        items += READING_OVER_DATASETS
    reading = "\n".join(f"- {item}" for item in items)
    return f"## How this was measured\n\n{how}\n\n{reading}\n\n{versions}"
