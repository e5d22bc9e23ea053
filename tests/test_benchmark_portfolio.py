"""How benchmarks/portfolio.py chooses and judges, and whether its choice is ours."""

import doctest
import importlib.util
import json
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skkeras.model_selection import mlp_space

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SPEC = importlib.util.spec_from_file_location(
    "choice_to_test", BENCHMARKS / "portfolio_choice.py"
)
choice = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(choice)

MATRICES = arrays(
    float, st.tuples(st.integers(1, 5), st.integers(1, 7)), elements=st.floats(0, 1)
)


def test_its_examples_run():
    found = doctest.testmod(choice)
    assert found.failed == 0
    assert found.attempted >= 4


def mean_of_best(matrix, chosen):
    return matrix[:, list(chosen)].min(axis=1).mean()


@settings(max_examples=60)
@given(matrix=MATRICES, size=st.integers(1, 4))
def test_greedy_is_near_the_best_of_all(matrix, size):
    """What is gained over the first is at least 1 - 1/e of what can be.

    Nemhauser, Wolsey, Fisher, "An Analysis of Approximations for Maximizing Submodular
    Set Functions", Mathematical Programming 14, 1978: the gain from a regret of 1.
    """
    chosen = choice.greedy(matrix, size)
    assert len(set(chosen)) == len(chosen) <= size
    assert mean_of_best(matrix, chosen[:1]) == pytest.approx(matrix.mean(axis=0).min())
    sizes = min(size, matrix.shape[1])
    best = min(
        mean_of_best(matrix, each)
        for each in combinations(range(matrix.shape[1]), sizes)
    )
    gained = 1 - mean_of_best(matrix, chosen)
    assert gained >= (1 - 1 / np.e) * (1 - best) - 1e-9


@settings(max_examples=60)
@given(matrix=MATRICES, start=st.floats(0, 1))
def test_a_choice_takes_what_came_before_into_account(matrix, start):
    """It is the choice from a matrix in which nothing is above that."""
    before = np.full(len(matrix), start)
    chosen = choice.greedy(matrix, 3, before)
    lowest = np.minimum(matrix, start)
    assert lowest[:, chosen[0]].mean() == pytest.approx(lowest.mean(axis=0).min())
    found = [mean_of_best(lowest, chosen[: k + 1]) for k in range(len(chosen))]
    assert all(a > b for a, b in pairwise(found))


@settings(max_examples=60)
@given(
    row=arrays(float, st.integers(1, 6), elements=st.floats(0, 1)),
    start=st.one_of(st.just(np.inf), st.floats(0, 1)),
)
def test_random_draws_are_a_mean_over_all_of_them(row, start):
    by_hand = [
        np.mean([min(*each, start) for each in combinations(row, k)])
        for k in range(1, len(row) + 1)
    ]
    np.testing.assert_allclose(choice.after_random(row, len(row), start), by_hand)


def test_a_table_has_no_part_in_the_choice_for_itself():
    matrix = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.3], [1.0, 0.0, 0.4]])
    own = np.full(3, np.inf)
    found, random = choice.leave_one_out(matrix, own, 1, ["all"] * 3)
    np.testing.assert_allclose(found[:, 0], [1.0, 0.3, 0.4])
    np.testing.assert_allclose(random[:, 0], matrix.mean(axis=1))
    apart, _ = choice.leave_one_out(matrix[1:], own[1:], 1, ["one", "one"])
    np.testing.assert_allclose(apart[:, 0], [0.0, 0.0])


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_portfolio_is_what_the_results_choose(task):
    record = json.loads((BENCHMARKS / "results" / "portfolio.json").read_text())
    assert not {"pima", "iris", "boston"} & {
        row["table"].lower() for row in record["rows"]
    }
    scores = [[row["default"], *row["draws"]] for row in record["rows"]]
    matrix = [choice.regrets(np.array(each, dtype=float))[1:] for each in scores]
    chosen = choice.greedy(np.array(matrix), 8)
    space = mlp_space(task)
    wanted = [record["configurations"][index] for index in chosen]
    wanted = [each | {"loss": space.losses[each["loss"]]} for each in wanted]
    assert list(space.portfolio) == wanted
