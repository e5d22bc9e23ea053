"""The ready-made perceptron."""

import keras
import numpy as np
import pytest

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.models import create_mlp

META = {"n_features_in_": 3, "target_type_": "binary", "n_classes_": 2}


def kinds(model):
    return [type(layer).__name__ for layer in model.layers]


def test_layers_come_in_their_order():
    model = create_mlp(
        META,
        hidden_layer_sizes=(5, 4),
        activation="tanh",
        dropout=0.1,
        l2=0.01,
        batch_normalization=True,
    )
    block = ["Dense", "BatchNormalization", "Activation", "Dropout"]
    assert kinds(model) == [*block, *block, "Dense"]
    assert [layer.units for layer in model.layers[::4]] == [5, 4, 1]
    assert model.layers[0].kernel_regularizer.l2 == pytest.approx(0.01)
    assert not model.compiled


def test_layers_are_called_the_same_in_every_model_but_models_are_not():
    models = [
        create_mlp(META, hidden_layer_sizes=(2, 2), dropout=0.1) for _ in range(2)
    ]
    names = ["hidden_1", "dropout_1", "hidden_2", "dropout_2", "output"]
    assert [[layer.name for layer in m.layers] for m in models] == [names, names]
    x = keras.Input((3,))
    mean = keras.layers.Average()([model(x) for model in models])
    X = np.ones((4, 3), "float32")
    outputs = [model.predict(X, verbose=0) for model in (*models, keras.Model(x, mean))]
    np.testing.assert_allclose(outputs[2], np.mean(outputs[:2], axis=0), rtol=1e-6)


def test_no_hidden_layer_is_a_linear_model():
    model = create_mlp(META, {"optimizer": "sgd"}, hidden_layer_sizes=())
    assert kinds(model) == ["Dense"]
    assert model.loss == "binary_crossentropy"


@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh", "leaky_relu"])
def test_initial_activations_keep_their_scale(activation):
    model = create_mlp(
        {**META, "n_features_in_": 256},
        hidden_layer_sizes=(256, 256),
        activation=activation,
    )
    X = np.random.default_rng(0).normal(size=(512, 256))
    hidden = keras.Model(model.inputs[0], model.layers[-2].output)
    assert 0.3 < np.std(keras.ops.convert_to_numpy(hidden(X))) < 1.5


def test_it_serves_as_a_factory(multiclass):
    X, y = multiclass
    classifier = KerasClassifier(
        create_mlp,
        model__hidden_layer_sizes=(6,),
        optimizer="adam",
        loss="categorical_hinge",
        verbose=0,
    ).fit(X, y)
    assert [layer.units for layer in classifier.model_.layers] == [6, 3]


def test_several_targets(regression):
    X, y = regression
    Y = np.column_stack([y, 1000 * y])
    regressor = KerasMLPRegressor(
        (16,), learning_rate=0.02, l2=0.01, epochs=40, random_state=0
    )
    assert regressor.fit(X, Y).predict(X).shape == Y.shape
    assert regressor.score(X, Y) > 0.95


def test_the_unit_of_the_target_does_not_matter(regression):
    X, y = regression
    fits = [
        KerasMLPRegressor((8,), l2=0.01, epochs=5, random_state=0).fit(
            X, y * unit + shift
        )
        for unit, shift in ((1, 0), (1e6, -1e7))
    ]
    first, second = (fit.predict(X) for fit in fits)
    np.testing.assert_allclose(second, first * 1e6 - 1e7, rtol=1e-3, atol=1e3)


def test_counts_are_predicted_positive(regression):
    X, y = regression
    counts = np.random.default_rng(0).poisson(np.exp(y / 5))
    regressor = KerasMLPRegressor((8,), loss="poisson", l2=0.01, epochs=5).fit(
        X, counts
    )
    assert (regressor.predict(X) > 0).all()


@pytest.mark.parametrize(
    ("optimizer", "rate", "expected"),
    [("adam", None, 0.001), ("adam", 0.5, 0.5), (keras.optimizers.SGD(0.2), 0.5, 0.2)],
)
def test_the_first_epochs_learning_rate(binary, optimizer, rate, expected):
    classifier = KerasMLPClassifier(
        (4,), optimizer=optimizer, learning_rate=rate, l2=0.01, epochs=1
    ).fit(*binary)
    measured = float(classifier.model_.optimizer.learning_rate)
    assert measured == pytest.approx(expected)


def test_the_rate_follows_half_a_cosine(binary):
    classifier = KerasMLPClassifier((4,), learning_rate=0.08, l2=0.01, epochs=10).fit(
        *binary
    )
    epochs = np.arange(10)
    by_hand = 0.08 * np.maximum(0.01, (1 + np.cos(np.pi * epochs / 10)) / 2)
    np.testing.assert_allclose(classifier.history_["learning_rate"], by_hand, rtol=1e-5)
    classifier.partial_fit(*binary)
    assert classifier.history_["learning_rate"][-1] == pytest.approx(0.08)
    constant = classifier.set_params(learning_rate_schedule="constant").fit(*binary)
    assert "learning_rate" not in constant.history_


def test_a_schedule_of_ones_own_is_kept(binary):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5)
    classifier = KerasMLPClassifier(
        (4,), learning_rate=schedule, l2=0.01, epochs=2
    ).fit(*binary)
    # 120 rows in batches of 32 are 4 updates an epoch.
    measured = float(classifier.model_.optimizer.learning_rate)
    assert measured == pytest.approx(0.1 * 0.5**2)


def test_sizes_may_be_any_sequence_or_one_number(binary):
    for sizes in ([4, 3], np.array([4, 3]), (4, 3)):
        model = KerasMLPClassifier(sizes, l2=0.01, epochs=1).fit(*binary).model_
        assert [layer.units for layer in model.layers] == [4, 3, 1]
    assert (
        KerasMLPClassifier(4, l2=0.01, epochs=1).fit(*binary).model_.layers[0].units
        == 4
    )
