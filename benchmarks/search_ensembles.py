"""What an ensemble of a search's trials gains over its best trial.

`python benchmarks/search_ensembles.py FOLDER` cross-validates searches, each of them
with its own inner folds, on the tables of the folder that have numbers alone
(`roles.json` describes them, as for tables.py), cut to 405 rows. Classifiers are
searched by the log loss, regressors by the root mean squared error. It writes
results/search_ensembles.md and search_ensembles.json after each table. Of each search
four models are scored on the outer fold: the best trial; the ensemble; as many nets of
the best trial, which differ in their seeds; and as many of the best trials, evenly.
"""

import argparse
import json
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np
import pandas as pd
import table_data
from scipy import stats
from sklearn.base import clone
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.metrics import get_scorer
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
# Rows that both kinds of folds divide evenly, so that all share programs.
MOST_ROWS, EPOCHS, N_TRIALS, K, OUTER, INNER = 405, 30, 15, 10, 3, 3
METRICS = {
    "classification": ("neg_log_loss", "accuracy"),
    "regression": ("neg_root_mean_squared_error", "r2"),
}
MODELS = ("best trial", "ensemble", "best trial, other seeds", "best trials, evenly")


def cut(table):
    """Return at most so many rows of a table, the same ones each time."""
    X, y = table.X.to_numpy(), table.y
    if len(X) > MOST_ROWS:
        classes = y if table.task == "classification" else None
        X, _, y, _ = train_test_split(
            X, y, train_size=MOST_ROWS, stratify=classes, random_state=0
        )
    return X, y


def searched(task, scoring):
    from skkeras import KerasMLPClassifier, KerasMLPRegressor
    from skkeras.model_selection import OptunaSearchCV, mlp_space

    of_classes = task == "classification"
    net = KerasMLPClassifier if of_classes else KerasMLPRegressor
    kind = StratifiedKFold if of_classes else KFold
    space = mlp_space(
        task,
        prefix=f"{net.__name__.lower()}__",
        max_layers=2,
        activations=("relu",),
        optimizers=("adam",),
        losses=(),
        batch_sizes=(32,),
        learning_rates=(1e-3, 3e-2),
        l2=(1e-5, 1e-1),
    )
    return OptunaSearchCV(
        make_pipeline(StandardScaler(), net(epochs=EPOCHS, random_state=0)),
        space,
        n_trials=N_TRIALS,
        cv=kind(INNER, shuffle=True, random_state=1),
        scoring=scoring,
        ensemble=K,
        random_state=0,
    )


def voting(estimators, task):
    named = [(str(i), each) for i, each in enumerate(estimators)]
    weights = np.full(len(named), 1 / len(named), "float32")
    if task == "classification":
        return VotingClassifier(named, voting="soft", weights=weights)
    return VotingRegressor(named, weights=weights)


def fold_scores(search, task, X, y, X_test, y_test):
    """Search on the training rows of an outer fold, and score on the others."""
    import skkeras

    search = clone(search).fit(X, y)
    best = clone(search.estimator).set_params(**search.best_params_)
    n_members = int(np.count_nonzero(search.ensemble_weights_))
    seed = f"{best.steps[-1][0]}__random_state"
    seeds = [clone(best).set_params(**{seed: i}) for i in range(n_members)]
    order = np.argsort(-search.cv_results_["mean_test_score"], kind="stable")
    firsts = [
        clone(search.estimator).set_params(**search.cv_results_["params"][row])
        for row in order[:n_members]
    ]
    with skkeras.fused():
        others = [
            clone(best).fit(X, y),
            voting(seeds, task).fit(X, y),
            voting(firsts, task).fit(X, y),
        ]
    models = [others[0], search.best_estimator_, *others[1:]]
    names = METRICS[task]
    found = {
        model: {name: get_scorer(name)(each, X_test, y_test) for name in names}
        for model, each in zip(MODELS, models, strict=True)
    }
    return {
        "scores": found,
        "members": n_members,
        "inner": {"best trial": search.best_score_, "ensemble": search.ensemble_score_},
    }


def measure(table):
    """Cross-validate the search on a table."""
    X, y = cut(table)
    kind = StratifiedKFold if table.task == "classification" else KFold
    folds = kind(OUTER, shuffle=True, random_state=0)
    search = searched(table.task, METRICS[table.task][0])
    start = time.perf_counter()
    found = [
        fold_scores(search, table.task, X[train], y[train], X[test], y[test])
        for train, test in folds.split(X, y)
    ]
    seconds = time.perf_counter() - start
    print(f"{table.name}: {seconds:.0f} s", flush=True)
    return {
        "table": table.name,
        "task": table.task,
        "rows": len(X),
        "seconds": seconds,
        "folds": found,
    }


