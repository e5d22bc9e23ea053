"""Cloned estimators train with the losses they were given."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skkeras import KerasClassifier, KerasMLPRegressor, KerasRegressor
from skkeras.models import create_mlp

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
y = X[:, 0] + RNG.normal(size=60)


class Plain(keras.losses.Loss):
    """Of no configuration, and a constructor that takes nothing of Keras's."""

    def __init__(self, power=1.0):
        super().__init__()
        self.power = power

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** self.power, axis=-1)


@keras.saving.register_keras_serializable("tests of whole losses")
class Registered(Plain):
    """Found by Keras, and made with the default power again."""

    def __init__(self, power=1.0, **kwargs):
        keras.losses.Loss.__init__(self, **kwargs)
        self.power = power


class Around(keras.losses.Loss):
    """Has another loss, a list, a function and a variable."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.parts, self.scale = inner, [inner], lambda value: 2 * value
        self.state = keras.Variable(3.0)

    def call(self, y_true, y_pred):
        return self.scale(self.inner.call(y_true, y_pred))


def local():
    class Local(Plain):
        pass

    return Local(3.0)


LOSSES = [Plain(3.0), Registered(3.0), Around(Plain(3.0)), local()]
LOSSES += [keras.losses.Huber(0.3), keras.losses.MeanSquaredError(dtype="float64")]


def values_of(loss):
    kinds = (int, float, str)
    return {k: v for k, v in vars(loss).items() if isinstance(v, kinds)}


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
@pytest.mark.parametrize(
    "estimator",
    [
        KerasMLPRegressor(),
        KerasRegressor(create_mlp),
        KerasRegressor(create_mlp, model__units=3),
    ],
    ids=["perceptron", "factory", "routed"],
)
def test_clones_have_the_loss_with_all_that_is_set_on_it(estimator, loss):
    given = clone(estimator).set_params(loss=loss)
    copied = clone(clone(given)).loss
    assert type(copied) is type(loss)
    assert copied is not loss
    assert values_of(copied) == values_of(loss)
    if isinstance(loss, Around):
        assert values_of(copied.inner) == values_of(loss.inner)
        assert copied.parts == [copied.inner]
        assert copied.inner is not loss.inner
        assert copied.state is not loss.state
        assert float(copied.state) == 3.0


def test_a_loss_that_holds_itself_is_copied():
    loss = Plain(3.0)
    loss.me, loss.all = loss, [loss]
    copied = clone(KerasMLPRegressor(loss=loss)).loss
    assert copied is not loss
    assert copied.me is copied
    assert copied.all == [copied]


@pytest.mark.parametrize("how", ["__deepcopy__", "__reduce__", "__setstate__"])
def test_a_class_that_says_how_it_is_copied_is_heeded(how):
    def copied(loss, *state):
        if how == "__setstate__":  # Keras's own way makes the copy
            return None
        new = Registered(7.0)
        return new if how == "__deepcopy__" else (Registered, (7.0,))

    kind = type("Own", (Registered,), {how: copied})
    keras.saving.register_keras_serializable("tests of whole losses", f"Own{how}")(kind)
    found = clone(KerasMLPRegressor(loss=kind(3.0))).loss
    assert found.power == (1.0 if how == "__setstate__" else 7.0)


def test_losses_in_lists_and_dicts_are_whole_as_well():
    given = KerasClassifier(create_mlp, loss={"a": Plain(3.0), "b": [Plain(4.0)]})
    copied = clone(given).loss
    assert (copied["a"].power, copied["b"][0].power) == (3.0, 4.0)
    assert copied["a"] is not given.loss["a"]


def test_folds_are_trained_with_the_loss_that_is_given():
    net = KerasMLPRegressor((4,), l2=0.01, epochs=4, random_state=0)
    for kind in Plain, Registered:
        found = []
        for power in (1.5, 2.0, 3.0):
            scores = cross_val_score(
                clone(net).set_params(loss=kind(power)), X, y, cv=2
            )
            alone = net.set_params(loss=kind(power)).fit(X[30:], y[30:])
            assert scores[0] == pytest.approx(alone.score(X[:30], y[:30]), abs=1e-5)
            found.append(scores.mean())
        assert len(set(found)) == 3
