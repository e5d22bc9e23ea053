"""A long life: many architectures, many fits, and what the process then holds.

``python soak.py`` measures each in a process of its own and writes results/soak.md:
memory that stays after each of many different architectures, beside `Model.fit`;
memory, threads, descriptors and temporary files over many fits of one.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np

HERE = Path(__file__).parent
CACHE = 32  # programs that are kept
PAGE = os.sysconf("SC_PAGE_SIZE")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 8)).astype("float32")
y = (X[:, 0] > 0).astype(int)


def held():
    """Read what the process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "mb": pages * PAGE / 1e6,
        "threads": len(os.listdir("/proc/self/task")),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "temporary files": len(os.listdir(tempfile.gettempdir())),
    }


def net(layers):
    """Make a factory of a net; each list of layers is an architecture of its own."""
    import keras

    def create_model():
        hidden = [keras.layers.Dense(units, activation=a) for units, a in layers]
        model = keras.Sequential(
            [keras.Input((8,)), *hidden, keras.layers.Dense(1, activation="sigmoid")]
        )
        model.compile(loss="binary_crossentropy", optimizer="adam")
        return model

    return create_model


def architecture(number):
    """Return the layers of the n-th architecture, of 1296."""
    activations = ["relu", "tanh", "elu", "selu", "gelu", "silu"]
    digits = [number // 6**place % 6 for place in range(4)]
    return [(8, activations[digit]) for digit in digits]


def fit(layers, engine):
    from skkeras import KerasClassifier

    estimator = KerasClassifier(
        net(layers), epochs=2, verbose=0, random_state=0, engine=engine
    )
    estimator.fit(X, y).predict(X)


def live(what, count):
    """Fit on and on; return what is held along the way."""
    import skkeras.estimators  # noqa: F401

    engine = "keras" if what.endswith("Model.fit") else "auto"
    one = what.startswith("one architecture")
    marks, seconds = [], time.perf_counter()
    for number in range(count):
        fit(architecture(0 if one else number), engine)
        if (number + 1) % max(1, count // 10) == 0:
            marks.append({"fits": number + 1, **held()})
    return {"marks": marks, "seconds": time.perf_counter() - seconds}


def growth(marks):
    """Return the megabytes a fit left, past the cache: the slope of a line."""
    past = [m for m in marks if m["fits"] > CACHE] or marks
    fits, mb = ([mark[key] for mark in past] for key in ("fits", "mb"))
    return float(np.polyfit(fits, mb, 1)[0])


def page(results):
    lines = [
        "# Long lives",
        "",
        environment.sentence(),
        "",
        "Small dense nets, 64 rows, two epochs, and a prediction after each fit; each "
        "line in a process of its own. "
        f"{CACHE} programs are kept; growth is the slope after as many fits.",
        "",
        "| what | fits | MB a fit | MB at the end | threads | descriptors | "
        "temporary files | seconds |",
        "|:--|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for what, result in results.items():
        first, last = result["marks"][0], result["marks"][-1]
        counts = [
            f"{first[name]} to {last[name]}"
            for name in ("threads", "descriptors", "temporary files")
        ]
        lines.append(
            f"| {what} | {last['fits']} | {growth(result['marks']):.3f} | "
            f"{last['mb']:.0f} | {' | '.join(counts)} | {result['seconds']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architectures", type=int, default=500)
    parser.add_argument("--fits", type=int, default=10_000)
    parser.add_argument("--only", nargs=2, metavar=("WHAT", "COUNT"))
    options = parser.parse_args()
    if options.only:
        what, count = options.only
        print(json.dumps(live(what, int(count))))
        return
    plans = {
        "other architectures, skkeras": options.architectures,
        "other architectures, Model.fit": options.architectures // 5,
        "one architecture, skkeras": options.fits,
        "one architecture, Model.fit": options.fits // 100,
    }
    results = {}
    for what, count in plans.items():
        print(f"{what} …", flush=True)
        command = [sys.executable, __file__, "--only", what, str(count)]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                env={**os.environ, "TMPDIR": folder},
            )
        results[what] = json.loads(done.stdout.splitlines()[-1])
    (HERE / "results" / "soak.md").write_text(page(results))
    (HERE / "results" / "soak.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
