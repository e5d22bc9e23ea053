"""The engine's epoch loop beside the same net hand-written, at 10 and 100 members.

`python benchmarks/loop.py` prints JSON: seconds of 150 epochs on 700 rows of Pima, both
loops compiled before, in turn, in one process.
"""

import json
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import bare_loop
import numpy as np
import tensorflow as tf
from contenders import BATCH_SIZE, EPOCHS, net, pima

N_ROWS = 700
ROUNDS = 5


def engine(members, X, y):
    """Train that many nets by the engine; return the seconds of the whole call.

    Its programs are there from the first round, which is not counted.
    """
    from skkeras.training import BuiltModel, Job, train

    create_model = net()
    jobs = [
        Job(
            BuiltModel(create_model()),
            X,
            y,
            epochs=EPOCHS,
            batch_size=BATCH_SIZE,
            seed=seed,
            defer_optimizer=True,
        )
        for seed in range(members)
    ]
    start = time.perf_counter()
    results = train(jobs)
    seconds = time.perf_counter() - start
    assert {r.training.members for r in results} == {members}
    return seconds, results[0].history["loss"][-1]


def bare(members, X, y):
    """Train as many by hand, orders of the rows drawn within the time, as there."""
    start = time.perf_counter()
    rows, valid = bare_loop.epoch_rows(members, EPOCHS, N_ROWS, BATCH_SIZE)
    _, logs = bare_loop.train(bare_loop.initial_state(members), X, y, rows, valid)
    loss = float(np.mean(logs[-1, 0]))
    return time.perf_counter() - start, loss


def measure():
    X, y = pima()
    X = ((X - X.mean(0)) / X.std(0))[:N_ROWS].astype("float32")
    y = y[:N_ROWS].astype("float32")
    data, targets = tf.constant(X), tf.constant(y)
    figures = {}
    for members in (10, 100):
        runs = [
            (engine(members, X, y[:, None]), bare(members, data, targets))
            for _ in range(ROUNDS + 1)
        ][1:]
        ours, theirs = zip(*runs, strict=True)
        figures[members] = {
            "engine": statistics.median(seconds for seconds, _ in ours),
            "bare": statistics.median(seconds for seconds, _ in theirs),
            "engine_loss": ours[0][1],
            "bare_loss": theirs[0][1],
        }
    return figures


if __name__ == "__main__":
    print(json.dumps(measure()))
