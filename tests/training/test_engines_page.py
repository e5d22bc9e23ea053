"""Every row of docs/engines.md: what each engine trains, and that all agree."""

import os
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from engine_cases import CASES, ROWS

from skkeras.training import BuiltModel, Job, train
from skkeras.training.population import population

pytestmark = pytest.mark.tensorflow

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
SIZES = (ROWS, ROWS - 7)  # with batches of 16, both have a short last one
OUTCOMES = {}


def head(data, n):
    return keras.tree.map_structure(lambda array: array[:n], data)


def copy_of(model, make):
    copy = make()
    for own, other in zip(copy.variables, model.variables, strict=True):
        own.assign(other)
    return copy


def jobs_of(case):
    weight = np.random.default_rng(0).uniform(0.5, 2, ROWS).astype("float32")
    return [
        Job(
            BuiltModel(case.make()),
            head(case.x, n),
            head(case.y, n),
            sample_weight=None if isinstance(case.y, dict) else weight[:n],
            validation_data=(head(case.x, 20), head(case.y, 20)),
            epochs=3,
            batch_size=16,
            seed=k,
        )
        for k, n in enumerate(SIZES)
    ]


def again(job, case, **changes):
    model = copy_of(job.model, case.make)
    return replace(job, fit_model=BuiltModel(model), **changes)


def assert_same(job, result, other, reference, tolerance):
    pairs = zip(job.model.weights, other.model.weights, strict=True)
    for value, expected in pairs:
        np.testing.assert_allclose(
            np.asarray(value), np.asarray(expected), atol=tolerance, err_msg=value.path
        )
    assert result.history.keys() == reference.history.keys()
    for name, values in reference.history.items():
        np.testing.assert_allclose(
            result.history[name], values, rtol=10 * tolerance, atol=10 * tolerance
        )


@pytest.mark.in_turn
@pytest.mark.parametrize("name", CASES)
def test_engines_agree(name, monkeypatch):
    # The page says what can be compiled; what is faster depends on the machine's load.
    monkeypatch.setattr(population, "check_measured_cost", lambda *measured: None)
    case = CASES[name]
    together = jobs_of(case)
    if case.is_random:  # by the engine's own numbers
        others = [again(job, case) for job in together[:1]]
    else:
        others = [again(job, case, engine="keras") for job in together]
    fused, reference = train(together), train(others)
    for result in (*fused, *reference):
        assert result.error is None, repr(result.error)
    tolerance = 2e-2 if "bfloat16" in name else 5e-6
    for job, result, other, expected in zip(
        together, fused, others, reference, strict=False
    ):
        assert_same(job, result, other, expected, tolerance)
    OUTCOMES[name] = fused[0].training
    if not os.environ.get("WRITE_DOCS"):
        assert row(name, fused[0].training) in PAGE.read_text().splitlines()


def _without_node_numbers(reason):
    reason = re.sub(r"[\d.e+-]+ ms", "… ms", reason)
    reason = re.sub(r"\d{3,}", "…", reason)
    return textwrap.shorten(reason, 110, placeholder=" …")


INTRODUCTION = """\
# What trains where

Each row is checked by a test: two fits of different length and with sample weights,
trained together, and by `Model.fit` from the same initial weights, give the same
weights and the same history to float tolerance. Layers that draw random numbers are
compared with a fit that is compiled alone.

*fused*: several fits in one compiled program; a fit alone is compiled, too. *compiled*:
one fit in a compiled program. *keras*: `Model.fit`. `estimator.training_.reason` gives
the reason.

Where a row's part in the loss or a metric cannot be masked, the last batch is trained
in its true size, and only fits whose last batches are equally long are fused. The two
here are not: such rows say *compiled* without a reason.

## How a program is proven

Your own code is looked up in no list: what it does is found out when it is used. Where
any of this fails, `Model.fit` trains that fit, and the others as if it were not there.

1. Fits share a program only where all that its trace could read is equal by value:
   every attribute of layers, losses, metrics and optimizers, and of your own code its
   bytes, defaults, closures and globals. What has no value has a program of its own.
2. A step that reads or sets a variable outside the fit's state is not compiled.
3. Batches are filled up only where rows leave the same gradients, state and metrics, to
   the last bit, whatever rows fill up, and penalties do not count them.
4. One fit takes a full batch and a short one, compiled and by the model's `train_step`:
   losses, metrics, weights, optimizer and held-out metrics agree but for rounding,
   which is measured by moving last digits. So do the predictions of a compiled graph.

A population that is [divided over several devices](scaling.md#several-devices) is
proven before any of its results is used, too.

## What is never compiled

- A model that overrides a method of training, runs eagerly, has no trainable weights or
  batches of a fixed size, or is not rebuilt by its configuration (`Lambda` layers).
- Layers that draw random numbers in a way of their own; `SpectralNormalization`.
- Rows with a code that an `Embedding` has no row for: `Model.fit` says which.
- `ScheduleFreeAdamW`, dynamic loss scaling, weights excluded from weight decay, a
  learning rate that is a function.
- Callbacks that act on each batch, and arguments of `Model.fit` beyond the usual.
- Data that are not arrays of numbers in memory.
- What is slower than Keras, measured where that is not known.
"""


def row(name, training):
    """Return the line of the page for a case."""
    why = _without_node_numbers(training.reason or "")
    return f"| {name.split(': ', 1)[1]} | {training.engine} | {why} |"


def page():
    lines = INTRODUCTION.splitlines()
    kind = None
    for name, training in OUTCOMES.items():
        heading = name.split(": ", 1)[0]
        if heading != kind:
            kind = heading
            lines += ["", f"## {kind}", "", "| | two fits | why |", "|---|---|---|"]
        lines.append(row(name, training))
    return "\n".join(lines) + "\n"


def test_the_page_has_no_other_rows():
    if os.environ.get("WRITE_DOCS") and OUTCOMES.keys() == CASES.keys():
        PAGE.write_text(page())
    text = PAGE.read_text()
    assert text.startswith(INTRODUCTION)
    rows = [line.split(" | ")[0] for line in text.splitlines() if line[:2] == "| "]
    expected = [f"| {name.split(': ', 1)[1]}" for name in CASES]
    assert [line for line in rows if line != "|"] == expected
