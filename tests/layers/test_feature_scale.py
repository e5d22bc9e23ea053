"""A weight for each feature: what it computes, and what penalties make of it."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Lasso

from skkeras.layers import FeatureScale, TableFeatures


@settings(max_examples=20)
@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple),
    seed=st.integers(0, 99),
)
def test_each_feature_is_multiplied_by_its_weight(shape, seed):
    rng = np.random.default_rng(seed)
    x, scale = rng.normal(size=shape), rng.normal(size=shape[-1:])
    layer = FeatureScale()
    assert_array_equal(np.asarray(layer(x)), x.astype("float32"))
    layer.scale.assign(scale)
    assert_allclose(np.asarray(layer(x)), x * scale, rtol=1e-5)
    assert layer.compute_output_shape(shape) == shape


def test_configuration_gives_the_same_layer():
    layer = FeatureScale("random_normal", keras.regularizers.L1L2(0.1, 0.2), name="a")
    config = keras.saving.serialize_keras_object(layer)
    same = keras.saving.deserialize_keras_object(config)
    assert type(same) is FeatureScale
    assert same.get_config() == layer.get_config()
    assert (
        FeatureScale.from_config(FeatureScale().get_config()).scale_regularizer is None
    )


def test_features_of_no_known_number_are_refused():
    with pytest.raises(ValueError, match=r"last axis .* \(None, 3, None\)"):
        FeatureScale()(keras.KerasTensor((None, 3, None)))


@pytest.mark.in_turn
@pytest.mark.parametrize("penalty", [0.1, 0.4])
def test_before_one_unit_squared_penalties_are_those_of_the_lasso(penalty):
    """By the formula of the docstring, for a single weight behind each feature."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 6))
    y = x @ [1.5, -1, 0.8, 0, 0, 0] + 0.3 * rng.normal(size=200)
    expected = Lasso(alpha=penalty, fit_intercept=False, tol=1e-10).fit(x, y).coef_
    assert (expected == 0).sum() == 3
    squared = keras.regularizers.L2(penalty)
    scale = FeatureScale(scale_regularizer=squared)
    dense = keras.layers.Dense(1, use_bias=False, kernel_regularizer=squared)
    model = keras.Sequential([keras.Input((6,)), scale, dense])
    dense.kernel.assign(np.sign(x.T @ y)[:, None])
    model.compile(keras.optimizers.SGD(0.03, momentum=0.9), "mse")
    model.fit(x, y, batch_size=200, epochs=150, verbose=0)
    found = np.asarray(scale.scale) * np.asarray(dense.kernel)[:, 0]
    assert_allclose(found, expected, atol=2e-3)


def test_vectors_of_categories_are_penalized_as_by_keras():
    layer = TableFeatures(1, 0, [3, 4], embeddings_regularizer=keras.regularizers.L2(2))
    layer(np.zeros((2, 3), "float32"))
    tables = [np.asarray(e.embeddings.value) for e in layer.embeddings]
    expected = [2 * np.square(table).sum() for table in tables]
    assert_allclose([float(loss) for loss in layer.losses], expected, rtol=1e-5)
    same = TableFeatures.from_config(layer.get_config())
    assert same.embeddings_regularizer.get_config() == {"l2": 2}
    assert TableFeatures.from_config(TableFeatures(1, 0).get_config()).losses == []
