"""What is slower than Keras is left to it: measured, where the cost is not known."""

import time
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from skkeras.training import BuiltModel, Job, train
from skkeras.training.audit.steps import Audit
from skkeras.training.program.program import Program
from skkeras.training.routing.cost import check_measured_cost
from skkeras.training.routing.eligibility import Ineligible

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("fresh_programs"),
]
KERNELS = {"of a product": (3, 4), "of a convolution": (3, 3, 1, 4)}


def audit(kernel, eager, compiled):
    variables = [SimpleNamespace(shape=KERNELS[kernel])]
    return SimpleNamespace(
        step_seconds=eager,
        seconds_of_fit=lambda: compiled,
        model=SimpleNamespace(trainable_variables=variables),
    )


def jobs(members):
    x, found = np.ones((9, 3), "float32"), []
    for seed in range(members):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        found.append(Job(BuiltModel(model), x, x[:, :1], seed=seed))
    return found


@pytest.mark.parametrize(
    ("kernel", "ours", "eager", "of_fit", "is_slower"),
    [
        ("of a product", 0.02, 0.01, None, True),
        ("of a product", 0.01, 0.02, None, False),
        ("of a convolution", 0.02, 0.01, None, True),
        ("of a convolution", 0.02, 0.03, 0.01, True),  # than what Model.fit compiles
        ("of a convolution", 0.02, 0.03, 0.025, False),
        ("of a convolution", 0.002, 0.003, None, False),  # too little to measure
    ],
)
def test_the_faster_one_is_taken(kernel, ours, eager, of_fit, is_slower):
    measured = ours, audit(kernel, eager, of_fit), lambda: ours
    if is_slower:
        with pytest.raises(Ineligible, match="faster there: a step takes 10 ms"):
            check_measured_cost(*measured)
    else:
        check_measured_cost(*measured)


@pytest.mark.parametrize("n_disturbed", [1, 2, 3])
def test_disturbed_steps_are_taken_again(n_disturbed):
    steps = iter([0.5] * n_disturbed + [0.01])
    first = next(steps)
    check_measured_cost(first, audit("of a product", 0.02, None), lambda: next(steps))
    assert not list(steps)


def test_a_step_that_takes_long_is_not_tried_for_ever():
    tried = []

    def slow():
        tried.append(time.sleep(0.15))
        return 0.15

    with pytest.raises(Ineligible, match="a step takes 10 ms, compiled"):
        check_measured_cost(0.2, audit("of a product", 0.01, None), slow)
    assert len(tried) == 1


@pytest.mark.parametrize("members", [1, 2])
def test_a_program_that_halts_once_is_used(monkeypatch, members):
    run, runs = Program.__call__, []

    def halting(program, *arguments):
        results = run(program, *arguments)
        runs.append(program)
        if len(runs) == 1:
            program.epoch_seconds += 9.0
        return results

    monkeypatch.setattr(Program, "__call__", halting)
    for result in train(jobs(members)):
        assert result.training.engine in ("compiled", "fused")


@pytest.mark.parametrize("members", [1, 2])
def test_fits_that_are_slower_compiled_go_to_model_fit(monkeypatch, members):
    by_itself = Audit.__init__

    def fast(audit, *arguments):
        by_itself(audit, *arguments)
        audit.step_seconds = 0.0

    monkeypatch.setattr(Audit, "__init__", fast)
    for result in train(jobs(members)):
        assert result.training.engine == "keras"
        assert result.training.reason.startswith("faster there: a step takes 0 ms")
