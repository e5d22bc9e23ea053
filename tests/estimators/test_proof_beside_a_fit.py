"""The fit that proves a program does so by a model beside its own, which waits."""

from unittest import mock

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skkeras import KerasMLPClassifier, KerasMLPRegressor
from skkeras.training import UnbuiltModel
from skkeras.training.audit.steps import Audit, Unproven
from skkeras.training.engines import engine_of_backend
from skkeras.training.population import population

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4))
y = (X[:, 0] > 0).astype(int)
ARCHITECTURES = [
    {},
    {"optimizer": "SGD", "learning_rate": 0.1},
    {"hidden_layer_sizes": (3, 6), "activation": "tanh"},
    {"batch_normalization": True, "batch_size": 16, "optimizer": "SGD"},
    {"dropout": 0.5},
]


def net(kind=KerasMLPClassifier, **params):
    defaults = {"hidden_layer_sizes": (5,), "l2": 0.01, "epochs": 3, "random_state": 0}
    return kind(**defaults | params)


def is_built(fitted):
    return not isinstance(fitted._fit_model, UnbuiltModel)


@pytest.fixture
def proofs(monkeypatch):
    """List the models that prove programs, those of other tests forgotten."""
    engine_of_backend().forget_programs()
    models, check = [], Audit.check

    def noted(audit, outcome):
        check(audit, outcome)
        models.append(audit.model)

    monkeypatch.setattr(Audit, "check", noted)
    return models


def assert_same_state(ours, other, **tolerance):
    pairs = zip(ours.variables, other.variables, strict=True)
    of_optimizers = ours.optimizer.variables, other.optimizer.variables
    for a, b in (*pairs, *zip(*of_optimizers, strict=True)):
        assert_allclose(a.numpy(), b.numpy(), **tolerance)


@pytest.mark.parametrize("kind", [KerasMLPClassifier, KerasMLPRegressor])
@pytest.mark.parametrize("params", ARCHITECTURES)
def test_the_fit_is_that_of_one_that_proves_nothing(proofs, kind, params):
    first = net(kind, **params).fit(X, y)
    assert len(proofs) == 1
    second = net(kind, **params).fit(X, y)
    assert len(proofs) == 1
    assert not is_built(first)
    assert not is_built(second)
    assert first.training_.engine == "compiled"
    assert first.history_ == second.history_
    assert_array_equal(first.predict(X), second.predict(X))
    assert_same_state(first.model_, second.model_, rtol=0)
    assert first.model_ is not proofs[0]
    assert first.model_.history.history == first.history_


@pytest.mark.parametrize("params", ARCHITECTURES[:4])
def test_the_fit_is_that_of_model_fit(proofs, params):
    ours = net(**params).fit(X, y)
    assert proofs
    assert not is_built(ours)
    theirs = net(**params, engine="keras").fit(X, y)
    assert_same_state(ours.model_, theirs.model_, atol=1e-4)
    for fitted in (ours, theirs):
        fitted.partial_fit(X, y)
    assert_same_state(ours.model_, theirs.model_, atol=1e-4)


def test_units_at_a_kink_are_compared_where_weights_have_moved(proofs):
    """A normalized row alone is 0, and so the input of each relu."""
    moves, by_itself = [], population.in_general_position

    def noted(models, *arguments):
        moves.extend(models)
        return by_itself(models, *arguments)

    params = {"batch_normalization": True, "batch_size": 1, "hidden_layer_sizes": (6,)}
    with mock.patch.object(population, "in_general_position", noted):
        fitted = net(**params).fit(X[:20], y[:20])
    assert moves
    assert fitted.training_.reason is None
    assert not is_built(fitted)
    assert proofs == moves
    assert_array_equal(
        fitted.predict_proba(X), net(**params).fit(X[:20], y[:20]).predict_proba(X)
    )


def test_a_fit_that_proves_nothing_in_the_end_is_trained_by_keras(proofs, monkeypatch):
    def refuse(audit, outcome):
        raise Unproven("it differs", audit._member)

    monkeypatch.setattr(Audit, "check", refuse)
    fitted = net().fit(X, y)
    assert fitted.training_.engine == "keras"
    assert "it differs" in fitted.training_.reason
    theirs = net(engine="keras").fit(X, y)
    assert_same_state(fitted.model_, theirs.model_, rtol=0)
    assert_array_equal(fitted.predict(X), theirs.predict(X))


def new_weights(model):
    model.set_weights([w + 0.5 for w in model.get_weights()])


def added(model):
    model.layers[-1].bias.assign_add([3.0])


def assigned(model):
    model.layers[0].kernel.assign(-model.layers[0].kernel.numpy())


def trained(model):
    model.fit(X, 1 - y, epochs=20, verbose=0)


def one_step(model):
    gradients = [3 * keras.ops.ones_like(v) for v in model.trainable_variables]
    model.optimizer.learning_rate = 0.3
    model.optimizer.apply(gradients, model.trainable_variables)


@pytest.mark.parametrize("change", [new_weights, added, assigned, trained, one_step])
@pytest.mark.parametrize("before", [0, 1, 4])
def test_changes_of_the_model_are_seen_by_the_next_prediction(change, before):
    fitted = net().fit(X, y)
    for rows in (X, X[:1]) * before:
        fitted.predict_proba(rows)
    model = fitted.model_
    for rows in (X[:1], X[:9]):
        for _ in range(2):
            old = fitted.predict_proba(rows)
            change(model)
            found = fitted.predict_proba(rows)
            assert_allclose(found[:, 1:], model.predict(rows, verbose=0), atol=1e-6)
            assert not np.allclose(found, old, atol=1e-4)


def test_loaded_weights_are_seen(tmp_path):
    fitted, other = net().fit(X, y), net(random_state=1).fit(X, y)
    expected, path = other.predict_proba(X), tmp_path / "net.weights.h5"
    other.model_.save_weights(path)
    for _ in range(3):
        fitted.predict_proba(X)
    fitted.model_.load_weights(path)
    assert_allclose(fitted.predict_proba(X), expected, atol=1e-6)
