"""Nets of tables that are trained without a Keras model of their own."""

from unittest import mock

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skkeras import KerasTabularClassifier, KerasTabularRegressor
from skkeras.estimators.building import prototypes
from skkeras.estimators.tabular import unbuilt_nets
from skkeras.estimators.tabular.joint_model import joint_model
from skkeras.estimators.tabular.member import Columns, Target, build_net
from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.estimators.tabular.unbuilt_nets import UnbuiltNets
from skkeras.training import BuiltModel, UnbuiltModel

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

EVERY_KIND = [
    {"encoding": "plain", "hidden_layer_sizes": [6], "feature_scale": True},
    {"encoding": "piecewise", "hidden_layer_sizes": [6], "dropout": 0.2},
    {"encoding": "periodic", "hidden_layer_sizes": [6]},
]


def table(seed, n_rows=60):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 3)) * (seed + 1)
    return X, X[:, 0] + rng.normal(size=n_rows)


nets = st.builds(
    TableNet,
    encoding=st.sampled_from(["plain", "piecewise", "periodic"]),
    hidden_layer_sizes=st.lists(st.integers(1, 5), max_size=3).map(tuple),
    activation=st.sampled_from(["relu", "tanh", "selu"]),
    dropout=st.sampled_from([0.0, 0.25]),
    feature_scale=st.booleans(),
)
columns = st.builds(
    lambda numbers, n_flags, cardinalities: Columns(
        len(numbers),
        n_flags if len(numbers) or cardinalities else n_flags + 1,
        cardinalities,
        [np.sort(np.random.default_rng(s).normal(size=n)) for n, s in numbers],
    ),
    numbers=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=3),
    n_flags=st.integers(0, 2),
    cardinalities=st.lists(st.integers(1, 9), max_size=2),
)


@settings(max_examples=12)
@given(net=nets, columns=columns, seeds=st.lists(st.integers(0, 9), min_size=2))
def test_first_weights_are_those_that_keras_draws(net, columns, seeds):
    target = Target(2, "softmax", "sparse_categorical_crossentropy")
    of_table = UnbuiltNets(columns, target, "auto")
    for number, seed in enumerate(seeds[:3]):
        unbuilt = of_table.fit_model(net, seed, f"net_{number}")
        expected = build_net(net, columns, target, seed, "expected")
        assert isinstance(unbuilt, UnbuiltModel)
        for model in unbuilt, unbuilt.build():
            for ours, theirs in zip(model.variables, expected.variables, strict=True):
                assert ours.numpy().dtype == theirs.numpy().dtype
                np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_a_custom_activation_is_built():
    columns = Columns(2, 0, [], [np.arange(3.0)] * 2)
    nets = UnbuiltNets(columns, Target(1, "linear", "mse"), "auto")
    found = nets.fit_model(TableNet(activation=keras.ops.sin), 0, "net")
    assert not isinstance(found, UnbuiltModel)


@pytest.mark.parametrize(
    ("kind", "many_rows"),
    [(KerasTabularClassifier, False), (KerasTabularRegressor, True)],
)
def test_fits_are_those_of_nets_that_are_built_first(monkeypatch, kind, many_rows):
    """Also where they go on after a rung, and where other columns were there before."""
    if many_rows:
        monkeypatch.setattr("skkeras.estimators.tabular.base._WORTH_A_RUNG", 0)
    estimator = kind(portfolio=EVERY_KIND, n_folds=2, epochs=8, random_state=0)
    for seed in range(2):
        X, y = table(seed)
        y = y > 0 if kind is KerasTabularClassifier else y
        unbuilt = estimator.fit(X, y)
        found = unbuilt.predict(X), unbuilt.oof_predictions_, unbuilt.weights_
        with mock.patch.object(unbuilt_nets, "is_plain", return_value=False):
            built = estimator.fit(X, y)
        expected = built.predict(X), built.oof_predictions_, built.weights_
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_few_models_are_built(monkeypatch):
    prototypes._PROTOTYPES.clear()
    counted = mock.Mock(wraps=build_net)
    monkeypatch.setattr(unbuilt_nets, "build_net", counted)
    estimator = KerasTabularRegressor(n_folds=5, epochs=2, random_state=0)
    n_nets = 5 * 12
    for seed, most in enumerate((n_nets / 2, n_nets / 5)):  # prototypes among the first
        counted.reset_mock()
        estimator.fit(*table(seed))
        assert 0 < counted.call_count <= most


def test_the_model_shares_no_layer_with_other_fits():
    estimator = KerasTabularRegressor(
        portfolio=EVERY_KIND, n_folds=2, epochs=2, random_state=0
    )
    X, y = table(0)
    one, other = (estimator.fit(X, y).model_ for _ in range(2))

    def parts(model):
        return {
            id(layer)
            for mean in model.layers
            if hasattr(mean, "_architecture")
            for layer in mean._architecture.net._flatten_layers()
        }

    assert parts(one)
    assert not parts(one) & parts(other)


def test_nets_that_differ_in_dropout_are_joined():
    columns = Columns(2, 0, [], [np.arange(3.0)] * 2)
    members = [TableNet(hidden_layer_sizes=(4,), dropout=rate) for rate in (0.0, 0.2)]
    nets = [
        [BuiltModel(build_net(net, columns, Target(1, "linear", "mse"), seed, "net"))]
        for seed, net in enumerate(members)
    ]
    joint = joint_model(members, np.array([0.25, 0.75]), nets)
    x = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    first, second = (of_net[0].prototype.predict(x, verbose=0) for of_net in nets)
    expected = 0.25 * first + 0.75 * second
    np.testing.assert_allclose(joint.predict(x, verbose=0), expected, atol=1e-6)
