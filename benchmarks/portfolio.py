"""The portfolio that `mlp_space` has: chosen by draws on tables, judged on others.

`python benchmarks/portfolio.py FOLDER` cross-validates the perceptrons' defaults and 72
random configurations of `mlp_space` on the tables of the folder (`roles.json` describes
them, as for tables.py), and writes results/portfolio.json after each, then
portfolio.md. `python benchmarks/portfolio.py` without a folder judges once more what
portfolio.json has, and writes the page. portfolio_draws.py has the draws and the
models, portfolio_choice.py the choice.
"""

import argparse
import json
import os
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np
import pandas as pd
import portfolio_choice as choice
import portfolio_draws as draws
import table_data
from scipy import stats

HERE = Path(__file__).parent
SIZE = 8
SHOWN = (1, 2, 3, 4, 6, 8)


def measure(folder, names, path):
    """Score all configurations on each table, and write what there is after each."""
    drawn, rows = draws.draw(), []
    for table in table_data.from_folder(folder, names):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows.append(draws.scores(table, drawn))
        print(f"{table.name}: {rows[-1]['seconds']:.0f} s", flush=True)
        record = {
            "environment": environment.describe(),
            "sentence": environment.sentence(),
            "configurations": drawn,
            "rows": rows,
        }
        path.write_text(json.dumps(record, indent=1) + "\n")


def matrix(rows):
    """Return regrets of the draws by table, and those of the defaults."""
    scores = np.array([[row[draws.DEFAULT], *row["draws"]] for row in rows], float)
    found = np.array([choice.regrets(each) for each in scores])
    return found[:, 1:], found[:, 0]


def chosen(rows):
    """Choose the portfolio, by all tables."""
    regrets, _ = matrix(rows)
    return choice.greedy(regrets, SIZE)


def interval(differences):
    """Describe a mean over tables with Student's 95 % interval."""
    mean, error = differences.mean(), stats.sem(differences)
    low, high = stats.t.interval(0.95, len(differences) - 1, mean, error)
    return f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"


def judged(found):
    """Compare a portfolio with random draws after each trial."""
    portfolio, random = found
    differences = portfolio - random
    return pd.DataFrame(
        {
            "trials": k,
            "portfolio": f"{portfolio[:, k - 1].mean():.3f}",
            "random draws": f"{random[:, k - 1].mean():.3f}",
            "difference": interval(differences[:, k - 1]),
            "lower on": f"{(differences[:, k - 1] < 0).sum()} of {len(portfolio)}",
        }
        for k in SHOWN
    ).to_markdown(index=False)


def worth(regrets, own):
    """Return how many random draws are on average as good as the defaults."""
    most = regrets.shape[1]
    means = np.mean([choice.after_random(row, most) for row in regrets], axis=0)
    return int(np.argmax(means <= own.mean())) + 1


def members(record):
    regrets, _ = matrix(record["rows"])
    lines, order = [], chosen(record["rows"])
    for k, index in enumerate(order, 1):
        labels = draws.labels_of(record["configurations"][index], "classification")
        numbers = draws.labels_of(record["configurations"][index], "regression")
        widths = [labels[f"units_{i}"] for i in range(labels["n_layers"])]
        rate = next(v for name, v in labels.items() if name.startswith("learning"))
        lines.append(
            {
                "units": ", ".join(map(str, widths)),
                **{name: labels[name] for name in ("activation", "optimizer")},
                "learning rate": f"{rate:.2g}",
                "l2": f"{labels['l2']:.2g}",
                "batch size": labels["batch_size"],
                "loss": f"{labels['loss']}, {numbers['loss']}",
                "regret so far": f"{regrets[:, order[:k]].min(axis=1).mean():.3f}",
            }
        )
    return pd.DataFrame(lines).to_markdown(index=False)


def by_table(record):
    rows = record["rows"]
    regrets, own = matrix(rows)
    return pd.DataFrame(
        {
            "table": row["table"],
            "rows": row["rows"],
            "score": "accuracy" if row["task"] == "classification" else "R²",
            "defaults": f"{row[draws.DEFAULT]:.3f}",
            "median draw": f"{np.median(_known(row)):.3f}",
            "best draw": f"{np.max(_known(row)):.3f}",
            "regret of the defaults": f"{own[i]:.2f}",
            "of the portfolio": f"{regrets[i, chosen(rows)].min():.2f}",
        }
        for i, row in enumerate(rows)
    ).to_markdown(index=False)


def _known(row):
    return [-np.inf if score is None else score for score in row["draws"]]


def page(record):
    rows = record["rows"]
    regrets, own = matrix(rows)
    one = ["all"] * len(rows)
    tasks = [row["task"] for row in rows]
    nothing = np.full(len(rows), np.inf)
    minutes = sum(row["seconds"] for row in rows) / 60
    alone = choice.leave_one_out(regrets, nothing, SIZE, one)
    by_task = choice.leave_one_out(regrets, nothing, SIZE, tasks)
    after = choice.leave_one_out(regrets, own, SIZE, one, start=nothing)
    complement = choice.leave_one_out(regrets, own, SIZE, one)
    return f"""# The portfolio of `mlp_space`

{len(record["configurations"])} random configurations of `mlp_space`, and the defaults
of the perceptrons, on {len(rows)} tables of at most {draws.MOST_ROWS} rows:
{draws.FOLDS} folds, {draws.EPOCHS} epochs, accuracy or R². The draws are of
{draws.N_PROGRAMS} combinations of depth, activation, optimizer, batch size and loss,
each choice as often as the others. Pima, Iris and Boston are not among the tables. Made
by `benchmarks/portfolio.py` in {minutes:.0f} minutes beside other work,
{record["sentence"]}

A regret is 0 for the best score that was found on a table and 1 for the median of the
draws and all below. The portfolio is chosen greedily, each time the configuration that
lowers the mean over the tables of the best member's regret most (Feurer et al.,
Auto-sklearn 2.0, JMLR 23, 2022). Both tasks choose together: a loss is the first,
second or third of its task's. The defaults are not in it. They were themselves chosen
by tables of this folder, which flatters them here, beside draws and portfolios alike.

## On tables left out

Mean regret after so many trials: of the portfolio that the other tables choose, and of
random draws, which TPE's first ten trials are as well (an expectation, without drawing
one twice); their difference with Student's 95 % interval over the tables, which takes
the tables' portfolios for independent though they share most of what chose them.

{judged(alone)}

The same after the estimator as it is, as trial 0. Its mean regret alone is
{own.mean():.3f}, which takes {worth(regrets, own)} random draws.

{judged(after)}

After it, and with members that were chosen to complement it:

{judged(complement)}

Alone, with the tables of the same task choosing for each:

{judged(by_task)}

## What is chosen

By all tables, so that the regrets here flatter. Losses of classifiers, of regressors.

{members(record)}

## By table

{by_table(record)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--tables", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    path = options.out / "portfolio.json"
    if options.folder is not None:
        measure(options.folder, options.tables, path)
    record = json.loads(path.read_text())
    path.with_suffix(".md").write_text(page(record))
    for index in chosen(record["rows"]):
        print(record["configurations"][index])


if __name__ == "__main__":
    main()
