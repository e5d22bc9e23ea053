"""How many small nets an accelerator trains at once, and how fast.

`python benchmarks/accelerator.py` trains populations of 1 to 10,000 nets of one
architecture: estimators fitted under `skkeras.fused()`, the engine alone, the same net
hand-written under `jax.vmap` where Keras runs on JAX, and one member by `Model.fit`,
times the members. Keras's backend is what KERAS_BACKEND says; TensorFlow need not be
installed. What does not fit into the time is left out, and named.

It compares the losses of the first member with those of `Model.fit` on the same device,
and ends with status 1 where they differ by more than the tolerance.
"""

import argparse
import json
import math
import subprocess
import sys
import threading
import time
from pathlib import Path

import environment
import pandas as pd

HERE = Path(__file__).parent
TOLERANCE = {"float32": 1e-4, "TF32": 2e-2}
"""Largest difference of a loss, as a part of it, by how factors are rounded."""

_TF32 = 2e-5  # off by more, products are not of whole float32 numbers


def measure(precision, options, seconds):
    """Run the cells in a process of their own; return them, and what it said last."""
    command = [
        *(sys.executable, HERE / "accelerator_cells.py", "--precision", precision),
        *("--nets", *options.nets, "--members", *map(str, options.members)),
        *("--epochs", str(options.epochs), "--limit", str(options.limit)),
        # Before it is ended: what runs may be stopped only when a compilation is over.
        *("--deadline", str(time.time() + seconds - 15)),
    ]
    print(f"precision {precision}, at most {seconds:.0f} s", flush=True)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said = []
    reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)
    ending = threading.Timer(seconds, process.kill)
    reader.start()
    ending.start()
    cells = []
    for line in process.stdout:
        cells.append(json.loads(line))
        print("  " + short(cells[-1]), flush=True)
    status = process.wait()
    ending.cancel()
    reader.join(5)
    failure = None
    if status:
        failure = f"status {status}: " + "".join(said[-5:]).strip()
        print(f"  {failure}", flush=True)
    return cells, failure


def short(cell):
    """Say what a line of the measuring process holds."""
    if "device" in cell:
        return f"{cell['device']}; products are off by {cell['rounding']:.1e}"
    if "probe" in cell:
        return f"{cell['net']}, two members: {cell['probe']}"
    what = f"{cell['net']}, {cell['members']:,} x {cell['contender']}"
    if "skipped" in cell:
        return f"{what}: left out; {cell['skipped']}"
    engine = f", {cell['engine']}" if "engine" in cell else ""
    differs = cell.get("loss_differs_by")
    differs = "" if differs is None else f", loss differs by {differs:.1e}"
    return f"{what}: {cell['seconds']:.3f} s{engine}{differs}"


class Run:
    """What was measured with one precision.

    Parameters
    ----------
    precision : {"default", "highest"}
    cells : list of dict
        As `accelerator_cells.py` prints them.
    failure : str or None
        Why the process ended before it was done.
    """

    def __init__(self, precision, cells, failure):
        self.precision, self.cells, self.failure = precision, cells, failure
        self.facts = next((c for c in cells if "device" in c), {})
        self.measured = [c for c in cells if "fits_per_second" in c]
        self.skipped = [c for c in cells if "skipped" in c]
        self.by_keras = {
            c["net"]: c for c in cells if c.get("contender") == "Model.fit"
        }

    @property
    def rounding(self):
        """To what the factors of products are rounded."""
        return "TF32" if self.facts.get("rounding", 0) > _TF32 else "float32"

    @property
    def tolerance(self):
        """By how much losses may differ."""
        return TOLERANCE[self.rounding]

    @property
    def unequal(self):
        """Cells whose losses are not those of `Model.fit`."""
        return [c for c in self.measured if not c["loss_differs_by"] <= self.tolerance]

    def table(self):
        """Put speeds and their ratios side by side."""
        return pd.DataFrame(
            [
                {
                    "net": cell["net"],
                    "members": f"{cell['members']:,}",
                    "by": cell["contender"],
                    "first (s)": cell["first_seconds"],
                    "again (s)": None if cell["is_first"] else cell["seconds"],
                    "in the loop (s)": cell["run_seconds"],
                    "fits a second": cell["fits_per_second"],
                    "us a member and epoch": 1e6 * cell["seconds_per_member_epoch"],
                    "times Model.fit": self._times_model_fit(cell),
                    "times vmap": self._times_vmap(cell),
                    "loss differs by": cell["loss_differs_by"],
                    "trained": cell.get("engine", "by hand"),
                }
                for cell in self.measured
            ]
        )

    def _times_model_fit(self, cell):
        return cell["members"] * self.by_keras[cell["net"]]["seconds"] / cell["seconds"]

    def _times_vmap(self, cell):
        alike = (
            c["seconds"]
            for c in self.measured
            if c["contender"] == "vmap"
            and (c["net"], c["members"]) == (cell["net"], cell["members"])
        )
        seconds = next(alike, None)
        return None if seconds is None else seconds / cell["seconds"]

    def page(self):
        """Return a section of Markdown."""
        parts = [
            f"## Precision: {self.precision}",
            f"{self.facts['device']} ({self.facts['platform']}); products of matrices "
            f"are off by {self.facts['rounding']:.1e} of the largest: factors of "
            f"{self.rounding}.",
            "\n".join(self._by_keras()),
            _markdown(self.table()),
            self._equality(),
        ]
        if self.skipped:
            parts.append(
                "Left out:\n\n" + "\n".join(f"- {short(c)}" for c in self.skipped)
            )
        if self.failure:
            parts.append(f"The measuring process ended early, with {self.failure}")
        return "\n\n".join(parts)

    def _by_keras(self):
        for cell in self.by_keras.values():
            later = cell["seconds_per_later_epoch"]
            yield (
                f"- {cell['net']}, one member by `Model.fit`: {cell['seconds']:.2f} s"
                + ("" if later is None else f", {later:.3f} s an epoch after the first")
            )
        for cell in self.cells:
            if "probe" in cell:
                facts = ", ".join(f"{k}={v!r}" for k, v in cell["probe"].items())
                yield f"- {cell['net']}, two members under `fused()`: {facts}"
        for cell in self.measured:
            if cell["contender"] == "fused" and cell["engine"] == "keras":
                yield (
                    f"- {cell['net']}, {cell['members']:,} members: by `Model.fit`, "
                    f"{cell['reason']}"
                )

    def _equality(self):
        largest = max((c["loss_differs_by"] for c in self.measured), default=0.0)
        verdict = (
            f"{len(self.unequal)} populations differ by more"
            if self.unequal
            else "all are within it"
        )
        return (
            f"Losses of the first member beside those of `Model.fit`: the largest "
            f"difference is {largest:.1e} of a loss, the tolerance {self.tolerance}; "
            f"{verdict}."
        )


