"""How long a prediction takes: one row, a few, many; and where our own time goes.

`python benchmarks/latency.py` measures in processes of its own, with one thread and
with eight, and writes results/latency.md and latency.json. Contenders take turns in
rounds, since other work on a machine comes and goes: medians are of all rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from functools import partial
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np

HERE = Path(__file__).parent
SIZES = (1, 32, 1_000, 1_000_000)
THREADS = (1, 8)
ROUNDS = {1: (10, 60), 32: (10, 30), 1_000: (6, 10), 1_000_000: (2, 1)}
SLOW = {"Model.predict", "model(x)"}  # a tenth of the calls
LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
OURS = "KerasMLPClassifier"


def data():
    """Return a million rows of 8 columns, and targets of two classes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(SIZES[-1], 8))
    return X, (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype(int)


def estimators():
    """Return what is compared: each behind a StandardScaler."""
    from contenders import wrapped
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.neural_network import MLPClassifier

    from skkeras import KerasMLPClassifier

    found = {
        OURS: KerasMLPClassifier(
            hidden_layer_sizes=(12, 8), epochs=5, l2=0.01, random_state=0
        ),
        "KerasClassifier": wrapped(epochs=5),
        "MLPClassifier": MLPClassifier((12, 8), max_iter=20, random_state=0),
        "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    }
    if find_spec("lightgbm"):
        from lightgbm import LGBMClassifier

        found["LightGBM"] = LGBMClassifier(verbose=-1, random_state=0)
    if find_spec("catboost"):
        from catboost import CatBoostClassifier

        found["CatBoost"] = CatBoostClassifier(verbose=0, random_seed=0)
    return found


def fitted(X, y):
    """Return a function of rows for each contender."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipelines = {
        name: make_pipeline(StandardScaler(), estimator).fit(X, y)
        for name, estimator in estimators().items()
    }
    calls = {name: pipeline.predict for name, pipeline in pipelines.items()}
    # Another: whose Keras model has been asked for is read from its variables.
    seen = make_pipeline(StandardScaler(), estimators()[OURS]).fit(X, y)
    scale, model = seen[0].transform, seen[-1].model_
    calls["the same, once est.model_ was looked at"] = seen.predict
    calls["Model.predict"] = lambda rows: model.predict(scale(rows), verbose=0)
    calls["model(x)"] = lambda rows: np.asarray(model(scale(rows)))
    if find_spec("onnxruntime") and find_spec("skl2onnx"):
        calls["ONNX Runtime, our file"] = exported(seen, X)
    return pipelines[OURS], calls


def exported(pipeline, X):
    """Return a function that ONNX Runtime runs of the exported pipeline."""
    import onnxruntime

    import skkeras

    path = str(Path(tempfile.mkdtemp()) / "pipeline.onnx")
    skkeras.export(pipeline, path, X[:100])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ[LIMITS[0]])
    session = onnxruntime.InferenceSession(path, options)
    (entry,) = session.get_inputs()
    return lambda rows: session.run(None, {entry.name: rows})


def seconds(call, rows):
    start = time.perf_counter()
    call(rows)
    return time.perf_counter() - start


def parts_of_ours(pipeline, row):
    """Return the steps that our prediction of a row consists of, as calls."""
    from skkeras import training
    from skkeras.estimators.data.inputs import check_X
    from skkeras.estimators.data.rows import cast_for_model
    from skkeras.training.engines import compiled_prediction

    scaler, net = pipeline
    x = scaler.transform(row)
    cast = cast_for_model(net._prototype, x)
    kind = compiled_prediction._kind(cast, None), 8
    run, size = net._kept_graphs.get(net._fit_model, kind)
    batch = compiled_prediction._rows(cast, 0, size, 1)
    raw = training.predict(net._fit_model, cast, None, net._kept_graphs)
    return {
        "StandardScaler": partial(scaler.transform, row),
        "validation of X": partial(check_X, net, x),
        "casting": partial(cast_for_model, net._prototype, x),
        "comparing the model, reading weights": partial(
            net._kept_graphs.get, net._fit_model, kind
        ),
        "rows as a batch": partial(compiled_prediction._rows, cast, 0, size, 1),
        "program": partial(run, batch),
        "labels of outputs": partial(net.target_encoder_.inverse_transform, raw),
        "all of the net's predict": partial(net.predict, x),
        "all of the pipeline's predict": partial(pipeline.predict, row),
    }


def measure():
    """Return microseconds of each call, by rows and by contender, and of our steps."""
    X, y = data()
    warnings.simplefilter("ignore")
    ours, calls = fitted(X[:2_000], y[:2_000])
    figures = {}
    for size in SIZES:
        # Model.predict takes batches of 32, so a minute for a million rows.
        asked = {n: c for n, c in calls.items() if size < SIZES[-1] or n not in SLOW}
        times = {name: [] for name in asked}
        rounds, repeats = ROUNDS[size]
        rows = X[:size]
        for call in asked.values():
            for _ in range(0 if size == SIZES[-1] else 3):
                call(rows)
        for _ in range(rounds):
            for name, call in asked.items():
                count = max(repeats // 10, 1) if name in SLOW else repeats
                times[name] += [seconds(call, rows) for _ in range(count)]
        figures[size] = {name: summary(found) for name, found in times.items()}
    steps = parts_of_ours(ours, X[:1])
    times = {name: [] for name in steps}
    for _ in range(10):
        for name, step in steps.items():
            times[name] += [seconds(lambda _, s=step: s(), None) for _ in range(50)]
    return {
        "rows": figures,
        "steps": {name: summary(found) for name, found in times.items()},
    }


def summary(found):
    """Return milliseconds: the median, and the 10th and 99th of a hundred."""
    low, high = np.quantile(found, [0.1, 0.99])
    return {
        "p10": 1e3 * low,
        "p50": 1e3 * statistics.median(found),
        "p99": 1e3 * high,
        "calls": len(found),
    }


def in_a_process(threads):
    limits = dict.fromkeys(LIMITS, str(threads))
    done = subprocess.run(
        [sys.executable, __file__, "--measure"],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, **limits},
    )
    return json.loads(done.stdout.decode().splitlines()[-1])


def table(figures):
    """Return a table of contenders, in milliseconds and as ratios to ours."""
    sizes = list(figures)
    heads = [f"{int(size):,} rows: p50, p99" for size in sizes]
    lines = ["| | " + " | ".join(heads) + " | one row, beside ours |"]
    lines += ["|:--|" + "--:|" * (len(sizes) + 1)]
    ours = figures[sizes[0]][OURS]["p50"]
    for name in figures[sizes[0]]:
        cells = [
            f"{_ms(figures[s][name]['p50'])}, {_ms(figures[s][name]['p99'])}"
            if name in figures[s]
            else "not measured"
            for s in sizes
        ]
        ratio = figures[sizes[0]][name]["p50"] / ours
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {ratio:.2f} x |")
    return lines


def steps_table(runs):
    lines = ["| step | " + " | ".join(f"{n} threads" for n in runs) + " |"]
    lines += ["|:--|" + "--:|" * len(runs)]
    for name in next(iter(runs.values()))["steps"]:
        steps = [run["steps"][name] for run in runs.values()]
        cells = [f"{1e3 * s['p50']:.0f} ({1e3 * s['p10']:.0f})" for s in steps]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _ms(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def page(runs, load):
    lines = [
        "# How long a prediction takes",
        "",
        environment.sentence(),
        "",
        f"Milliseconds of `predict` of pipelines with `StandardScaler`, 8 columns of "
        f"float64, nets of 8-12-8-1 units. {load}",
    ]
    for threads, run in runs.items():
        lines += ["", f"## Threads: {threads}", "", *table(run["rows"])]
    lines += ["", "## Where our time goes, for one row", ""]
    lines += ["Microseconds, median (and tenth of a hundred) of each step alone.", ""]
    return "\n".join([*lines, *steps_table(runs)]) + "\n"


def main():
    before = os.getloadavg()[0]
    runs = {threads: in_a_process(threads) for threads in THREADS}
    load = (
        f"Other work ran beside it: the load was {before:.1f} before, "
        f"{os.getloadavg()[0]:.1f} at the end."
    )
    facts = {**environment.describe(), "load": load, "runs": runs}
    results = HERE / "results"
    (results / "latency.json").write_text(json.dumps(facts, indent=1) + "\n")
    (results / "latency.md").write_text(page(runs, load))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help="print one process's")
    if parser.parse_args().measure:
        print(json.dumps(measure()))
    else:
        main()
