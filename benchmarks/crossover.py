"""Where fusion stops paying: five fits of larger and larger models, on every engine.

`python benchmarks/crossover.py` prints JSON: for each model the milliseconds of an
epoch of one fit by `Model.fit`, compiled alone and fused with four others, in turn in
one process, and which of them ``engine="auto"`` picks for one fit and for five.
"""

import json
import os
import statistics
import sys
import time
from contextlib import contextmanager
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

MEMBERS, ROUNDS = 5, 3


def dense(*units, rows, batch_size, epochs):
    """Describe a net of Dense layers; the first number is that of its inputs."""
    return {
        "name": "-".join(map(str, units)),
        "input": (units[0],),
        "layers": [("Dense", n) for n in units[1:-1]],
        "classes": units[-1],
        "rows": rows,
        "batch_size": batch_size,
        "epochs": epochs,
    }


def convolutions(*filters, rows, batch_size, epochs):
    """Describe 3x3 convolutions of 28x28 pixels, and a head of ten classes."""
    return {
        "name": " ".join(f"Conv2D({n})" for n in filters) + " of 28x28",
        "input": (28, 28, 1),
        "layers": [("Conv2D", n) for n in filters],
        "classes": 10,
        "rows": rows,
        "batch_size": batch_size,
        "epochs": epochs,
    }


CASES = [
    dense(8, 12, 8, 2, rows=700, batch_size=10, epochs=20),
    dense(8, 64, 64, 2, rows=700, batch_size=32, epochs=20),
    dense(784, 32, 10, rows=6000, batch_size=32, epochs=4),
    dense(784, 128, 10, rows=6000, batch_size=32, epochs=4),
    dense(784, 256, 10, rows=6000, batch_size=32, epochs=4),
    dense(784, 512, 512, 10, rows=6000, batch_size=128, epochs=4),
    convolutions(4, rows=1000, batch_size=32, epochs=4),
    convolutions(16, rows=1000, batch_size=32, epochs=4),
    convolutions(32, 64, rows=320, batch_size=32, epochs=2),
]


def data(case):
    """Return rows around one random pattern a class, as images of digits are."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, case["classes"], (case["rows"], 1))
    patterns = rng.random((case["classes"], *case["input"]))
    x = patterns[y[:, 0]] + rng.normal(size=(case["rows"], *case["input"]))
    return x.astype("float32"), y


def model(case):
    import keras

    net = keras.Sequential([keras.Input(case["input"])])
    for kind, n in case["layers"]:
        size = (3,) if kind == "Conv2D" else ()
        net.add(getattr(keras.layers, kind)(n, *size, activation="relu"))
    net.add(keras.layers.Flatten())
    net.add(keras.layers.Dense(case["classes"], activation="softmax"))
    net.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    return net


class EpochClock:
    """Times the epochs of `Model.fit`, without what comes before the first."""

    def __init__(self):
        import keras

        self.ends = []
        self.callback = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: self.ends.append(time.perf_counter())
        )

    @property
    def seconds(self):
        """Median of an epoch."""
        return statistics.median(np.diff(self.ends))


def jobs(case, members, **options):
    from skkeras.training import BuiltModel, Job

    x, y = data(case)
    fit = {"epochs": case["epochs"], "batch_size": case["batch_size"]}
    return [Job(BuiltModel(model(case)), x, y, **fit | options) for _ in range(members)]


def keras_epoch(case):
    from skkeras.training import train

    clock = EpochClock()
    # The first epoch traces: it is left out.
    options = {"engine": "keras", "epochs": 3, "callbacks": [clock.callback]}
    train(jobs(case, 1, **options))
    return clock.seconds


def program_epoch(case, members):
    """Return seconds of one fit's epoch, and of compiling."""
    from skkeras.training import train

    results = train(jobs(case, members))
    training = results[0].training
    assert training.members == members
    seconds = training.run_seconds / case["epochs"] / members
    return seconds, training.compile_seconds


def choice(case, members):
    """Return the engine that ``"auto"`` picks."""
    from skkeras.training import train

    return train(jobs(case, members, epochs=1))[0].training.engine


@contextmanager
def whatever_it_costs():
    """Compile and fuse everything, also where ``"auto"`` knows better."""
    engines = "skkeras.training.engines"
    measured = "skkeras.training.population.population.check_measured_cost"
    with (
        mock.patch(f"{engines}.tensorflow.why_keras", return_value=None),
        mock.patch(f"{engines}.population_plans.why_alone", return_value=None),
        mock.patch(measured),
    ):
        yield


def measure(case):
    runs = {"Model.fit": [], "compiled": [], "fused": []}
    compile_seconds = 0.0
    chosen = {members: choice(case, members) for members in (1, MEMBERS)}
    for _ in range(ROUNDS):
        runs["Model.fit"].append(keras_epoch(case))
        with fresh_programs(), whatever_it_costs():
            for engine, members in (("compiled", 1), ("fused", MEMBERS)):
                seconds, spent = program_epoch(case, members)
                runs[engine].append(seconds)
                compile_seconds = max(compile_seconds, spent)
    medians = {engine: statistics.median(r) for engine, r in runs.items()}
    return {
        "model": case["name"],
        "rows": case["rows"],
        "batch": case["batch_size"],
        **{f"{engine} (ms)": 1e3 * seconds for engine, seconds in medians.items()},
        "compiling (s)": compile_seconds,
        "auto, one fit": _named(chosen[1]),
        "times faster": medians["Model.fit"] / medians[_named(chosen[1])],
        "auto, five fits": _named(chosen[MEMBERS]),
        "five times faster": medians["Model.fit"] / medians[_named(chosen[MEMBERS])],
    }


@contextmanager
def fresh_programs():
    """Forget what was compiled before, here and for what comes after."""
    from skkeras.training.engines import engine_of_backend

    engine_of_backend().forget_programs()
    yield
    engine_of_backend().forget_programs()


def _named(engine):
    return "Model.fit" if engine == "keras" else engine


if __name__ == "__main__":
    names = sys.argv[1:]
    cases = [case for case in CASES if not names or case["name"] in names]
    print(json.dumps([measure(case) for case in cases]))
