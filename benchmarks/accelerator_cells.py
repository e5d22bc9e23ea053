"""Measurements of `accelerator.py`, in a process of their own.

Each is printed as a line of JSON when it is done, so that what was measured is known
even if the process is ended.
"""

import argparse
import json
import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import joblib
import keras
import numpy as np
from accelerator_device import device, measured_rounding, use_precision

import skkeras
from skkeras.training import BuiltModel, Job, UnbuiltModel, epoch_order, train

CONTENDERS = ("fused", "engine", "vmap")
_SMALL = "8-12-8-1"


class OutOfTime(BaseException):
    """Not an `Exception`: nothing on the way takes it for a fit that failed."""


@contextmanager
def at_most(seconds):
    """Raise `OutOfTime` in a block that takes longer."""

    def ring(*_):
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.1))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Net:
    """A dense net for two classes, and the rows it learns.

    Parameters
    ----------
    name : str
        Its units, as in "8-12-8-1".
    epochs : int
    """

    name: str
    epochs: int

    @cached_property
    def units(self):
        """Inputs, units of each hidden layer, outputs."""
        return [int(n) for n in self.name.split("-")]

    @property
    def batch_size(self):
        """Rows of a batch, which divides those there are."""
        return 10 if self.name == _SMALL else 32

    @cached_property
    def data(self):
        """Rows, all batches full: 700 of Pima, or 1,024 whose class a net decides."""
        if self.name == _SMALL:
            from skkeras.datasets import load_pima

            X, y = (np.asarray(part) for part in load_pima(return_X_y=True))
            X, y = X[:700], y[:700]
        else:
            rng = np.random.default_rng(0)
            X = rng.normal(size=(1024, self.units[0]))
            hidden = np.tanh(X @ rng.normal(size=(self.units[0], 8)) / 4)
            y = (hidden @ rng.normal(size=8) > 0).astype(int)
        X = (X - X.mean(0)) / X.std(0)
        return X.astype("float32"), y

    def create_model(self):
        """Make a model, compiled."""
        inputs, *hidden, outputs = self.units
        model = keras.Sequential(
            [
                keras.Input((inputs,)),
                *(keras.layers.Dense(n, activation="relu") for n in hidden),
                keras.layers.Dense(outputs, activation="sigmoid"),
            ]
        )
        model.compile(loss="binary_crossentropy", optimizer="adam")
        return model

    def classifier(self, seed=0, **params):
        """Make an estimator."""
        params = {"epochs": self.epochs, "random_state": seed} | params
        return skkeras.KerasClassifier(
            self.create_model, batch_size=self.batch_size, verbose=0, **params
        )

    def job(self, model, seed, **options):
        """Make a job of the engine's."""
        X, y = self.data
        y = y[:, None].astype("float32")
        options = {"epochs": self.epochs, "batch_size": self.batch_size} | options
        return Job(model, X, y, seed=seed, **options)

    @cached_property
    def weights(self):
        """What the members of `engine` and `vmap` begin with."""
        return self.create_model().get_weights()

    def with_weights(self):
        """Make a model that begins with `weights`."""
        model = self.create_model()
        model.set_weights(self.weights)
        return model

    def orders(self, members):
        """Return the rows of each batch (epochs, steps, members, batch_size)."""
        rows = len(self.data[0])
        orders = np.array(
            [
                [epoch_order(seed, epoch, rows) for seed in range(members)]
                for epoch in range(self.epochs)
            ],
            np.int32,
        )
        shape = self.epochs, members, rows // self.batch_size, self.batch_size
        return orders.reshape(shape).swapaxes(1, 2)


def of_training(training):
    return {
        "engine": training.engine,
        "members_together": training.members,
        "reason": training.reason,
        "compile_seconds": training.compile_seconds,
        "run_seconds": training.run_seconds,
    }


def fused(net, members):
    """Fit estimators as a user does: one alone, several by joblib under `fused()`."""
    X, y = net.data
    estimators = [net.classifier(seed) for seed in range(members)]
    start = time.perf_counter()
    if members == 1:
        fitted = [estimators[0].fit(X, y)]
    else:
        with skkeras.fused(max_members=members):
            fitted = joblib.Parallel()(
                joblib.delayed(estimator.fit)(X, y) for estimator in estimators
            )
    seconds = time.perf_counter() - start
    first = fitted[0]
    facts = of_training(first.training_)
    return seconds, facts, first.history_["loss"]


def engine(net, members):
    """Train jobs by the engine alone.

    On JAX, which trains Keras models, one model stands for all, and no other is built.
    """
    prototype, one = net.with_weights(), net.with_weights()
    jobs = [
        net.job(UnbuiltModel(prototype, net.weights, lambda: one), seed)
        for seed in range(members)
    ]
    start = time.perf_counter()
    results = train(jobs)
    seconds = time.perf_counter() - start
    errors = [result.error for result in results if result.error is not None]
    if errors:
        raise errors[0]
    return seconds, of_training(results[0].training), results[0].history["loss"]


def vmap(net, members):
    """Train the same members by hand, orders of the rows drawn within the time."""
    import bare_vmap
    import jax

    X, y = net.data
    start = time.perf_counter()
    given = X, y.astype("float32"), net.orders(members)
    state = bare_vmap.initial_state(net.weights, members)
    begun = time.perf_counter()
    _, losses = jax.block_until_ready(bare_vmap.train(state, *given))
    end = time.perf_counter()
    facts = {"run_seconds": end - begun}
    return end - start, facts, np.asarray(losses)[:, 0].tolist()