def errors_of(row, model, metric):
    """Return the mean error over the outer folds: what is lower is better."""
    scores = [fold["scores"][model][metric] for fold in row["folds"]]
    is_share = metric in ("accuracy", "r2")
    return 1 - np.mean(scores) if is_share else -np.mean(scores)


def change(rows, model, metric):
    """Describe the change of the error against the best trial, over the tables."""
    ratios = np.array(
        [
            np.log(errors_of(row, model, metric) / errors_of(row, MODELS[0], metric))
            for row in rows
        ]
    )
    error, n = stats.sem(ratios), len(ratios)
    low, high = stats.t.interval(0.95, n - 1, ratios.mean(), error)
    mean, low, high = np.expm1([ratios.mean(), low, high])
    lower = (ratios < 0).sum()
    return f"{mean:+.1%} ({low:+.1%} to {high:+.1%}), {lower} of {n}"


QUESTIONS = {
    "log loss": ("classification", "neg_log_loss"),
    "share of errors": ("classification", "accuracy"),
    "root mean squared error": ("regression", "neg_root_mean_squared_error"),
}


def changes(rows):
    lines = [
        {"error": words} | {m: change(chosen, m, metric) for m in MODELS[1:]}
        for words, (task, metric) in QUESTIONS.items()
        if len(chosen := [row for row in rows if row["task"] == task]) > 1
    ]
    if len(rows) > 1:
        joint = {m: joint_change(rows, m) for m in MODELS[1:]}
        lines.append({"error": "what was searched by, all tables"} | joint)
    return pd.DataFrame(lines)


def joint_change(rows, model):
    """Describe the change of what each table was searched by."""
    return change(
        [
            row
            | {
                "folds": [
                    fold
                    | {
                        "scores": {
                            m: {"searched": scores[METRICS[row["task"]][0]]}
                            for m, scores in fold["scores"].items()
                        }
                    }
                    for fold in row["folds"]
                ]
            }
            for row in rows
        ],
        model,
        "searched",
    )


def optimism(rows):
    """Return inner errors against those on the outer folds."""
    lines = []
    for task, (metric, _) in METRICS.items():
        folds = [f for row in rows if row["task"] == task for f in row["folds"]]
        if not folds:
            continue
        line = {"searched by": metric}
        for model in ("best trial", "ensemble"):
            ratios = [f["inner"][model] / f["scores"][model][metric] for f in folds]
            line[model] = f"{np.expm1(np.mean(np.log(ratios))):+.1%}"
        line["trials in an ensemble"] = f"{np.mean([f['members'] for f in folds]):.1f}"
        lines.append(line)
    return pd.DataFrame(lines)


def by_table(rows):
    return pd.DataFrame(
        [
            {"table": row["table"], "rows": row["rows"], "error": metric[4:]}
            | {model: f"{errors_of(row, model, metric):.4g}" for model in MODELS}
            for row in rows
            for metric in METRICS[row["task"]][:1]
        ]
    )


def page(rows):
    minutes = sum(row["seconds"] for row in rows) / 60
    return f"""# Ensembles of a search's trials

Nested cross-validation on {len(rows)} tables of at most {MOST_ROWS} rows: {OUTER} outer
folds, in each a search of {N_TRIALS} trials on {INNER} inner folds over `mlp_space`
(Adam, relu, batches of 32 rows, {EPOCHS} epochs, one or two layers) with
`ensemble={K}`. Made by `benchmarks/search_ensembles.py` in {minutes:.0f} minutes beside
other work, {environment.sentence()}

Change of the error on the outer folds against the best trial refitted alone: geometric
mean over the tables, Student's 95 % interval over them, and on how many it is lower.
The last two columns are made of as many nets as the ensemble has members.

{changes(rows).to_markdown(index=False)}

Inner errors against those on the outer folds, and how many different trials an
ensemble has. The outer models are trained on half as many rows more, which raises the
inner errors of both; below 0, an inner error flatters all the same.

{optimism(rows).to_markdown(index=False)}

Errors by table, means over the outer folds.

{by_table(rows).to_markdown(index=False)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    path, rows = options.out / "search_ensembles.json", []
    for table in table_data.from_folder(options.folder, options.tables):
        if table.words or table.X.isna().any(axis=None):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows.append(measure(table))
        record = {"environment": environment.describe(), "rows": rows}
        path.write_text(json.dumps(record, indent=1) + "\n")
        path.with_suffix(".md").write_text(page(rows))


if __name__ == "__main__":
    main()
