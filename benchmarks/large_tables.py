"""Tables of many rows: seconds and memory of the table estimators.

`python benchmarks/large_tables.py` draws a table of 50,000 x 100 and one of 1,000,000 x
20 numbers, fits KerasTabularClassifier and scikit-learn's HistGradientBoosting with
defaults, each in a process of its own, and writes results/large_tables.md and .json:
seconds of `fit`, the most memory that it takes above what was there before, what of it
each row takes beyond the first 21,000, as a multiple of the row in float32, and seconds
of predictions. `python benchmarks/large_tables.py NAME ROWS COLUMNS` runs one contender
and prints JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SIZES = [(50_000, 100), (1_000_000, 20)]
NAMES = ["KerasTabular", "HistGradientBoosting"]
N_TEST = 100_000
FEWEST = 21_000  # rows of which, as of more, a fifth is held out once


def draw(n_rows, n_columns, seed):
    """Draw numbers, and classes that curves and products of some columns decide."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, n_columns)).astype("float32")
    score = X[:, 0] * X[:, 1] + np.sin(3 * X[:, 2]) + np.abs(X[:, 3]) + X[:, 4] / 2
    score = score + rng.normal(scale=0.5, size=n_rows)
    return X, np.where(score > 0.8, "yes", "no")


def estimator(name):
    if name == "KerasTabular":
        from skkeras import KerasTabularClassifier

        return KerasTabularClassifier(random_state=0)
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=0)


class Peak:
    """Watches the memory of this process from a thread."""

    def __enter__(self):
        self._before = self._most = resident()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        while not self._done.wait(0.02):
            self._most = max(self._most, resident())

    def __exit__(self, *exception):
        self._done.set()
        self._thread.join()

    @property
    def bytes(self):
        """Most above what was there at first."""
        return self._most - self._before


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def run(name, n_rows, n_columns):
    """Fit on a large table and predict."""
    X, y = draw(n_rows, n_columns, 0)
    test, truth = draw(N_TEST, n_columns, 1)
    few = slice(0, 300)
    estimator(name).fit(X[few], y[few]).predict(test[few])  # libraries are loaded
    model = estimator(name)
    with Peak() as peak:
        start = time.perf_counter()
        model.fit(X, y)
        fit_seconds = time.perf_counter() - start
    start = time.perf_counter()
    accuracy = np.mean(model.predict(test) == truth)
    predict_seconds = time.perf_counter() - start
    rows = []
    for _ in range(200):
        start = time.perf_counter()
        model.predict(test[:1])
        rows.append(time.perf_counter() - start)
    return {
        "fit_seconds": fit_seconds,
        "megabytes": peak.bytes / 1e6,
        "accuracy": float(accuracy),
        "million_rows_seconds": predict_seconds * 1_000_000 / N_TEST,
        "one_row_ms": 1000 * statistics.median(rows),
        "members": sum(len(p.shares) for p in _parts(model)),
    }


def _parts(model):
    layers = getattr(getattr(model, "model_", None), "layers", ())
    return [layer for layer in layers if hasattr(layer, "shares")]


def measure(name, n_rows, n_columns):
    few, all_rows = (run_apart(name, n, n_columns) for n in (FEWEST, n_rows))
    more = all_rows["megabytes"] - few["megabytes"]
    in_float32 = 4e-6 * (n_rows - FEWEST) * n_columns
    return all_rows | {
        "few_megabytes": few["megabytes"],
        "per_row": more / in_float32,
    }


def run_apart(name, n_rows, n_columns):
    command = [sys.executable, __file__, name, str(n_rows), str(n_columns)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def page(results):
    table = pd.DataFrame(results).rename(
        columns={
            "fit_seconds": "fit (s)",
            "megabytes": "memory of the fit (MB)",
            "few_megabytes": f"of {FEWEST:,} rows (MB)",
            "per_row": "each further row / it in float32",
            "million_rows_seconds": "a million rows (s)",
            "one_row_ms": "one row (ms)",
        }
    )
    return "\n".join(
        [
            "# Large tables",
            "",
            environment.sentence(),
            "",
            "Numbers alone; the classes follow from five columns. Defaults, each in a "
            "process of its own. Memory is what `fit` takes at most beside X: with "
            f"{FEWEST:,} rows that is mostly nets and compiled programs; what each "
            "further row adds is a multiple of the row in float32. Seconds of a "
            f"million rows are ten times those of {N_TEST:,}.",
            "",
            table.to_markdown(index=False, floatfmt=".3g"),
            "",
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES)
    parser.add_argument("size", nargs="*", type=int, metavar="ROWS COLUMNS")
    arguments = parser.parse_args()
    if arguments.name:
        print(json.dumps(run(arguments.name, *arguments.size)))
        return
    results = [
        {"rows": rows, "columns": columns, "model": name} | measure(name, rows, columns)
        for rows, columns in SIZES
        for name in NAMES
    ]
    folder = HERE / "results"
    (folder / "large_tables.json").write_text(json.dumps(results, indent=2) + "\n")
    (folder / "large_tables.md").write_text(page(results))


if __name__ == "__main__":
    main()
