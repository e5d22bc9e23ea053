"""Wilcoxon's test against all signs there can be, SciPy, and by hand."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skkeras.report.statistics import signed_rank_test, smallest_p_value


def p_of_all_signs(differences):
    """Count the signs whose rank sum is as far from the middle, among all signs."""
    unequal = np.array([d for d in differences if d != 0])
    ranks = stats.rankdata(np.abs(unequal))
    sums = np.array([np.dot(ranks, s) for s in product([-1, 1], repeat=len(ranks))])
    found = abs(np.dot(ranks, np.sign(unequal)))
    return np.mean(np.abs(sums) >= found - 1e-9)


@settings(max_examples=60)
@given(st.lists(st.integers(-6, 6), min_size=1, max_size=9))
def test_p_is_that_of_all_signs_also_with_ties_and_zeros(values):
    found = signed_rank_test(np.array(values) / 7)
    assert found.p_value == pytest.approx(p_of_all_signs(values), abs=1e-12)
    assert found.n_unequal == np.count_nonzero(values)


@settings(max_examples=40)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=9))
def test_the_other_model_has_the_mirrored_result(values):
    one, other = signed_rank_test(values), signed_rank_test([-v for v in values])
    assert one.p_value == pytest.approx(other.p_value)
    assert one.estimate == pytest.approx(-other.estimate)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_the_estimate_by_hand():
    """Means of pairs of 1, 2, 6: 1, 1.5, 3.5, 2, 4, 6; the median is 2.75."""
    assert signed_rank_test([1, 2, 6]).estimate == 2.75


def test_the_interval_by_hand():
    """Of six, 1 of 64 signs has a sum of 0, so one mean is left out on each side."""
    found = signed_rank_test([1, 2, 3, 4, 5, 6])
    assert (found.low, found.high) == (1, 6)
    wider = signed_rank_test([1, 2, 3, 4, 5, 6], confidence=0.9)
    # Sums of 0, 1 and 2 have a chance of 3 / 64, sums up to 3 one of 5 / 64.
    assert (wider.low, wider.high) == (2, 5)


@pytest.mark.parametrize("n", [6, 9, 14, 30])
def test_the_interval_holds_what_the_test_does_not_reject(n):
    values = np.random.default_rng(n).normal(0.3, 1, size=n)
    found = signed_rank_test(values)
    step = 1e-9
    for end, inside in ((found.low, step), (found.high, -step)):
        assert stats.wilcoxon(values - end - inside).pvalue > 0.05
        assert stats.wilcoxon(values - end + inside).pvalue <= 0.05


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    tests = [signed_rank_test(rng.normal(size=8)) for _ in range(1000)]
    held = np.mean([found.low <= 0 <= found.high for found in tests])
    assert 0.94 <= held <= 0.98  # 0.961 of the signs of eight
    rejected = np.mean([found.p_value < 0.05 for found in tests])
    assert rejected == pytest.approx(1 - held)


@pytest.mark.parametrize("n", range(1, 9))
def test_the_smallest_p_is_that_of_a_model_that_always_wins(n):
    found = signed_rank_test(np.arange(1, n + 1))
    assert found.p_value == pytest.approx(smallest_p_value(n))
    assert (found.p_value < 0.05) == (n >= 6)
    assert np.isfinite([found.low, found.high]).all() == (n >= 6)


def test_models_that_always_tie_do_not_differ():
    found = signed_rank_test([0.0] * 7)
    assert (found.p_value, found.estimate, found.n_unequal) == (1, 0, 0)


def test_differences_that_agree_but_for_rounding_are_ties():
    exact = signed_rank_test([0.3, -0.3, 0.1, 0.2, -0.1, 0.0])
    rounded = signed_rank_test([0.1 + 0.2, -0.3, 0.1, 0.2, 0.2 - 0.3, 0.3 - 0.1 - 0.2])
    assert exact == rounded


@pytest.mark.parametrize("far", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_not_tested(far):
    found = signed_rank_test([0.1, 0.2, far])
    figures = [found.p_value, found.estimate, found.low, found.high]
    assert np.isnan(figures).all()


def test_nothing_is_no_test():
    with pytest.raises(ValueError, match="must not be empty"):
        signed_rank_test([])
