"""Scaling by median and quartiles, and the bend after it."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.base import clone
from sklearn.preprocessing import RobustScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skkeras.preprocessing import SmoothClipScaler

NUMBERS = np.random.default_rng(0).normal(50, 20, (101, 4)) ** 3


@parametrize_with_checks([SmoothClipScaler(), SmoothClipScaler(clip=1)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("clip", [0.5, 3, 10.0])
def test_it_is_the_robust_scaler_and_a_bend(clip):
    scaled = RobustScaler().fit_transform(NUMBERS)
    expected = scaled / np.sqrt(1 + (scaled / clip) ** 2)
    got = SmoothClipScaler(clip).fit_transform(NUMBERS)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)
    assert np.abs(got).max() < clip


def test_coinciding_quartiles_and_constants():
    x = np.array([[0.0], [0], [0], [0], [0], [10], [-30]])
    X = np.hstack([x, np.full_like(x, 7)])
    scaler = SmoothClipScaler().fit(X)
    scaled = 2 * x / 40
    expected = scaled / np.sqrt(1 + (scaled / 3) ** 2)
    np.testing.assert_allclose(scaler.transform(X)[:, :1], expected, rtol=1e-12)
    np.testing.assert_array_equal(scaler.transform([[0, 8], [0, 7]])[:, 1], 0)
    np.testing.assert_array_equal(scaler.scale_, [20, np.inf])


def test_missing_numbers_are_left_out_and_stay():
    X = NUMBERS.copy()
    X[::3, 0] = np.nan
    X[:, 3] = np.nan
    scaler = SmoothClipScaler().fit(X)
    known = ~np.isnan(X[:, 0])
    alone = SmoothClipScaler().fit(X[known, :1])
    transformed = scaler.transform(X)
    np.testing.assert_array_equal(np.isnan(transformed), np.isnan(X))
    np.testing.assert_allclose(
        transformed[known, 0], alone.transform(X[known, :1])[:, 0], rtol=1e-12
    )
    np.testing.assert_array_equal(scaler.transform(NUMBERS)[:, 3], 0)


@given(
    arrays(
        np.float64,
        array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_any_finite_numbers_stay_finite_and_in_order(X):
    transformed = SmoothClipScaler().fit_transform(X)
    assert np.isfinite(transformed).all()
    assert np.abs(transformed).max() <= 3
    for before, after in zip(X.T, transformed.T, strict=True):
        assert (np.diff(after[np.argsort(before)]) >= 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_stays_through_clone_and_pickle(dtype):
    X = NUMBERS.astype(dtype)
    fitted = clone(SmoothClipScaler(2.0)).fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(fitted.transform(X), again.transform(X))
    assert fitted.transform(X).dtype == dtype


def test_infinity_is_an_error():
    with pytest.raises(ValueError, match="contains infinity"):
        SmoothClipScaler().fit([[1.0], [np.inf]])


@pytest.mark.parametrize("clip", [0, -1, "3"])
def test_clip_is_checked(clip):
    with pytest.raises(ValueError, match="'clip' parameter"):
        SmoothClipScaler(clip).fit(NUMBERS)


def test_numbers_whose_sum_has_no_bounds_are_taken():
    X = np.array([[1.79e308, *[-4.49e307] * 3], [-4.49e307] * 4])
    assert np.isfinite(SmoothClipScaler().fit_transform(X)).all()
