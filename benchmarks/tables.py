"""How good default models are on a folder of tables, beside each other.

`python benchmarks/tables.py FOLDER` fits every contender that is installed on every
table's outer folds, one fit at a time, and writes results/tables.md and tables.json.
FOLDER holds roles.json and a NAME.csv.gz for each table; `--openml ID ...` adds data
sets of OpenML. `--tables` and `--models` choose some: what results/tables.json holds of
the others is kept where its number of folds and its versions are those of this run. A
version of skkeras does not tell two states of its sources apart, so run all its tables
again after a change.

`--resume FILE` keeps every fit as it is finished, one JSON object a line, and does not
repeat those that the file has from the same versions.
"""

import argparse
import json
import os
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np
import table_data
from table_contenders import CONTENDERS, version_here
from table_page import Results, page, summary
from table_scores import classification_scores, regression_scores

HERE = Path(__file__).parent


def fit(contender, table, fold, train, test):
    """Fit and score one fold; what it raises is named in the row."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 200 iterations are a default too
            return _scored(contender, table, fold, train, test)
    except Exception as error:
        words = " ".join(str(error).split())
        return {"failed": f"{type(error).__name__}: {words}"[:300]}


def _scored(contender, table, fold, train, test):
    model = contender.make(table.task, table.words, fold)
    X, y = table.X.iloc[test], table.y[test]
    start, processor = time.perf_counter(), time.process_time()
    model.fit(table.X.iloc[train], table.y[train])
    seconds = {
        "fit_seconds": time.perf_counter() - start,
        "fit_processor_seconds": time.process_time() - processor,
    }
    start = time.perf_counter()
    predict = model.predict_proba if table.task == "classification" else model.predict
    output = np.asarray(predict(X), float)
    seconds["predict_seconds"] = time.perf_counter() - start
    if not np.isfinite(output).all():
        raise ValueError("predictions are not finite")
    if table.task == "regression":
        scores = regression_scores(y, output.ravel())
    else:
        probabilities = np.zeros((len(y), table.y.max() + 1))
        probabilities[:, np.asarray(model.classes_, int)] = output
        predicted = np.ravel(model.predict(X))
        scores = classification_scores(y, predicted, probabilities)
    return {k: float(f"{v:.6g}") for k, v in (scores | seconds).items()}


def key(row):
    return row["model"], row["table"], row["fold"]


def run(contenders, tables, n_folds, path):
    """Fit what the file at `path` lacks, one contender at a time, adding to it."""
    done = {key(row): row for row in read_lines(path) if "failed" not in row}
    rows = []
    for model, contender in contenders.items():
        facts = {"folds": n_folds, "versions": contender.versions()}
        for table in tables:
            for fold, (train, test) in enumerate(table.folds(n_folds)):
                row = {"model": model, "table": table.name, "fold": fold}
                held = done.get(key(row), {})
                if facts.items() <= held.items():
                    rows.append(held)
                    continue
                row |= {"task": table.task, "date": date.today().isoformat(), **facts}
                row |= fit(contender, table, fold, train, test)
                with path.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                rows.append(row)
            tell(rows[-n_folds:])
    return rows


def read_lines(path):
    """Read the rows of a file; its last line may be cut short by what ended it."""
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            print(f"not read: {line[:60]} …", flush=True)


def tell(rows):
    failed = [row["failed"] for row in rows if "failed" in row]
    metric = "nrmse" if rows[0]["task"] == "regression" else "error"
    told = failed[0] if failed else f"{np.mean([row[metric] for row in rows]):.4f}"
    seconds = sum(row.get("fit_seconds", 0) for row in rows)
    print(
        f"  {rows[0]['model']}, {rows[0]['table']}: {told}, {seconds:.1f} s", flush=True
    )


def merged(rows, path, n_folds):
    """Add what an earlier run left of other models and tables, if it compares."""
    report = json.loads(path.read_text()) if path.exists() else {"rows": []}
    if report["rows"] and report["folds"] != n_folds:
        print(f"left out, of {report['folds']} folds: all that {path} held")
        return rows
    fresh = {key(row) for row in rows}
    kept, left_out = [], set()
    for row in report["rows"]:
        versions = report["versions"][row["model"]]
        if not all(version_here(name) in (None, v) for name, v in versions.items()):
            left_out.add(row["model"])
        elif key(row) not in fresh:
            kept.append(row | {"folds": n_folds, "versions": versions})
    if left_out:
        print(f"left out, of other versions: {', '.join(sorted(left_out))}")
    return kept + rows


def write(rows, n_folds, absent, folder):
    versions = {row["model"]: row["versions"] for row in rows}
    results = Results(rows)
    found = summary(results)
    bare = [{k: row[k] for k in row if k not in ("folds", "versions")} for row in rows]
    report = {
        "environment": environment.describe(),
        "folds": n_folds,
        "reference": results.reference,
        "versions": versions,
        "summary": {
            name: json.loads(table.to_json(orient="records", double_precision=6))
            for name, table in found.items()
        },
    }
    # A row a line: one fit's figures change in one line.
    lines = ",\n".join(f"  {json.dumps(row)}" for row in sorted(bare, key=key))
    head = json.dumps(report, indent=1).removesuffix("\n}")
    folder.mkdir(exist_ok=True)
    (folder / "tables.json").write_text(f'{head},\n "rows": [\n{lines}\n ]\n}}\n')
    (folder / "tables.md").write_text(page(results, found, n_folds, versions, absent))


def names(text):
    return text.split(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--tables", type=names, help="some tables: a,b")
    parser.add_argument("--models", type=names, help="some contenders: a,b")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--openml", type=int, nargs="+", default=[], metavar="ID")
    parser.add_argument("--resume", type=Path, help="a file of finished fits")
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    if unknown := set(options.models or ()) - set(CONTENDERS):
        parser.error(f"no contender {unknown}; they are {', '.join(CONTENDERS)}")
    if options.folder is None and not options.openml:
        parser.error("a folder of tables is needed, or --openml")
    tables = [table_data.from_openml(i) for i in options.openml]
    if options.folder:
        tables = table_data.from_folder(options.folder, options.tables) + tables
    wanted = {
        n: c for n, c in CONTENDERS.items() if n in (options.models or CONTENDERS)
    }
    absent = {name: why for name, c in wanted.items() if (why := c.missing())}
    for name, why in absent.items():
        print(f"not run: {name}, {why}")
    present = {name: c for name, c in wanted.items() if name not in absent}
    resume = options.resume or Path(tempfile.mkstemp(suffix=".jsonl")[1])
    print(f"finished fits: {resume}", flush=True)
    rows = run(present, tables, options.folds, resume)
    rows = merged(rows, options.out / "tables.json", options.folds)
    if not rows:
        parser.error("none of the contenders is installed")
    held = {row["model"] for row in rows}
    unheld = {n: c.missing() for n, c in CONTENDERS.items() if n not in held}
    absent = {name: why or "not asked for" for name, why in unheld.items()}
    write(rows, options.folds, absent, options.out)
    print((options.out / "tables.md").read_text().partition("\n## Errors by table")[0])


if __name__ == "__main__":
    main()
