"""Games, shares of them and ratings, against figures by hand and another iteration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skkeras.report.statistics import elo, elo_interval, games, win_rates

THREE_TO_ONE = 400 * np.log10(3)


def test_games_against_a_failed_and_an_absent_model():
    losses = [[[0.1, 0.1]], [[np.inf, 0.1]], [[np.nan, np.nan]]]
    assert games(losses).tolist() == [[[0, 0.75, 0], [0.25, 0, 0], [0, 0, 0]]]


def test_win_rates_by_hand():
    """On two data sets the first beats both, then ties with one and loses to one."""
    losses = np.array([[[1], [2]], [[2], [2]], [[3], [1]]])
    assert win_rates(games(losses)).tolist() == [2.5 / 4, 1.5 / 4, 2 / 4]
    absent = np.concatenate([losses, np.full((1, 2, 1), np.nan)])
    np.testing.assert_array_equal(
        win_rates(games(absent)), [5 / 8, 3 / 8, 1 / 2, np.nan]
    )


def test_three_wins_of_four_are_that_many_points():
    points = elo([[0, 3], [1, 0]])
    assert points[0] - points[1] == pytest.approx(THREE_TO_ONE, abs=0.1)
    assert points.mean() == pytest.approx(1000)


def test_points_add_up_along_a_chain():
    """A beats B three to one and B beats C three to one; A and C never meet."""
    wins = [[0, 3, 0], [1, 0, 3], [0, 1, 0]]
    assert elo(wins, anchor=2) == pytest.approx(
        [1000 + 2 * THREE_TO_ONE, 1000 + THREE_TO_ONE, 1000], abs=0.3
    )


def strengths(wins):
    """Return the likeliest strengths, by the iteration of Hunter (2004)."""
    strength = np.ones(len(wins))
    met = wins + wins.T
    for _ in range(500):
        pairs = met / (strength[:, None] + strength)
        strength = wins.sum(axis=1) / pairs.sum(axis=1)
        strength /= strength.mean()
    return strength


@settings(max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=12, max_size=12))
def test_points_are_the_likeliest(counts):
    wins = np.zeros((4, 4))
    wins[~np.eye(4, dtype=bool)] = counts
    expected = 400 * np.log10(strengths(wins))
    points = elo(wins, anchor=0)
    assert points == pytest.approx(1000 + expected - expected[0], abs=0.5)


def test_a_model_that_never_loses_is_finite_and_first():
    points = elo([[0, 5, 5], [0, 0, 3], [0, 2, 0]], anchor=1)
    assert np.isfinite(points).all()
    assert points[0] > 1500 > points[1] > points[2]


def test_data_sets_are_drawn_for_points():
    """Two that say the opposite: a draw of one of them twice is an end."""
    wins = np.array([[[0, 3.0], [1, 0]], [[0, 1.0], [3, 0]]])
    (_, _, _), (point, low, high) = elo_interval(wins, anchor=0)
    assert (point, low, high) == pytest.approx(
        (1000, 1000 - THREE_TO_ONE, 1000 + THREE_TO_ONE), abs=0.1
    )


def test_a_drawn_game_bounds_what_a_few_wins_are_worth():
    """Four wins of four and a draw: odds of 4.5 to 0.5 whatever is drawn."""
    wins = games([[[0.1]] * 4, [[0.2]] * 4])
    first, _ = elo_interval(wins, anchor=1, drawn_games=1.0)
    assert first == pytest.approx(1000 + 400 * np.log10(9), abs=0.5)


def test_the_interval_is_that_of_the_same_draws():
    wins = games(np.random.default_rng(0).uniform(size=(4, 6, 2)))
    assert (elo_interval(wins) == elo_interval(wins, seed=0)).all()
    assert (elo_interval(wins) != elo_interval(wins, seed=1)).any()
    low_to_high = elo_interval(wins)[:, [1, 0, 2]]
    assert (np.diff(low_to_high, axis=1) > 0).all()
