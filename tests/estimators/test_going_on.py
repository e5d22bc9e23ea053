"""Streams and warm starts: they go on learning, with the parameters as they are."""

import keras
import numpy as np
import pytest
from sklearn.base import clone

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor

pytestmark = pytest.mark.in_turn


def rate(estimator):
    return float(estimator.model_.optimizer.learning_rate)


def net(**params):
    return KerasMLPRegressor(
        (16,), **{"l2": 0.01, "epochs": 5, "random_state": 0, **params}
    )


def factory(meta, units=4):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def classifier(**params):
    defaults = {"loss": "binary_crossentropy", "optimizer": "adam", "verbose": 0}
    return KerasClassifier(factory, random_state=0, **defaults | params)


def test_a_stream_after_fit_goes_on_learning(regression):
    X, y = regression
    estimator = net().fit(X, -y)
    before = estimator.score(X, y)
    for _ in range(60):
        estimator.partial_fit(X, y)
    assert before < 0
    assert estimator.score(X, y) > 0.9
    rates = estimator.history_["learning_rate"]
    assert rates[4] < 0.002
    np.testing.assert_allclose(rates[5:], 0.01, rtol=1e-6)
    assert len(rates) == estimator.current_epoch


def test_a_long_stream_keeps_its_rate(regression):
    X, y = regression
    estimator = net(epochs=2)
    for _ in range(6):
        estimator.partial_fit(X, y)
    np.testing.assert_allclose(estimator.history_["learning_rate"], 0.01, rtol=1e-6)


def test_a_warm_start_begins_its_schedule_anew(regression):
    X, y = regression
    estimator = net(warm_start=True).fit(X, y)
    first = estimator.history_["learning_rate"]
    estimator.fit(X, y)
    np.testing.assert_allclose(estimator.history_["learning_rate"], first, rtol=1e-6)


@pytest.mark.parametrize("kind", [KerasMLPClassifier, KerasMLPRegressor])
def test_a_warm_start_goes_on_from_the_last_solution(binary, kind):
    X, y = binary
    warm = kind((16,), epochs=10, warm_start=True, random_state=0).fit(X, y)
    losses, updates = warm.history_["loss"], int(warm.model_.optimizer.iterations)
    model = warm.model_
    warm.fit(X, y)
    assert warm.model_ is model
    assert warm.history_["loss"][0] < losses[0]
    assert len(warm.history_["loss"]) == 10
    assert int(model.optimizer.iterations) == 2 * updates
    cold = clone(warm).set_params(warm_start=False).fit(X, y)
    model = cold.model_
    assert cold.fit(X, y).model_ is not model
    np.testing.assert_allclose(cold.history_["loss"], losses, rtol=1e-4)


def test_a_rate_set_before_more_training_takes_effect(regression, binary):
    estimator = net().fit(*regression).set_params(learning_rate=1e-4)
    estimator.partial_fit(*regression)  # 1e-4 is what the schedule ended with
    assert rate(estimator) == pytest.approx(1e-4)
    estimator.set_params(learning_rate=0.5, warm_start=True).fit(*regression)
    assert estimator.history_["learning_rate"][0] == pytest.approx(0.5)
    own = classifier(optimizer__learning_rate=0.1).fit(*binary)
    own.set_params(optimizer__learning_rate=0.2).partial_fit(*binary)
    assert rate(own) == pytest.approx(0.2)
    added = classifier().fit(*binary).set_params(optimizer__learning_rate=0.3)
    assert rate(added.partial_fit(*binary)) == pytest.approx(0.3)


@pytest.mark.parametrize("value", [1e-4, 0.3])
def test_a_rate_set_on_the_optimizer_is_kept(regression, value):
    estimator = net().fit(*regression)
    assert rate(estimator) == pytest.approx(0.01)
    estimator.model_.optimizer.learning_rate = value
    estimator.partial_fit(*regression).partial_fit(*regression)
    assert rate(estimator) == pytest.approx(value)


def test_the_optimizers_own_rate_comes_back(regression):
    estimator = net(learning_rate=None).fit(*regression)
    assert rate(estimator.partial_fit(*regression)) == pytest.approx(0.001)


