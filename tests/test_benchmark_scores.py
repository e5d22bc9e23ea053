"""The arithmetic by which benchmarks/tables.py judges, against figures by hand."""

import doctest
import importlib.util
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).parents[1] / "benchmarks" / "table_scores.py"
SPEC = importlib.util.spec_from_file_location("scores_to_test", PATH)
scores = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(scores)


def test_its_examples_run():
    found = doctest.testmod(scores, optionflags=doctest.ELLIPSIS)
    assert found.failed == 0
    assert found.attempted >= 5


def test_classes_are_scored_by_hand():
    probabilities = [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    found = scores.classification_scores([0, 1, 2], [0, 1, 0], probabilities)
    assert found["error"] == pytest.approx(1 / 3)
    floor = 1e-7 / (1 + 2e-7)
    by_hand = -np.log([0.5, 1 / (1 + 2e-7), floor]).mean()
    assert found["log_loss"] == pytest.approx(by_hand, rel=1e-9)


def test_regression_is_scored_by_hand():
    found = scores.regression_scores(np.array([1.0, 5.0]), np.array([2.0, 5.0]))
    assert found == {"nrmse": pytest.approx(np.sqrt(0.5) / 2)}


def test_geometric_mean_by_hand():
    """Means of the folds are 0.03 and 0.15: the root of 0.04 * 0.16 is 0.08."""
    losses = [[0.02, 0.04], [0.1, 0.2]]
    assert scores.shifted_geometric_mean(losses, 0.01) == pytest.approx(0.08)


def test_no_loss_at_all_has_a_mean():
    assert np.isfinite(scores.shifted_geometric_mean([[0.0, 0.0]], 0.0))


def test_an_interval_by_hand():
    """Folds drawn with replacement are 1, 2 or 3 times the reference."""
    found = scores.relative([[0.1, 0.3]], [[0.1, 0.1]], shift=0.0)
    assert found == pytest.approx((1.0, 0.0, 2.0))


def test_draws_are_the_same_for_both_models():
    """Ten per cent more on every fold is ten per cent more in every draw."""
    reference = np.random.default_rng(0).lognormal(size=(8, 3))
    found = scores.relative(1.1 * reference, reference, shift=0.0)
    assert found == pytest.approx((0.1, 0.1, 0.1))


def test_tables_are_drawn_too():
    """Of two tables without noise, one draw in four takes the first alone."""
    found = scores.relative([[0.2], [0.1]], [[0.1], [0.1]], shift=0.0)
    assert found == pytest.approx((np.sqrt(2) - 1, 0.0, 1.0))


def test_an_interval_covers_as_often_as_it_says():
    """Of 200 studies of 40 tables, about 95 % hold the true ratio of 1.

    Folds differ little here: where they differ as tables do, it is more often.
    """
    rng = np.random.default_rng(1)
    pairs = rng.lognormal(sigma=0.3, size=(200, 2, 40, 1))
    pairs = pairs * rng.lognormal(sigma=0.03, size=(200, 2, 40, 2))
    ends = [scores.relative(*pair, 0.0, n_draws=400)[1:] for pair in pairs]
    held = np.mean([low <= 0 <= high for low, high in ends])
    assert 0.89 < held < 0.99


def test_equal_models_share_a_table_and_failed_ones_win_none():
    losses = [
        [[0.1, 0.3], [np.inf, 0.1], [np.inf, np.inf]],
        [[0.2, 0.2], [0.5, 0.5], [np.nan, np.nan]],
    ]
    assert scores.tables_won(losses).tolist() == [0.5, 1.5]
