"""What each part of the table estimators adds: results where it alone is taken away.

`python benchmarks/table_ablations.py FOLDER` fits KerasTabular* on each outer fold of
each table of a folder (see tables.py), and then weighs and joins its nets anew, each
time without one part; without weights of features it trains them anew. It writes
results/table_ablations.md and .json: errors, log loss and normalised RMSE relative to
the whole, with intervals over tables and folds.
"""

import argparse
import json
import os
import warnings
from dataclasses import asdict
from pathlib import Path
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np
import pandas as pd
import table_data
from table_contenders import keras_tabular
from table_scores import classification_scores, regression_scores, relative

from skkeras import training
from skkeras.ensembles.greedy_weights import greedy_weights
from skkeras.estimators.tabular.base import KerasTabular

HERE = Path(__file__).parent
METRICS = {"error": 0.01, "log_loss": 0.01, "nrmse": 0.0}
WHOLE = "all of it"


class Nets:
    """A fitted portfolio: what its nets predict for held-out and for test rows."""

    def __init__(self, table, fold, train, test, portfolio=None):
        self.model = keras_tabular(table.task, table.words, fold)
        self.model.set_params(portfolio=portfolio)
        weigh, kept = KerasTabular._weigh, []

        def keep(model, candidates, rows):
            kept.append((candidates, rows))
            return weigh(model, candidates, rows)

        with mock.patch.object(KerasTabular, "_weigh", keep):
            self.model.fit(table.X.iloc[train], table.y[train])
        ((self.portfolio, nets, self.held_out), self.rows) = kept[0]
        x = self.model.encoder_.transform(table.X.iloc[test])
        each = [[training.predict(net, x) for net in of_folds] for of_folds in nets]
        self.outputs = np.array(each)
        self.y, self.task = table.y[test], table.task

    def scores(self, chosen=None, *, even=False, calibrated=True, n_folds=None, top=25):
        """Score the mean of some configurations' nets on the test rows."""
        numbers = [
            i for i, net in enumerate(self.portfolio) if chosen is None or chosen(net)
        ]
        held_out = self.held_out[numbers]
        judged, loss = self.model._judged(held_out, self.rows)
        weights = (
            np.full(len(numbers), 1 / len(numbers))
            if even
            else greedy_weights(judged, loss, top)
        )
        layers, _ = self.model._last_layers(
            np.tensordot(weights, held_out, axes=1), self.rows
        )
        of_nets = self.outputs[numbers][:, :n_folds].mean(axis=1)
        outputs = np.tensordot(weights, of_nets, axes=1).astype("float32")
        for layer in layers if calibrated or self.task == "regression" else ():
            outputs = np.asarray(layer(outputs))
        predicted = self.model._as_predicted(outputs)
        if self.task == "regression":
            return regression_scores(self.y, predicted)
        labels = self.model.classes_[predicted.argmax(axis=1)]
        return classification_scores(self.y, labels, predicted)


def variants(nets):
    """Return the scores of the whole, and without each part."""
    encodings = sorted({net.encoding for net in nets.portfolio})
    found = {WHOLE: nets.scores()}
    for encoding in encodings:
        found[f"without {encoding} numbers"] = nets.scores(
            lambda net, e=encoding: net.encoding != e
        )
    for l2 in sorted({net.l2 for net in nets.portfolio}, reverse=True):
        found[f"one penalty, {l2:g}"] = nets.scores(lambda net, v=l2: net.l2 == v)
    found["even weights"] = nets.scores(even=True)
    found["the best configuration alone"] = nets.scores(top=1)
    found["nets of one fold alone"] = nets.scores(n_folds=1)
    if nets.task == "classification":
        found["without temperature"] = nets.scores(calibrated=False)
    return found


def run(tables, n_folds):
    rows = []
    for table in tables:
        for fold, (train, test) in enumerate(table.folds(n_folds)):
            nets = Nets(table, fold, train, test)
            found = variants(nets)
            bare = [asdict(net) | {"feature_scale": False} for net in nets.portfolio]
            others = Nets(table, fold, train, test, bare)
            found["without weights of features"] = others.scores()
            for part, scores in found.items():
                rows.append(
                    {"table": table.name, "fold": fold, "variant": part} | scores
                )
        print(table.name, flush=True)
    return pd.DataFrame(rows)


def compared(rows):
    """Compare each variant with the whole by each metric."""
    found = []
    for variant in rows["variant"].unique():
        line = {"variant": variant}
        for metric, shift in METRICS.items():
            scores = rows.dropna(subset=metric).pivot_table(
                index="table", columns=["variant", "fold"], values=metric
            )
            if variant == WHOLE or variant not in scores:
                line[metric] = "" if variant != WHOLE else "0"
                continue
            whole = scores[WHOLE].loc[scores[variant].dropna().index]
            mine = scores[variant].dropna()
            ratio, low, high = relative(mine.to_numpy(), whole.to_numpy(), shift)
            line[metric] = f"{ratio:+.1%} ({low:+.1%} to {high:+.1%})"
        found.append(line)
    return pd.DataFrame(found)


def page(rows, n_folds):
    table = compared(rows).rename(columns={"log_loss": "log loss", "nrmse": "nRMSE"})
    counts = f"{rows['table'].nunique()} tables, {n_folds} outer folds"
    return "\n".join(
        [
            "# What each part of the table estimators adds",
            "",
            environment.sentence(),
            "",
            f"{counts}. Relative to the whole, so that more is worse without the part; "
            "in brackets 95 % intervals over tables and folds. The nets are the same "
            "in each row, weighed and joined anew, but for those without weights of "
            "features, which were trained anew.",
            "",
            table.to_markdown(index=False, disable_numparse=True),
            "",
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", type=lambda text: text.split(","))
    parser.add_argument("--folds", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tables = table_data.from_folder(options.folder, options.tables)
    rows = run(tables, options.folds)
    folder = HERE / "results"
    known = [row.dropna().to_dict() for _, row in rows.iterrows()]
    lines = ",\n".join(json.dumps(row, allow_nan=False) for row in known)
    (folder / "table_ablations.json").write_text(f"[\n{lines}\n]\n")
    (folder / "table_ablations.md").write_text(page(rows, options.folds))


if __name__ == "__main__":
    main()
