"""Numbers as their positions in bins."""

import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skkeras.preprocessing import PiecewiseLinear

NUMBERS = np.random.default_rng(0).normal(size=(199, 3))


@parametrize_with_checks([PiecewiseLinear(), PiecewiseLinear(n_bins=2)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def by_hand(x, edges):
    """Encode one number, bin by bin."""
    encoded = []
    last = len(edges) - 2
    for t, (low, high) in enumerate(pairwise(edges)):
        if x < low:
            encoded.append(max((x - low) / (high - low), -2) if t == 0 else 0)
        elif x > high:
            encoded.append(min((x - low) / (high - low), 3) if t == last else 1)
        else:
            encoded.append((x - low) / (high - low))
    return encoded


@pytest.mark.parametrize("n_bins", [2, 5, 8])
def test_each_number_against_its_definition(n_bins):
    encoder = PiecewiseLinear(n_bins).fit(NUMBERS)
    new = np.random.default_rng(1).normal(scale=5, size=(50, 3))
    places = [0, *(-(-199 * i // n_bins) - 1 for i in range(1, n_bins + 1))]
    edges = np.sort(NUMBERS, axis=0)[places]
    expected = [
        [e for x, column in zip(row, edges.T, strict=True) for e in by_hand(x, column)]
        for row in new
    ]
    np.testing.assert_allclose(encoder.transform(new), expected, atol=1e-12)
    assert encoder.transform(new).shape == (50, 3 * n_bins)


def test_columns_of_one_bin_are_left_out_and_equal_quantiles_are_one():
    steps = np.repeat([0.0, 1, 2], [100, 60, 40])
    X = np.column_stack([np.arange(200) % 2, np.ones(200), steps])
    encoder = PiecewiseLinear(4).fit(X)
    assert [e.tolist() for e in encoder.bin_edges_] == [[0, 1], [1], [0, 1, 2]]
    np.testing.assert_array_equal(
        encoder.get_feature_names_out(["a", "b", "c"]), ["c_bin0", "c_bin1"]
    )
    assert encoder.transform(X).shape == (200, 2)
    assert PiecewiseLinear().fit_transform(X[:, :2]).shape == (200, 0)


def test_names_and_data_frames():
    frame = pd.DataFrame(NUMBERS, columns=["a", "b", "c"])
    encoder = PiecewiseLinear(2).set_output(transform="pandas")
    encoded = encoder.fit_transform(frame)
    assert list(encoded)[:3] == ["a_bin0", "a_bin1", "b_bin0"]
    np.testing.assert_array_equal(
        encoded, PiecewiseLinear(2).fit(NUMBERS).transform(NUMBERS)
    )


def test_a_linear_model_after_it_bends_at_the_edges():
    x = np.linspace(-1, 1, 101)[:, None]
    y = np.abs(x[:, 0])
    union = make_union(StandardScaler(), PiecewiseLinear(2))
    assert make_pipeline(union, LinearRegression()).fit(x, y).score(x, y) > 0.999999
    assert LinearRegression().fit(x, y).score(x, y) < 0.1


@given(
    arrays(
        np.float64,
        array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.integers(2, 6),
)
@example(np.array([[1.79e308, *[-4.49e307] * 3], [-4.49e307] * 4]), 2)
def test_any_finite_numbers_are_encoded_within_bounds(X, n_bins):
    encoder = PiecewiseLinear(n_bins).fit(X)
    encoded = encoder.transform(X)
    assert np.isfinite(encoded).all()
    assert encoded.shape[1] == len(encoder.get_feature_names_out())
    assert ((encoded >= 0) & (encoded <= 1)).all()
    far = encoder.transform(np.vstack([X / 2 + 1e307, X / 2 - 1e307]))
    assert ((far >= -2) & (far <= 3)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_stays_through_clone_and_pickle(dtype):
    X = NUMBERS.astype(dtype)
    fitted = clone(PiecewiseLinear(3)).fit(X)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(fitted.transform(X), again.transform(X))
    assert fitted.transform(X).dtype == dtype


@pytest.mark.parametrize("n_bins", [1, 0, 2.5, "8"])
def test_n_bins_is_checked(n_bins):
    with pytest.raises(ValueError, match="'n_bins' parameter"):
        PiecewiseLinear(n_bins).fit(NUMBERS)
