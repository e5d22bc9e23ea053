"""What multiplying small matrices by multiply and reduce gains over XLA's dot.

`python benchmarks/products.py` trains nets by the engine with either, each in a process
of its own, in turn, and prints microseconds of a member's step, orders of the rows and
logs included. The last net is larger than the limit.
"""

import argparse
import json
import os
import statistics

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
from speed import run_script

NETS = [  # units, batch size, members
    ((8, 12, 8, 1), 10, 1),
    ((8, 12, 8, 1), 10, 10),
    ((8, 12, 8, 1), 10, 50),
    ((4, 8, 3), 5, 10),
    ((4, 16, 3), 16, 10),
    ((30, 4, 1), 10, 10),
    ((13, 32, 16, 1), 32, 10),
]
SCRIPT = "products.py"
N_ROWS, STEPS, ROUNDS, REPEATS = 640, 4000, 3, 4


def net(units):
    import keras

    hidden = [keras.layers.Dense(n, activation="relu") for n in units[1:-1]]
    output = keras.layers.Dense(units[-1], activation="sigmoid")
    model = keras.Sequential([keras.Input((units[0],)), *hidden, output])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    return model


def measure(by_dot):
    """Return microseconds of a step of one member, for each net."""
    from skkeras.training import BuiltModel, Job, train
    from skkeras.training.program import small_products

    if by_dot:
        small_products.MULTIPLICATIONS = 0
    rng = np.random.default_rng(0)
    figures = []
    for units, batch_size, members in NETS:
        X = rng.normal(size=(N_ROWS, units[0])).astype("float32")
        y = (rng.random((N_ROWS, units[-1])) > 0.5).astype("float32")
        steps_per_epoch = N_ROWS // batch_size
        epochs = STEPS // steps_per_epoch
        runs = []
        for _ in range(REPEATS):
            options = {
                "epochs": epochs,
                "batch_size": batch_size,
                "defer_optimizer": True,
            }
            jobs = [
                Job(BuiltModel(net(units)), X, y, seed=s, **options)
                for s in range(members)
            ]
            runs.append(train(jobs)[0].training.run_seconds)
        steps = epochs * steps_per_epoch * members
        figures.append(1e6 * statistics.median(runs[1:]) / steps)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--dot", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.dot)))
        return
    runs = [
        (run_script(SCRIPT, "--measure", "--dot"), run_script(SCRIPT, "--measure"))
        for _ in range(ROUNDS)
    ]
    dot, ours = (np.median(side, axis=0) for side in zip(*runs, strict=True))
    nets = ["-".join(map(str, units)) for units, _, _ in NETS]
    _, batch_sizes, members = zip(*NETS, strict=True)
    table = pd.DataFrame(
        {
            "net": nets,
            "batch": batch_sizes,
            "members": members,
            "dot (us)": dot.round(2),
            "skkeras (us)": ours.round(2),
            "times faster": (dot / ours).round(2),
        }
    )
    print(table.to_markdown(index=False))


if __name__ == "__main__":
    main()
