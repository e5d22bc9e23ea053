"""From rows, one a fold, to a summary and a page."""

import environment
import numpy as np
import pandas as pd
import table_scores as scores
from table_contenders import CONTENDERS

from skkeras.report.statistics import elo_interval, games

METRICS = {
    "error": ("Errors", "error + 0.01", 0.01),
    "log_loss": ("Log loss", "log loss + 0.01", 0.01),
    "nrmse": ("Normalised RMSE", "RMSE over the target's deviation", 0.0),
}
REFERENCES = ["CatBoost", "LightGBM", "XGBoost", "HistGradientBoosting", "RandomForest"]
ANCHOR = "RandomForest"
SECONDS = ["fit_seconds", "fit_processor_seconds", "predict_seconds"]
HOW_TO_READ = f"""\
Every model has its library's defaults and a seed for each fold. A figure relative to
the reference is the ratio of the shifted geometric means over tables, less 1: -10 % of
errors are ten per cent fewer. Its interval (95 %) is a paired bootstrap of tables, then
of folds within each: where it holds 0, the difference may be luck, and with few tables
it is wide. Level is the shifted geometric mean itself. A table is won by the model with
the smallest mean over the folds; equal ones share it. Elo counts every fold as a game,
a table's games together as one, half by errors and half by log loss where there are
classes; 400 points are odds of ten to one, {ANCHOR} has 1000, and Elo and its interval
are the median and quantiles of a bootstrap of tables. A model that failed on a table
has no score there, and loses its games; the column "tables" counts those that a
comparison stands on. Log loss keeps probabilities {scores.PROBABILITY_FLOOR:.0e} away
from 0.

Seconds are those of one fold, the median over tables of the mean over folds; times are
the geometric mean of the ratios to the reference. Imports are done before the clock
starts; programs that a model compiles are not. Processor seconds count all cores, and
change less than seconds where other work runs beside.

KerasTabular, HistGradientBoosting, LightGBM, XGBoost and CatBoost take words and gaps
as they are (a gap among CatBoost's words becomes a word), pytabkit's models have gaps
among numbers imputed, and the others stand behind a median imputer with indicators, a
StandardScaler, and one-hot words of five rows or more. Linear is LogisticRegression or
RidgeCV; scikit-learn's MLP is fitted to standardised targets."""


class Results:
    """Losses and seconds of all rows, by model, table and fold."""

    def __init__(self, rows):
        self.rows = pd.DataFrame(rows)
        order = {name: i for i, name in enumerate(CONTENDERS)}
        seen = self.rows["model"].unique()
        self.models = sorted(seen, key=lambda name: order.get(name, len(order)))
        self.reference = next(
            (name for name in REFERENCES if name in self.models), self.models[0]
        )
        self.anchor = self.models.index(ANCHOR) if ANCHOR in self.models else None

    def tables(self, metric):
        """Return the names of the tables that a metric is for."""
        task = "regression" if metric == "nrmse" else "classification"
        return list(self.rows.loc[self.rows["task"] == task, "table"].unique())

    def losses(self, metric):
        """Return models x tables x folds; NaN was not run, infinity failed."""
        rows = self.rows.assign(**{metric: self.rows.get(metric)})
        if "failed" in rows:
            rows.loc[rows["failed"].notna(), metric] = np.inf
        return self._cube(rows, metric, self.tables(metric))

    def seconds(self, kind):
        """Return models x tables x folds; NaN where there is no fit."""
        if kind not in self.rows:
            return np.full((len(self.models), 1, 1), np.nan)
        return self._cube(self.rows, kind, list(self.rows["table"].unique()))

    def _cube(self, rows, value, tables):
        folds = range(self.rows["fold"].max() + 1)
        every = pd.MultiIndex.from_product([self.models, tables, folds])
        series = rows.set_index(["model", "table", "fold"])[value]
        shape = len(self.models), len(tables), len(folds)
        return series.reindex(every).to_numpy(float).reshape(shape)


def summary(results):
    """Compare every model by every metric, by Elo and in seconds."""
    tables = {
        metric: by_metric(results, metric)
        for metric in METRICS
        if results.tables(metric)
    }
    return tables | {"elo": by_elo(results), "seconds": by_seconds(results)}


def by_metric(results, metric):
    """Put each model's loss beside the reference's, over the tables both finished."""
    _, _, shift = METRICS[metric]
    losses = results.losses(metric)
    reference = losses[results.models.index(results.reference)]
    rows = []
    for name, own, won in zip(
        results.models, losses, scores.tables_won(losses), strict=True
    ):
        both = np.isfinite(own).all(axis=1) & np.isfinite(reference).all(axis=1)
        if not both.any():
            continue
        ratio, low, high = scores.relative(own[both], reference[both], shift)
        rows.append(
            {
                "model": name,
                "relative": ratio,
                "low": low,
                "high": high,
                "level": scores.shifted_geometric_mean(own[both], shift),
                "won": won,
                "tables": int(both.sum()),
            }
        )
    return pd.DataFrame(rows).sort_values("relative", ignore_index=True)


def by_elo(results):
    """Rate the models over all tables; tables won are counted the same way."""
    parts = {m: results.losses(m) for m in METRICS if results.tables(m)}
    weight = {"error": 0.5, "log_loss": 0.5, "nrmse": 1.0}
    won = sum(weight[m] * scores.tables_won(losses) for m, losses in parts.items())
    wins = {m: weight[m] * games(losses) for m, losses in parts.items()}
    classes = [wins["error"] + wins["log_loss"]] if "error" in wins else []
    whole = np.concatenate(classes + ([wins["nrmse"]] if "nrmse" in wins else []))
    points = elo_interval(whole, results.anchor)
    table = pd.DataFrame(points, columns=["Elo", "low", "high"])
    table = table.assign(model=results.models, won=won)
    table = table[["model", "Elo", "low", "high", "won"]]
    return table.sort_values("Elo", ascending=False, ignore_index=True)


