"""One model against several at once, against its definition and by simulation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from skkeras.report.statistics import against_all

pairs = st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=1, max_size=6)


@given(pairs)
def test_it_is_better_than_all_only_where_it_is_better_than_each(found):
    advantages, p_values = zip(*found, strict=True)
    together = against_all(advantages, p_values)
    each = [against_all([a], [p]) for a, p in found]
    assert together.p_better == max(one.p_better for one in each)
    smallest = min(one.p_worse for one in each)
    np.testing.assert_allclose(together.p_worse, min(1, len(found) * smallest))


def test_one_rival_is_the_two_sided_test():
    for advantage in (0.1, -0.1):
        np.testing.assert_allclose(against_all([advantage], [0.03]).p_value, 0.03)


def test_a_rival_that_was_not_tested_leaves_the_question_open():
    found = against_all([0.1, 0.2], [0.01, np.nan])
    assert np.isnan(found.p_value)


def test_its_errors_stay_below_the_level_where_all_are_equal():
    """Independent means of equal models: each side errs in at most 2.5 %."""
    rng = np.random.default_rng(0)
    n_draws, n_rivals = 4000, 5
    values = rng.normal(size=(n_draws, 1 + n_rivals))
    gains = values[:, :1] - values[:, 1:]
    p_values = 2 * stats.norm.sf(np.abs(gains) / np.sqrt(2))
    found = [against_all(g, p) for g, p in zip(gains, p_values, strict=True)]
    bound = stats.binom.ppf(0.999, n_draws, 0.025) / n_draws
    assert np.mean([each.p_better < 0.025 for each in found]) <= bound
    assert np.mean([each.p_worse < 0.025 for each in found]) <= bound
