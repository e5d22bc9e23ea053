"""The folds inside a fit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skkeras.estimators.tabular.inner_folds import inner_folds

classes = st.lists(st.integers(0, 4), min_size=2, max_size=60).map(np.array)


@given(classes, st.integers(2, 8), st.integers(0, 9), st.booleans())
def test_each_row_is_held_out_once_and_trained_on_in_all_other_folds(
    codes, n_folds, seed, has_classes
):
    rng = np.random.RandomState(seed)
    folds = inner_folds(n_folds, len(codes), codes if has_classes else None, rng)
    assert len(folds) == min(n_folds, len(codes))
    for train, held_out in folds:
        together = np.sort(np.concatenate([train, held_out]))
        np.testing.assert_array_equal(together, np.arange(len(codes)))
    held_out = np.sort(np.concatenate([held for _, held in folds]))
    np.testing.assert_array_equal(held_out, np.arange(len(codes)))


@given(classes, st.integers(2, 8), st.integers(0, 9))
def test_folds_have_like_shares_of_each_class(codes, n_folds, seed):
    folds = inner_folds(n_folds, len(codes), codes, np.random.RandomState(seed))
    for code in np.unique(codes):
        counts = [np.sum(codes[held_out] == code) for _, held_out in folds]
        assert max(counts) - min(counts) <= 1


def test_rows_are_drawn_at_random_by_the_seed():
    def folds(seed):
        rng = np.random.RandomState(seed)
        return [held.tolist() for _, held in inner_folds(3, 30, None, rng)]

    assert folds(0) == folds(0)
    assert folds(0) != folds(1)
