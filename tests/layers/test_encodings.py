"""The encodings of numbers against their formulas, saved, and trained as one."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.layers import PeriodicEmbedding, PiecewiseLinearEncoding

EDGES = [[0, 1, 2, 4], [-1.5, 7.0], [-3, -1, 0, 0.5, 9]]


def encoded(x, edges):
    """Return the encoding of a column by the paper's formula, its outer bins longer."""
    edges = np.asarray(edges, float)
    n = len(edges) - 1
    if n < 3:
        return np.empty((len(x), 0))
    shares = [(x - edges[t]) / (edges[t + 1] - edges[t]) for t in range(n)]
    for t, share in enumerate(shares):
        share[share < (-2 if t == 0 else 0)] = -2 if t == 0 else 0
        share[share > (3 if t == n - 1 else 1)] = 3 if t == n - 1 else 1
    return np.stack(shares, axis=1)


numbers = st.floats(-20, 20, width=32)
columns = st.lists(
    st.lists(st.integers(-40, 40), unique=True, max_size=7).map(sorted),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40)
@given(st.data(), columns)
def test_piecewise_linear_encoding_is_the_formula(data, edges):
    row = st.lists(numbers, min_size=len(edges), max_size=len(edges))
    x = np.array(data.draw(st.lists(row, min_size=1, max_size=4)), "float32")
    found = np.asarray(PiecewiseLinearEncoding(edges)(x))
    expected = [encoded(x[:, i].astype(float), e) for i, e in enumerate(edges)]
    assert_allclose(found, np.hstack(expected), atol=2e-5)


def test_bins_of_a_column_run_on_beyond_its_edges():
    layer = PiecewiseLinearEncoding([[0, 1, 2, 4]])
    x = np.array([[-1], [-9], [4], [9], [99]], "float32")
    expected = [[-1, 0, 0], [-2, 0, 0], [1, 1, 1], [1, 1, 3], [1, 1, 3]]
    assert_allclose(np.asarray(layer(x)), expected)


def test_periodic_embedding_is_the_formula():
    x = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    layer = PeriodicEmbedding(5, 4, frequency_scale=2.0, activation="relu")
    found = np.asarray(layer(x))
    w, b, kernel, bias = (np.asarray(v.value, float) for v in layer.trainable_variables)
    assert found.shape == (7, 12)
    for i in range(7):
        for j in range(3):
            waves = np.cos(2 * np.pi * w[j] * x[i, j] + b[j])
            vector = np.maximum(waves @ kernel[j] + bias[j], 0)
            assert_allclose(found[i, 4 * j : 4 * j + 4], [x[i, j], *vector], atol=1e-5)


def test_first_weights_have_the_scales_of_the_paper():
    keras.utils.set_random_seed(0)
    layer = PeriodicEmbedding(400, 3, frequency_scale=0.1)
    layer.build((None, 5))
    w, b, kernel, bias = (np.asarray(v.value) for v in layer.trainable_variables)
    assert w.std() == pytest.approx(0.1, rel=0.1)
    assert np.abs(b).max() == pytest.approx(np.pi, rel=0.05)
    for values in (kernel, bias):
        assert np.abs(values).max() <= 0.05 + 1e-6


LAYERS = {
    "piecewise": lambda: PiecewiseLinearEncoding(EDGES),
    "periodic": lambda: PeriodicEmbedding(4, 3, 0.5, activation="tanh"),
}
X = np.random.default_rng(1).normal(size=(40, 3)).astype("float32")


def net(layer):
    return keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(1)])


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
class TestEveryEncoding:
    def test_shape_is_known_before_rows_are(self, make):
        outputs = make()(keras.Input((3,)))
        assert outputs.shape == (None, np.asarray(make()(X)).shape[1])

    def test_rows_are_independent(self, make):
        layer = make()
        together = np.asarray(layer(X))
        for i in (0, 17):
            assert_allclose(np.asarray(layer(X[i : i + 1]))[0], together[i], atol=1e-6)

    def test_keras_file(self, make, tmp_path):
        model = net(make())
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert type(loaded.layers[0]) is type(model.layers[0])
        assert loaded.layers[0].get_config() == model.layers[0].get_config()
        assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))

    def test_configuration_makes_the_same_layer(self, make):
        layer = make()
        copy = type(layer).from_config(layer.get_config())
        assert copy.get_config() == layer.get_config()
        copy.build((None, 3))
        layer.build((None, 3))
        copy.set_weights(layer.get_weights())
        assert_array_equal(np.asarray(copy(X)), np.asarray(layer(X)))


def test_half_precision_keeps_edges_apart():
    edges = [1000, 1000.5, 1001, 1001.5]
    layer = PiecewiseLinearEncoding([edges], dtype="mixed_bfloat16")
    assert layer.edges.dtype == "float32"
    found = np.asarray(layer(np.array([[1000.0]])), dtype=float)
    assert found.tolist() == [[0.0, 0.0, 0.0]]


def test_edges_that_are_one_in_float32_are_one():
    layer = PiecewiseLinearEncoding([[0, 1, 1 + 1e-12, 2, 3]])
    assert layer.bin_edges == [[0, 1, 2, 3]]
    assert np.isfinite(np.asarray(layer(np.ones((1, 1), "float32")))).all()


def test_columns_without_enough_bins_contribute_nothing():
    layer = PiecewiseLinearEncoding([[0, 1], [], [0, 1, 2]])
    assert np.asarray(layer(X)).shape == (40, 0)
    assert layer.bin_edges == [[], [], []]


@pytest.mark.parametrize(
    "edges",
    [[3, 2, 1, 0], [0, 1, 1, 2], [0, 1, np.nan, 3], [0, 1, 2, 1e300], [[0, 1], [2, 3]]],
)
def test_edges_that_make_no_bins(edges):
    with pytest.raises(ValueError, match=r"bin_edges\[1\] must hold finite numbers"):
        PiecewiseLinearEncoding([[0, 1, 2, 3], edges])


def test_other_columns_than_edges():
    with pytest.raises(ValueError, match="edges for 3 columns"):
        PiecewiseLinearEncoding(EDGES).build((None, 2))


@pytest.mark.parametrize(
    "params",
    [
        {"n_frequencies": 0},
        {"embedding_size": 1},
        {"frequency_scale": 0.0},
        {"frequency_scale": np.inf},
        {"n_frequencies": 2.5},
    ],
)
def test_sizes_out_of_range(params):
    with pytest.raises(ValueError, match=f"{next(iter(params))} must be"):
        PeriodicEmbedding(**params)
