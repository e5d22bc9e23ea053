"""Random models, other ones every day, trained in every way and compared.

``TESTS_DAY`` repeats another day's: a failure tells the command for its case.
``RANDOM_MODELS`` says how many: more in ``.ci/run``.
``python tests/random_models.py`` checks more.
"""

import os

import numpy as np
import pytest
from random_models import Case, check, comparison
from turns import today

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

N_CASES = int(os.environ.get("RANDOM_MODELS", 8))


def first_seed():
    """Return the seed of today's first case."""
    return 1000 * int(f"{today():%y%m%d}")


@pytest.mark.parametrize("number", range(N_CASES))
def test_random_model(number):
    seed = first_seed() + number
    outcome = check(seed, thorough=False)
    command = f"python tests/random_models.py --n 1 --seed {seed}"
    assert not outcome.differences, f"{outcome.line()}\nrepeat by: {command}"


def test_a_case_follows_from_its_seed():
    first, second = (Case(1, 0).job(1) for _ in range(2))
    assert Case(1, 0).description() == Case(1, 0).description()
    assert Case(1, 0).description() != Case(2, 0).description()
    np.testing.assert_array_equal(first.y, second.y)
    for own, other in zip(first.model.variables, second.model.variables, strict=True):
        np.testing.assert_array_equal(np.array(own), np.array(other))


@pytest.mark.parametrize("moved", [0, -1])
def test_a_weight_that_is_a_little_off_is_found(monkeypatch, moved):
    def wrong_train(jobs):
        results = train(jobs)
        for job in jobs:
            if job.engine == "auto":
                weight = job.model.trainable_variables[moved]
                weight.assign(np.array(weight) + 1e-3)
        return results

    train = comparison.train
    monkeypatch.setattr(comparison, "train", wrong_train)
    assert check(4, thorough=False).differences
