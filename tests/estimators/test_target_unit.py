"""A regressor's ``model_`` predicts what the regressor predicts."""

import copy
import pickle

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

import skkeras
from skkeras import KerasMLPRegressor
from skkeras.estimators.targets.encoding import StandardizedTargetEncoder

pytestmark = pytest.mark.in_turn


def targets(regression, kind):
    _, y = regression
    return {
        "one": y,
        "column": y[:, None],
        "large mean, small spread": 1e6 + (y - y.mean()) / y.std(),
        "several": np.column_stack([y, 1e4 * y - 3e5, 1e-3 * y]),
        "constant": np.full(len(y), 7.0),
    }[kind]


KINDS = ["one", "column", "large mean, small spread", "several", "constant"]


def net(**params):
    return KerasMLPRegressor(
        (8,), **{"l2": 0.01, "epochs": 10, "random_state": 0, **params}
    )


def by_model(estimator, X, model=None):
    model = estimator.model_ if model is None else model
    predicted = model.predict(X.astype("float32"), verbose=0)
    return predicted.reshape(estimator.predict(X).shape)


def assert_same(estimator, X, y, model=None):
    ours = estimator.predict(X)
    # The model's numbers are single, and their rounding goes with their size.
    atol = 1e-5 * np.std(y) + 2e-7 * np.abs(y).max(axis=0)
    off = np.abs(by_model(estimator, X, model) - ours)
    assert (off <= atol).all(), off.max()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", ["mse", "mae", keras.losses.MeanSquaredError()])
def test_the_model_predicts_as_the_regressor_does(regression, kind, loss):
    X, y = regression[0], targets(regression, kind)
    assert_same(net(loss=loss).fit(X, y), X, y)


@pytest.mark.parametrize("loss", ["huber", "poisson"])
def test_losses_with_a_unit_standardize_nothing(regression, loss):
    X, y = regression[0], np.abs(regression[1])
    estimator = net(loss=loss).fit(X, y)
    assert [layer.name for layer in estimator.model_.layers] == ["hidden_1", "output"]
    assert_same(estimator, X, y)


@pytest.mark.parametrize("params", [{}, {"engine": "keras"}, {"dropout": 0.2}])
def test_training_goes_on_beside_the_model(regression, params):
    X, y = regression
    looked_at, not_looked_at = net(**params), net(**params)
    for estimator in (looked_at, not_looked_at):
        estimator.fit(X, y)
        if estimator is looked_at:
            model = estimator.model_
        estimator.partial_fit(X, y).set_params(warm_start=True).fit(X, y)
    assert looked_at.model_ is model
    assert_same(looked_at, X, y)
    np.testing.assert_allclose(
        looked_at.predict(X), not_looked_at.predict(X), rtol=1e-5
    )
    np.testing.assert_allclose(
        looked_at.history_["loss"], not_looked_at.history_["loss"], rtol=1e-5
    )


def test_predictions_keep_the_digits_of_a_large_mean(regression):
    X, _ = regression
    y = X[:, 0] + X[:, 1]
    near, far = net().fit(X, y), net().fit(X, 1e6 + y)
    for _ in range(3):
        far.model_.predict(X, verbose=0)
        near.partial_fit(X, y)
        far.partial_fit(X, 1e6 + y)
    np.testing.assert_allclose(far.predict(X) - 1e6, near.predict(X), atol=1e-4)


def test_history_and_evaluate_are_of_standardized_targets(regression):
    X, y = regression
    estimator = net(l2=0.0).fit(X, 1e4 * y)
    evaluated = estimator.evaluate(X, 1e4 * y)["loss"]
    error = np.mean((estimator.predict(X) - 1e4 * y) ** 2)
    assert evaluated == pytest.approx(error / np.var(1e4 * y), rel=1e-3)
    assert evaluated < estimator.history_["loss"][0]
    in_unit = estimator.model_.evaluate(X.astype("float32"), 1e4 * y, verbose=0)
    assert in_unit == pytest.approx(error, rel=1e-3)