class Clock(keras.callbacks.Callback):
    """Notes when epochs end."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def on_epoch_end(self, epoch, logs=None):
        """Note the time."""
        self.ends.append(time.perf_counter())


def by_model_fit(net):
    """Fit the first member by `Model.fit`, as an estimator and as a job."""
    clock = Clock()
    estimator = net.classifier(engine="keras", callbacks=[clock])
    start = time.perf_counter()
    estimator.fit(*net.data)
    seconds = time.perf_counter() - start
    (result,) = train([net.job(BuiltModel(net.with_weights()), 0, engine="keras")])
    later = np.diff(clock.ends)
    return {
        "net": net.name,
        "contender": "Model.fit",
        "members": 1,
        "seconds": seconds,
        # The first epoch compiles.
        "seconds_per_later_epoch": float(np.median(later)) if len(later) else None,
        "losses": estimator.history_["loss"],
        "losses_of_job": result.history["loss"],
    }


def largest_difference(losses, expected):
    """Return by how much losses differ, as a part of what is expected."""
    losses, expected = np.asarray(losses), np.asarray(expected)
    return float((np.abs(losses - expected) / np.abs(expected)).max())


class Cells:
    """Measures what there is time for.

    Parameters
    ----------
    limit : float
        Seconds of a cell.
    deadline : float
        When all must be done, as `time.time` counts.
    """

    def __init__(self, limit, deadline):
        self._limit, self._deadline = limit, deadline
        self._last = {}

    @property
    def _left(self):
        return min(self._limit, self._deadline - time.time())

    def refuse(self, contender, net, reason):
        """Measure no more of a contender, and say why."""
        self._last[contender, net.name] = reason, None

    def measure(self, contender, net, members, reference):
        """Print a cell, or why there is none."""
        cell = {"net": net.name, "contender": contender, "members": members}
        cell |= {"epochs": net.epochs}
        reason = self._why_not(contender, net, members)
        if reason is None:
            start = time.monotonic()
            try:
                with at_most(self._left):
                    cell |= self._measured(contender, net, members, reference)
                self._last[contender, net.name] = members, cell
            except OutOfTime:
                taken = time.monotonic() - start
                reason = f"stopped after {taken:.0f} s"
                self.refuse(
                    contender, net, f"{members:,} members took over {taken:.0f} s"
                )
            except Exception as error:
                first = str(error).partition("\n")[0][:200]
                reason = f"{type(error).__name__}: {first}"
                self.refuse(contender, net, f"{members:,} members failed")
        show(cell if reason is None else cell | {"skipped": reason})

    def _why_not(self, contender, net, members):
        left = self._left
        last, cell = self._last.get((contender, net.name), (members, None))
        if isinstance(last, str) and members > 1:
            return last
        if cell is not None:
            seconds, compiling = (
                cell["seconds"],
                cell["first_seconds"] - cell["seconds"],
            )
            expected = compiling + seconds * members / last
            if expected > left:
                return (
                    f"{last:,} members took {seconds:.1f} s and {compiling:.1f} s to "
                    f"compile; {left:.0f} s are left for {members:,}"
                )
        return "no time is left" if left <= 1 else None

    def _measured(self, contender, net, members, reference):
        """Measure the first time, and again where that was short."""
        run = globals()[contender]
        first, facts, losses = run(net, members)
        again = None
        if first < self._left / 2:
            again, facts_again, losses = run(net, members)
            facts |= {"run_seconds": facts_again["run_seconds"]}
        seconds = first if again is None else again
        whose = "losses" if contender == "fused" else "losses_of_job"
        return {
            "first_seconds": first,
            "seconds": seconds,
            "is_first": again is None,
            "fits_per_second": members / seconds,
            "seconds_per_member_epoch": seconds / members / net.epochs,
            "loss_differs_by": largest_difference(losses, reference[whose]),
            **facts,
        }


def show(cell):
    print(json.dumps(cell), flush=True)


def why_not_together(net):
    """Return why two fits of one epoch are not trained as one; None where they are.

    It costs little to learn here that a program is refused, and a `Model.fit` for each
    of many members otherwise.
    """
    _, facts, _ = fused(Net(net.name, 1), 2)
    show({"net": net.name, "probe": facts})
    return None if facts["engine"] == "fused" else facts["reason"] or facts["engine"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nets", nargs="+", required=True)
    parser.add_argument("--members", nargs="+", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--limit", type=float, required=True)
    parser.add_argument("--deadline", type=float, required=True)
    parser.add_argument("--precision", choices=["default", "highest"], required=True)
    options = parser.parse_args()
    use_precision(options.precision)
    cells = Cells(options.limit, options.deadline)
    platform, name = device()
    show({"platform": platform, "device": name, "rounding": measured_rounding()})
    nets = [Net(name, options.epochs) for name in options.nets]
    references = {}
    for net in nets:
        references[net.name] = by_model_fit(net)
        show(references[net.name])
        reason = why_not_together(net)
        if reason is not None:
            for contender in ("fused", "engine"):
                cells.refuse(contender, net, f"not trained together: {reason}")
    contenders = [c for c in CONTENDERS if c != "vmap" or is_on_jax()]
    for members in options.members:
        for net in nets:
            for contender in contenders:
                cells.measure(contender, net, members, references[net.name])


def is_on_jax():
    return keras.backend.backend() == "jax"


if __name__ == "__main__":
    main()