SCHEDULE = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5)


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_layer_sizes": (3,)},
        {"activation": "tanh"},
        {"dropout": 0.1},
        {"l2": 0.5},
        {"batch_normalization": True},
        {"optimizer": "sgd"},
        {"optimizer": keras.optimizers.Adam(0.01)},
        {"loss": "mae"},
        {"learning_rate": SCHEDULE},
        {"learning_rate": None},
    ],
)
@pytest.mark.parametrize("method", ["partial_fit", "fit"])
def test_a_change_that_needs_a_new_model_is_refused(regression, change, method):
    estimator = net(warm_start=True, epochs=1).fit(*regression).set_params(**change)
    (name,) = change
    with pytest.raises(ValueError, match=rf"^{name}=.* has no effect"):
        getattr(estimator, method)(*regression)
    estimator.set_params(warm_start=False).fit(*regression)
    estimator.partial_fit(*regression)


@pytest.mark.parametrize(
    "change",
    [
        {"units": 7},
        {"model__units": 7},
        {"optimizer": "sgd"},
        {"optimizer__beta_1": 0.5},
        {"optimizer__learning_rate": SCHEDULE},
        {"loss": "mse"},
        {"loss__label_smoothing": 0.1},
        {"metrics": ["accuracy"]},
        {"compile__jit_compile": False},
        {"run_eagerly": True},
        {"model": lambda meta: factory(meta)},
    ],
)
@pytest.mark.parametrize("going_on", ["partial_fit", "warm_start"])
def test_the_same_of_a_factory(binary, change, going_on):
    warm = going_on == "warm_start"
    estimator = classifier(warm_start=warm).fit(*binary).set_params(**change)
    (name,) = change
    with pytest.raises(ValueError, match=rf"^{name}=.* has no effect"):
        (estimator.fit if warm else estimator.partial_fit)(*binary)


def test_what_only_training_reads_may_change(binary):
    estimator = classifier(metrics=["accuracy"]).fit(*binary)
    estimator.set_params(batch_size=7, epochs=3, verbose=0, class_weight={0: 2.0})
    estimator.set_params(metrics=["accuracy"]).partial_fit(*binary)
    perceptron = net(epochs=1).fit(*binary)
    perceptron.set_params(hidden_layer_sizes=[16], patience=3, epochs=9)
    assert perceptron.partial_fit(*binary).current_epoch == 2


def test_changes_are_seen_after_pickle_and_files_go_on(regression, tmp_path):
    import pickle

    estimator = net(epochs=2).fit(*regression)
    copy = pickle.loads(pickle.dumps(estimator))
    assert copy.partial_fit(*regression).current_epoch == 3
    assert rate(copy) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="has no effect"):
        copy.set_params(l2=0.3).partial_fit(*regression)
    estimator.save(tmp_path / "file")
    loaded = skkeras.load(tmp_path / "file").partial_fit(*regression)
    assert loaded.history_["learning_rate"][-1] == pytest.approx(0.01)


def test_other_classes_in_a_later_call_are_refused(multiclass):
    X, y = multiclass
    stream = KerasMLPClassifier((8,), random_state=0)
    stream.partial_fit(X[:60], y[:60], classes=[2, 1, 0])
    stream.partial_fit(X, y, classes=[0, 1, 2])
    for other in ([0, 1], [0, 1, 2, 3], [0, 1, 3]):
        with pytest.raises(ValueError, match=r"are not those of the model, \[0, 1, 2"):
            stream.partial_fit(X, y, classes=other)
    fitted = KerasMLPClassifier((8,), l2=0.01, epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="are not those of the model"):
        fitted.partial_fit(X, y, classes=[0, 1])


@pytest.mark.parametrize("kind", [KerasMLPClassifier, KerasMLPRegressor])
def test_a_part_cannot_spare_rows_to_watch(binary, kind):
    stream = kind((8,), early_stopping=True, epochs=2)
    with pytest.raises(ValueError, match="does not support early_stopping=True"):
        stream.partial_fit(*binary)
    with pytest.raises(ValueError, match="does not support early_stopping=True"):
        stream.fit(*binary).partial_fit(*binary)


def test_early_stopping_goes_with_a_warm_start(binary):
    warm = KerasMLPClassifier(
        (8,), early_stopping=True, warm_start=True, l2=0.01, epochs=3, random_state=0
    )
    warm.fit(*binary).fit(*binary)
    assert len(warm.history_["val_loss"]) == 3