def test_exported_models_are_right(regression, tmp_path):
    X, y = regression[0], targets(regression, "several")
    estimator = net().fit(X, y)
    estimator.model_.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(estimator, X, y, loaded)
    rebuilt = keras.models.model_from_json(estimator.model_.to_json())
    rebuilt.set_weights(estimator.model_.get_weights())
    assert_same(estimator, X, y, rebuilt)


def by_file(estimator, tmp_path):
    estimator.save(tmp_path / "file")
    return skkeras.load(tmp_path / "file")


@pytest.mark.parametrize(
    "move",
    [
        by_file,
        lambda estimator, _: pickle.loads(pickle.dumps(estimator)),
        lambda estimator, _: copy.deepcopy(estimator),
    ],
)
@pytest.mark.parametrize("look", [True, False])
def test_copies_go_on_as_the_original_does(regression, tmp_path, move, look):
    X, y = regression[0], targets(regression, "large mean, small spread")
    estimator = net().fit(X, y)
    if look:
        estimator.model_.predict(X, verbose=0)
    moved = move(estimator, tmp_path)
    np.testing.assert_array_equal(moved.predict(X), estimator.predict(X))
    assert_same(moved, X, y)
    for one in (moved, estimator):
        one.partial_fit(X, y)
    np.testing.assert_allclose(moved.predict(X), estimator.predict(X), atol=1e-4)
    assert_same(moved, X, y)


def test_a_model_may_be_put_back(regression):
    X, y = regression
    estimator = net().fit(X, y)
    expected = estimator.predict(X)
    estimator.model_ = estimator.model_
    np.testing.assert_array_equal(estimator.predict(X), expected)
    assert_same(estimator, X, y)


def test_a_refit_has_a_model_and_a_unit_of_its_own(regression):
    X, y = regression
    estimator = net().fit(X, y)
    first = estimator.model_
    assert estimator.fit(X, 100 * y).model_ is not first
    assert_same(estimator, X, 100 * y)


def test_a_rate_set_on_the_model_reaches_training(regression):
    X, y = regression
    estimator = net().fit(X, y)
    before = estimator.predict(X)
    estimator.model_.optimizer.learning_rate = 1e-9
    estimator.partial_fit(X, y)
    np.testing.assert_allclose(estimator.predict(X), before, rtol=1e-5)


def test_an_encoder_of_ones_own_has_the_last_word(regression):
    from sklearn.preprocessing import FunctionTransformer

    class Logarithmic(KerasMLPRegressor):
        @property
        def target_encoder(self):
            return FunctionTransformer(
                lambda y: np.log(y).reshape(-1, 1),
                lambda raw: np.exp(raw[:, 0]),
                check_inverse=False,
            )

        def _learn_target(self, y, weights=None):
            super()._learn_target(y, weights)
            self.n_outputs_ = 1

    X, y = regression
    y = np.exp(y / y.std())
    estimator = Logarithmic((8,), epochs=5, random_state=0).fit(X, y)
    np.testing.assert_allclose(
        np.exp(by_model(estimator, X)), estimator.predict(X), rtol=1e-4
    )


columns = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda dtype: arrays(
        dtype,
        st.tuples(st.integers(1, 5), st.just(2)),
        elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan),
    )
)


@given(columns)
def test_outputs_return_to_their_unit_as_the_scaler_has_it(y):
    known = np.array([[1.0, -3e5], [2.5, 1e4], [7.0, 2e6]])
    encoder = StandardizedTargetEncoder().fit(known)
    before, found = y.copy(), encoder.inverse_transform(y)
    assert_array_equal(y, before)
    expected = encoder.scaler_.inverse_transform(y)
    assert found.dtype == y.dtype
    # float32 sums of numbers apart by orders lose digits of the larger.
    unit = np.finfo(y.dtype).eps * (1 + np.nanmax(np.abs(y), initial=0)) * 2e6
    assert_allclose(found, expected, rtol=0, atol=4 * unit)


def test_an_infinite_output_is_an_error():
    encoder = StandardizedTargetEncoder().fit(np.array([1.0, 2.0, 4.0]))
    with pytest.raises(ValueError, match="infinity"):
        encoder.inverse_transform(np.array([[np.inf]]))
