"""Each figure against a published example, a formula by hand or other code."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from skkeras.report.statistics import (
    average_ranks,
    confidence_interval,
    corrected_resampled_t_test,
    correlated_bayesian_t_test,
    elo_interval,
    hierarchical_test,
    holm,
    signed_rank_test,
)

# Demšar 2006, table 6: AUC of C4.5 with and without tuned m and cf on 14 data sets.
DEMSAR = pd.DataFrame(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        # The paper prints the last two alike but ranks the third first.
        [0.972, 0.981, 0.97501, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ],
    columns=["C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf"],
)


def test_t_test_by_hand():
    """Mean 2, variance 2.5, five folds of a fifth: t = 2 / sqrt(2.5 (1/5 + 1/4))."""
    test = corrected_resampled_t_test([0, 1, 2, 3, 4], 1 / 4)
    assert test.standard_error == pytest.approx(np.sqrt(1.125))
    assert test.statistic == pytest.approx(1.8856180831641267)
    assert test.dof == 4
    # The distribution function of t with 4 degrees of freedom, in closed form.
    x = test.statistic / np.sqrt(4 + test.statistic**2)
    assert test.p_value == pytest.approx(1 - (1.5 * x - 0.5 * x**3))


def test_without_correction_it_is_the_ordinary_test():
    differences = np.random.default_rng(0).normal(0.3, 1, size=30)
    ours = corrected_resampled_t_test(differences, 0)
    theirs = stats.ttest_1samp(differences, 0)
    assert ours.statistic == pytest.approx(theirs.statistic)
    assert ours.p_value == pytest.approx(theirs.pvalue)
    low, high = confidence_interval(differences, 0, confidence=0.9)
    expected = theirs.confidence_interval(0.9)
    assert (low, high) == pytest.approx((expected.low, expected.high))


@given(
    st.lists(st.integers(-100, 100), min_size=3, max_size=20),
    st.floats(0.05, 1),
)
def test_interval_excludes_zero_where_the_test_rejects(values, ratio):
    low, high = confidence_interval(values, ratio)
    p_value = corrected_resampled_t_test(values, ratio).p_value
    if abs(p_value - 0.05) > 1e-9:
        assert (low > 0 or high < 0) == (p_value < 0.05)


def test_the_correction_keeps_its_level_where_the_naive_test_does_not():
    """Two models that are equally good, on folds whose differences are correlated."""
    rng = np.random.default_rng(0)
    folds, ratio = 10, 1 / 9
    correlation = ratio / (1 + ratio)
    shared = rng.normal(size=(2000, 1)) * np.sqrt(correlation)
    own = rng.normal(size=(2000, folds)) * np.sqrt(1 - correlation)
    differences = shared + own

    def rejected(ratio):
        return np.mean(
            [corrected_resampled_t_test(d, ratio).p_value < 0.05 for d in differences]
        )

    assert rejected(ratio) < 0.06
    assert rejected(0) > 0.09


def test_differences_that_do_not_vary():
    assert corrected_resampled_t_test([0, 0, 0], 0.5).p_value == 1
    assert corrected_resampled_t_test([0.1] * 3, 0.5).p_value == 0
    assert confidence_interval([0.1] * 3, 0.5) == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
def test_values_that_agree_but_for_rounding_do_not_vary(size):
    """A spread of 1e-12, relative to what is larger than 1."""
    spread = 1e-12 * max(1.0, size)
    same = corrected_resampled_t_test([size, size + 0.8 * spread], 0.5)
    assert (same.standard_error, same.p_value) == (0, 0)
    assert corrected_resampled_t_test([size, size + 2 * spread], 0.5).p_value > 0


@pytest.mark.parametrize(
    ("values", "statistic"),
    [([0.1] * 3, np.inf), ([-0.1] * 3, -np.inf), ([1e-13] * 3, 0), ([-1e-13] * 3, 0)],
)
def test_the_statistic_of_values_that_do_not_vary_has_their_sign(values, statistic):
    assert corrected_resampled_t_test(values, 0.5).statistic == statistic


def test_two_folds_are_enough():
    """Mean 2, variance 2, one degree of freedom: Student's t is Cauchy's there."""
    test = corrected_resampled_t_test([1, 3], 1)
    assert test.standard_error == pytest.approx(np.sqrt(3))
    assert test.p_value == pytest.approx(1 - 2 / np.pi * np.arctan(2 / np.sqrt(3)))
    low, high = confidence_interval([1, 3], 1, confidence=0.5)
    assert (low, high) == pytest.approx((2 - np.sqrt(3), 2 + np.sqrt(3)))


def test_a_single_fold_tells_nothing():
    assert np.isnan(corrected_resampled_t_test([0.1], 0.1).p_value)
    assert np.isnan(confidence_interval([0.1], 0.1)).all()
    assert np.isnan(correlated_bayesian_t_test([0.1], 0.1, rope=0).better)


@pytest.mark.parametrize("far", [np.inf, -np.inf, np.nan])
def test_scores_that_are_not_finite_have_no_interval(far):
    low, high = confidence_interval([0.5, far, 0.7], 1 / 2)
    assert np.isnan([low, high]).all()
    with np.errstate(invalid="ignore"):
        assert np.isnan(corrected_resampled_t_test([0.5, far, 0.7], 1 / 2).p_value)


def test_an_interval_whose_squares_overflow_is_infinite():
    assert confidence_interval([1e300, -1e300], 1 / 2) == (-np.inf, np.inf)


def test_holm_by_hand():
    """Four tests: 0.01 x 4, 0.02 x 3, 0.03 x 2, 0.005 x ... in Holm's order."""
    adjusted = holm([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_rejects_what_the_step_down_procedure_rejects(p_values):
    """Holm's own words: stop at the first p above alpha / (m - i + 1)."""
    alpha, rejected = 0.05, set()
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for step, index in enumerate(order):
        if p_values[index] * (len(p_values) - step) > alpha:
            break
        rejected.add(index)
    assert set(np.flatnonzero(holm(p_values) <= alpha)) == rejected


def test_holm_leaves_out_tests_that_were_not_made():
    np.testing.assert_allclose(holm([0.02, np.nan, 0.5]), [0.04, np.nan, 0.5])


def test_posterior_is_the_integral_of_its_density():
    differences, ratio, rope = [0.02, -0.01, 0.03, 0.015, 0.0], 1 / 4, 0.01
    n, mean = 5, np.mean(differences)
    scale = np.sqrt((1 / n + ratio) * np.var(differences, ddof=1))

    def density(x):
        return stats.t.pdf((x - mean) / scale, n - 1) / scale

    found = correlated_bayesian_t_test(differences, ratio, rope=rope)
    assert found.worse == pytest.approx(integrate.quad(density, -np.inf, -rope)[0])
    assert found.equivalent == pytest.approx(integrate.quad(density, -rope, rope)[0])
    assert found.better == pytest.approx(integrate.quad(density, rope, np.inf)[0])


def test_without_a_region_the_posterior_mirrors_the_one_sided_test():
    """Benavoli et al. 2017: both use the same t, so the tails are the same."""
    differences = np.random.default_rng(1).normal(0.1, 1, size=10)
    test = corrected_resampled_t_test(differences, 1 / 9)
    found = correlated_bayesian_t_test(differences, 1 / 9, rope=0)
    assert min(found.worse, found.better) == pytest.approx(test.p_value / 2)
    assert found.equivalent == pytest.approx(0, abs=1e-12)


def test_posterior_of_differences_that_do_not_vary():
    assert correlated_bayesian_t_test([0, 0], 1, rope=0).equivalent == 1
    inside = dict.fromkeys([-0.05, 0.0, 0.05], "equivalent")
    for value, where in {0.1: "better", -0.1: "worse", **inside}.items():
        found = correlated_bayesian_t_test([value, value], 1, rope=0.05)
        expected = dict.fromkeys(("worse", "equivalent", "better"), 0) | {where: 1}
        assert vars(found) == expected
    with pytest.raises(ValueError, match="rope must be 0 or more, got -1"):
        correlated_bayesian_t_test([0, 0], 1, rope=-1)


def test_ranks_of_demsar():
    ranks = average_ranks(DEMSAR)
    assert ranks.round(3).tolist() == [3.143, 2.000, 2.893, 1.964]


def test_errors_are_ranked_the_other_way_round():
    assert average_ranks(-DEMSAR, greater_is_better=False).equals(average_ranks(DEMSAR))


def test_levels_are_five_percent_where_none_is_given():
    values = DEMSAR["C4.5"] - DEMSAR["C4.5+m"]
    interval = confidence_interval(values, 1 / 9, confidence=0.95)
    assert confidence_interval(values, 1 / 9) == interval
    assert signed_rank_test(values) == signed_rank_test(values, confidence=0.95)


def test_the_signed_rank_test_of_demsar():
    """He finds ranks of 93 and 12 for C4.5 with and without m, and rejects at 0.05."""
    gains = DEMSAR["C4.5+m"] - DEMSAR["C4.5"]
    assert signed_rank_test(gains).p_value < 0.05
    # His ranks share those of the two data sets without a difference.
    assert stats.wilcoxon(np.round(gains, 9), zero_method="zsplit").statistic == 12


@pytest.mark.parametrize(
    "call",
    [
        lambda: average_ranks(DEMSAR, False),
        lambda: signed_rank_test([1, 2], 0.9),
        lambda: elo_interval(np.ones((2, 2, 2)), 0, 1.0),
        lambda: hierarchical_test([[1, 2], [2, 3]], 1, 0.1),
        lambda: confidence_interval([1, 2], 1, 0.9),
        lambda: correlated_bayesian_t_test([1, 2], 1, 0.1),
    ],
)
def test_what_a_level_or_a_direction_is_must_be_named(call):
    with pytest.raises(TypeError, match="positional argument"):
        call()