def page(runs, options):
    """Return the results as Markdown."""
    parts = [
        "# Populations on an accelerator",
        f"{environment.sentence()} Keras's backend: {environment.BACKEND}.",
        f"{options.epochs} epochs, Adam. 8-12-8-1: 700 rows of Pima in batches of 10; "
        "others: 1,024 made-up rows in batches of 32. `fused`: `KerasClassifier`s "
        "fitted by joblib under `skkeras.fused()`, a Keras model built for each; "
        "`engine`: jobs of the engine, on JAX without building them; `vmap`: the net "
        "and Adam by hand. *First* compiles, *again* does not, and *in the loop* is "
        "the time in the compiled loop alone. *Times Model.fit*: one member's "
        "`Model.fit` times the members, not measured, over the seconds again (first "
        "where there is no again); *times vmap*: the seconds by hand over them.",
        *(run.page() for run in runs if run.facts),
    ]
    return "\n\n".join(parts) + "\n"


def _markdown(table):
    return table.to_markdown(index=False, floatfmt=".3g", missingval="")


def without_nan(value):
    """Return a report with None for figures that are not finite."""
    if isinstance(value, dict):
        return {name: without_nan(part) for name, part in value.items()}
    if isinstance(value, list):
        return [without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write(runs, options):
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "accelerator.md").write_text(page(runs, options))
    report = {
        "environment": environment.describe(),
        "epochs": options.epochs,
        "runs": [
            {
                "precision": run.precision,
                "rounding": run.rounding,
                "tolerance": run.tolerance,
                "failure": run.failure,
                "cells": run.cells,
            }
            for run in runs
        ],
    }
    text = json.dumps(without_nan(report), indent=1, allow_nan=False)
    (folder / "accelerator.json").write_text(text + "\n")


def measure_all(options):
    """Measure with each precision; with the highest by itself where it is another."""
    end, runs = time.monotonic() + options.seconds, []
    wanted = options.precisions or ["default"]
    for precision in wanted:
        left = end - time.monotonic()
        # What comes after shall have time, too.
        is_last = options.precisions and precision == wanted[-1]
        seconds = left if is_last or precision == "highest" else 0.6 * left
        runs.append(Run(precision, *measure(precision, options, seconds)))
        if options.precisions is None and runs[-1].rounding == "TF32":
            wanted.append("highest")
    return runs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--members", nargs="+", type=int, default=[1, 10, 100, 1000, 10000])
    add("--nets", nargs="+", default=["8-12-8-1", "64-256-256-1"], help="their units")
    add("--epochs", type=int, default=10)
    add("--quick", action="store_true", help="1 and 10 members, 3 epochs")
    add("--limit", type=float, default=25, help="seconds of one population")
    add("--seconds", type=float, default=230, help="of everything")
    add(
        "--precisions",
        nargs="+",
        choices=["default", "highest"],
        help="of products; default, and highest where that is another one",
    )
    add("--out", default=HERE / "results", help="folder for the results")
    options = parser.parse_args()
    if options.quick:
        options.members, options.epochs = [1, 10], 3
    runs = measure_all(options)
    write(runs, options)
    print(page(runs, options))
    if any(run.failure or run.unequal for run in runs):
        sys.exit(1)


if __name__ == "__main__":
    main()