def by_seconds(results):
    """Tell how long a fold takes, all folds together, and beside the reference."""
    table = pd.DataFrame({"model": results.models})
    for kind in SECONDS:
        means = results.seconds(kind).mean(axis=-1)
        ratios = np.log(means / means[results.models.index(results.reference)])
        table[kind] = [_over_tables(np.median, each) for each in means]
        table[f"{kind}_times"] = [
            np.exp(_over_tables(np.mean, each)) for each in ratios
        ]
    totals = [np.nansum(results.seconds(kind), axis=(1, 2)) for kind in SECONDS[::2]]
    table["all_fits_seconds"], table["all_predictions_seconds"] = totals
    return table.sort_values("fit_seconds", ignore_index=True)


def _over_tables(function, values):
    values = values[np.isfinite(values)]
    return function(values) if len(values) else np.nan


def page(results, found, n_folds, versions, absent):
    """Return the results and their summary as Markdown."""
    first, last = results.rows["date"].min(), results.rows["date"].max()
    counts = results.rows.groupby("table")["task"].first().value_counts()
    kinds = " and ".join(f"{counts[task]} of {task}" for task in sorted(counts.index))
    reference = f"Figures are relative to {results.reference}"
    if results.reference != REFERENCES[0]:
        reference += f", since {REFERENCES[0]} was not run"
    parts = [
        "# Tables",
        environment.sentence(),
        f"{len(results.rows)} fits, measured {first} to {last}, of "
        f"{_versions(versions)}.",
        f"{counts.sum()} tables, {kinds}; {n_folds} outer folds. {reference}.",
        *_absences(absent),
        *_gaps(results),
        _failures(results.rows),
        *_metric_sections(found, results),
        "## Elo and tables won",
        _elo(found["elo"], results),
        "## Seconds",
        _seconds(found["seconds"]),
        *_table_sections(results),
        "## How to read it",
        HOW_TO_READ,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _versions(versions):
    packages = {name: v for own in versions.values() for name, v in own.items()}
    return ", ".join(f"{name} {packages[name]}" for name in sorted(packages))


def _absences(absent):
    if not absent:
        return []
    reasons = {reason: [] for reason in absent.values()}
    for name, reason in absent.items():
        reasons[reason].append(name)
    told = "; ".join(f"{', '.join(names)} ({why})" for why, names in reasons.items())
    return [f"Not run: {told}."]


def _gaps(results):
    """Say what was not run of the models that are here: it bears on wins and Elo."""
    run = pd.crosstab(results.rows["model"], results.rows["table"])
    few = run < results.rows["fold"].max() + 1
    told = [f"{name} on {', '.join(run.columns[few.loc[name]])}" for name in run.index]
    told = [each for each, lacks in zip(told, few.any(axis=1), strict=True) if lacks]
    return [f"Not all folds were run of {'; '.join(told)}."] if told else []


def _failures(rows):
    if "failed" not in rows or rows["failed"].isna().all():
        return "No fit failed."
    failed = rows[rows["failed"].notna()]
    lines = [
        f"- {row.model}, {row.table}, fold {row.fold}: {row.failed}"
        for row in failed.itertuples()
    ]
    return f"Failed, {len(failed)} fits:\n\n" + "\n".join(lines)


def _metric_sections(found, results):
    for metric, (title, what, _) in METRICS.items():
        if metric in found:
            yield f"## {title}"
            yield f"Geometric mean over tables of {what}."
            yield _markdown(_readable(found[metric]))


def _readable(table):
    interval = [f"{low:+.1%} to {high:+.1%}" for low, high in _ends(table)]
    return pd.DataFrame(
        {
            "model": table["model"],
            "relative": table["relative"].map("{:+.1%}".format),
            "interval": interval,
            "level": table["level"].map("{:.4f}".format),
            "tables won": table["won"].map("{:.3g}".format),
            "tables": table["tables"],
        }
    )


def _elo(table, results):
    readable = pd.DataFrame(
        {
            "model": table["model"],
            "Elo": table["Elo"].map("{:.0f}".format),
            "interval": [f"{low:.0f} to {high:.0f}" for low, high in _ends(table)],
            "tables won": table["won"].map("{:.3g}".format),
        }
    )
    if results.anchor is None:
        note = f"{ANCHOR} was not run: the mean of all is 1000."
        return f"{note}\n\n{_markdown(readable)}"
    return _markdown(readable)


def _ends(table):
    return table[["low", "high"]].itertuples(index=False)


def _seconds(table):
    names = {
        "fit_seconds": "fit (s)",
        "fit_processor_seconds": "processor (s)",
        "predict_seconds": "predict (s)",
        "all_fits_seconds": "all fits (s)",
        "all_predictions_seconds": "all predictions (s)",
    }
    names |= {
        f"{kind}_times": names[kind].replace("(s)", "(times)") for kind in SECONDS
    }
    figures = table[list(names)].map("{:.3g}".format).rename(columns=names)
    return _markdown(pd.concat([table["model"], figures], axis=1))


def _table_sections(results):
    for metric, (title, _, _) in METRICS.items():
        if tables := results.tables(metric):
            means = results.losses(metric).mean(axis=-1).T
            frame = pd.DataFrame(means, tables, results.models).map(_score)
            yield f"## {title} by table"
            yield _markdown(frame.rename_axis("table").reset_index())


def _score(value):
    return {np.inf: "failed"}.get(value, "" if np.isnan(value) else f"{value:.4f}")


def _markdown(table):
    return table.to_markdown(index=False, disable_numparse=True)
