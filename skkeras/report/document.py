"""A benchmark as a Markdown document."""

import pandas as pd

from skkeras.report.answer import short_answer
from skkeras.report.baselines import QUICK
from skkeras.report.terminal import describe
from skkeras.report.text import markdown, mean_and_std, plural

QUICK_WARNING = (
    "A quick run: smaller models, fewer epochs. It shows that everything works; do not "
    "quote its figures."
)
READING = """\
- **±** is the standard deviation of the test folds, not the uncertainty of the mean. \
The folds share training rows, so their scores are not independent; a gap between two \
models that is small beside it is no evidence of a difference.
- **accuracy**: share of rows whose class is right. **balanced accuracy**: mean over \
the classes of the share that is right. **ROC AUC**: probability that a row of the \
class is ranked above one outside it; with several classes, the mean over one class \
against the rest. **log loss**: mean of -log of the probability given to the true \
class, in nats; lower is better. **R²**: share of the variance that is explained. \
**RMSE**, **MAE**: root mean squared and mean absolute error in units of the target; \
lower is better.
- **fit s** is the mean wall time of one fit, with its preprocessing. The first fit \
of a Keras model in a process also pays for tracing and compiling.
- The dummy ignores the columns: it gives the classes' frequencies, or the mean. The \
SVM's probabilities are calibrated by a logistic curve on inner folds of the training \
rows, and its classes follow from them. Where a regression model needs a scaled \
target, the scale is learned from the training rows."""


def to_markdown(benchmark, provenance):
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
    parts += [_method(benchmark, provenance)]
    return "\n\n".join(parts) + "\n"


def _section(study):
    parts = [f"## {markdown(study.problem.name)}"]
    if study.evaluations:
        parts.append(f"**In short:** {markdown(short_answer(study.comparison))}")
    parts.append(markdown(describe(study.problem)))
    if study.evaluations:
        parts.append(_table(study.comparison))
    remarks = [*map(markdown, study.problem.caveats), *_remarks(study)]
    if remarks:
        parts.append("\n".join(f"- {remark}" for remark in remarks))
    return "\n\n".join(parts)


def _remarks(study):
    for name, why in study.failures.items():
        yield f"{markdown(name)} failed and is not in the table: {markdown(why)}"
    for name, notes in study.comparison.notes.items():
        for note in notes:
            yield f"{markdown(name)} warned: {markdown(note)}"


def _table(comparison):
    summary = comparison.summary()
    table = pd.DataFrame({"model": [markdown(name) for name in summary.index]})
    for metric in comparison.metrics:
        figures = summary[metric.name][["mean", "std"]].itertuples(index=False)
        table[markdown(metric.label)] = [mean_and_std(*pair) for pair in figures]
    seconds = summary["fit_seconds", "mean"]
    table["fit s"] = [f"{value:.2f}" for value in seconds]
    align = ["left"] + ["right"] * (table.shape[1] - 1)
    return table.to_markdown(index=False, disable_numparse=True, colalign=align)


def _method(benchmark, provenance):
    settings = benchmark.settings
    times = "" if settings.repeats == 1 else f", repeated {settings.repeats} times"
    size = (
        f" Made smaller by --quick: {QUICK.trees} trees, at most "
        f"{QUICK.mlp_iterations} epochs of scikit-learn's MLP and {QUICK.keras_epochs} "
        "of the Keras MLP."
        if settings.quick
        else ""
    )
    versions = ", ".join(f"{k} {v}" for k, v in provenance["versions"].items())
    return f"""\
## How this was measured

{settings.folds}-fold cross-validation{times} on shuffled rows, stratified by class \
for classification; seed {settings.seed}. All models meet the same folds, untuned. \
Gaps, categories and scales are handled inside each model's pipeline, so they are \
learned from training rows only.{size}

{READING}

Each single score is in `scores.csv`, each parameter of each model in `report.json`. \
Python {provenance["python"]}, {plural(provenance["cores"], "core")}; {versions}."""
