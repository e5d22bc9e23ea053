"""The quiet period, by a clock that is set by hand."""

import pytest

from skkeras.fusion.patience import Patience


@pytest.mark.parametrize(
    ("gaps", "period"),
    [([], 1.0), ([0.1], 1.0), ([0.1, 2.0, 0.5], 6.0), ([50.0], 10.0)],
)
def test_the_period_is_three_times_the_longest_gap_within_bounds(gaps, period):
    now = [100.0]
    patience = Patience(clock=lambda: now[0])
    for gap in gaps:
        now[0] += gap
        patience.saw_progress()
    assert patience.left == pytest.approx(period)
    now[0] += period / 4
    assert patience.left == pytest.approx(0.75 * period)
    now[0] += period
    assert patience.left == 0


def test_a_new_round_forgets_the_pace():
    now = [0.0]
    patience = Patience(clock=lambda: now[0])
    now[0] = 3.0
    patience.saw_progress()
    patience.restart()
    assert patience.left == pytest.approx(1.0)
