"""Every row of docs/engines.md: what each engine trains, and that all agree."""

import os
import re
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from engine_cases import CASES, ROWS

from skkeras.training import Job, train
from skkeras.training.population import population

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

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
            case.make(),
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
    return replace(job, model=copy_of(job.model, case.make), **changes)


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


def _without_node_numbers(reason):
    reason = re.sub(r"[\d.e+-]+ ms", "… ms", reason)
    return re.sub(r"\d{3,}", "…", reason)[:110].rstrip()


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

The rows below are examples: what your own code does is found out when it is used.

1. Two fits share a program only where all that Python could have read while it was
   traced is equal by value: the attributes of every layer, loss, metric, optimizer,
   regularizer and constraint, and of your own functions and classes the code, the
   defaults, the closures and the globals that they name. What has no value to compare
   has a program of its own.
2. A traced step that reads or sets a variable outside the fit's state is not compiled.
3. A batch is filled up with rows that do not count only where a few of the fit's rows
   left the same gradients, state and metrics with other rows beside them.
4. Then one fit takes a full batch and one as short as its last, in the compiled program
   and by your model's own `train_step`, from its own state: losses, metrics, weights,
   optimizer state and held-out metrics must agree. Where numbers differ, the steps are
   repeated with weights moved by their last digits: only what moves as far is rounding.
   What differs still is compared with the step that `Model.fit` compiles, and once more
   where the weights stand at no kink.
5. Predictions of a compiled graph are compared with the model's own in the same way.

Where any of this fails, `Model.fit` trains that fit, and the others as if it were not
there.

Never compiled: a model that overrides a method of training; layers that draw random
numbers in a way of their own; batches of a fixed size; callbacks that act on each
batch; data that are not arrays in memory; dynamic loss scaling; what cannot be rebuilt
from its configuration; and what is slower than Keras, measured where it is not known.
"""


def page():
    lines = INTRODUCTION.splitlines()
    kind = None
    for name, training in OUTCOMES.items():
        heading, what = name.split(": ", 1)
        if heading != kind:
            kind = heading
            lines += ["", f"## {kind}", "", "| | two fits | why |", "|---|---|---|"]
        why = _without_node_numbers(training.reason or "")
        lines.append(f"| {what} | {training.engine} | {why} |")
    return "\n".join(lines) + "\n"


def test_the_page_says_so():
    if set(OUTCOMES) != set(CASES):
        pytest.skip("only some of the rows ran")
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
