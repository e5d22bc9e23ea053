"""Images, sequences, shared layers and several outputs, under scikit-learn."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler

from skkeras import KerasClassifier, KerasRegressor

pytestmark = pytest.mark.in_turn

K = keras.layers


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(n_class=3, return_X_y=True)
    return X[:240], y[:240]


def as_images(X):
    return X.reshape(-1, 8, 8, 1)


def create_cnn(meta, data_format="channels_last"):
    return keras.Sequential(
        [
            keras.Input(meta["X_shape_"][1:]),
            K.Conv2D(12, 3, activation="relu", data_format=data_format),
            K.GlobalMaxPooling2D(data_format=data_format),
            K.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


def classifier(model, epochs=8, **params):
    return KerasClassifier(
        model,
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.02,
        epochs=epochs,
        verbose=0,
        random_state=0,
        **params,
    )


def test_images_in_a_pipeline_under_cross_validation(digits):
    # JAX starts from other weights, which need longer.
    epochs = 30 if keras.backend.backend() == "jax" else 15
    pipeline = make_pipeline(
        MinMaxScaler(), FunctionTransformer(as_images), classifier(create_cnn, epochs)
    )
    assert cross_val_score(pipeline, *digits, cv=2).mean() > 0.85


def test_channels_first_is_the_same_net_on_moved_axes(digits):
    # 12 filters on maps of width 6: where the two agree, Keras 3.15 on TensorFlow takes
    # the width for the channels and adds the bias along it.
    X, y = as_images(digits[0] / 16), digits[1]
    last = classifier(create_cnn, epochs=2).fit(X, y)
    moved = np.moveaxis(X, -1, 1)
    first = classifier(create_cnn, epochs=2, data_format="channels_first")
    on_tensorflow = keras.backend.backend() == "tensorflow"
    if on_tensorflow and not tf.config.list_physical_devices("GPU"):
        # Keras trains no such net there, and what it cannot train nobody can prove.
        with pytest.raises(tf.errors.OpError, match="NHWC"):
            first.fit(moved, y)
        return
    first.fit(moved, y)
    np.testing.assert_allclose(
        first.predict_proba(moved), last.predict_proba(X), atol=1e-4
    )


@pytest.mark.parametrize(
    ("shape", "wanted", "advice"),
    [
        ((3, 8, 8), (8, 8, 3), r"channels are first in X.*np.moveaxis\(X, 1, -1\)"),
        ((8, 8, 3), (3, 8, 8), r"channels are last in X.*np.moveaxis\(X, -1, 1\)"),
        ((192,), (8, 8, 3), r"X.reshape\(-1, 8, 8, 3\)"),
        ((9, 8, 3), (8, 8, 3), r"takes rows of shape \(8, 8, 3\)"),
    ],
)
def test_a_wrong_layout_is_named(shape, wanted, advice):
    def create_model():
        inputs = keras.Input(wanted)
        return keras.Model(
            inputs, K.Dense(1, activation="sigmoid")(K.Flatten()(inputs))
        )

    X = np.random.default_rng(0).random((6, *shape))
    with pytest.raises(ValueError, match=advice):
        KerasClassifier(create_model, loss="bce").fit(X, [0, 1] * 3)


def test_images_without_an_axis_of_channels_get_one(digits):
    X, y = digits[0].reshape(-1, 8, 8), digits[1]

    def create_model(meta):
        return create_cnn(meta | {"X_shape_": (*meta["X_shape_"], 1)})

    fitted = classifier(create_model, epochs=1).fit(X, y)
    assert fitted.predict(X).shape == y.shape


@pytest.fixture(scope="module")
def sequences():
    """Which of two numbers comes first in ten."""
    rng = np.random.default_rng(0)
    X = rng.integers(3, 8, size=(200, 10))
    y = rng.integers(0, 2, 200)
    places = np.sort(rng.permuted(np.tile(np.arange(10), (200, 1)), axis=1)[:, :2])
    X[np.arange(200), places[:, 0]] = 1 + y
    X[np.arange(200), places[:, 1]] = 2 - y
    return X, y


def embedded(layer):
    def create_model(meta):
        return keras.Sequential(
            [
                keras.Input(meta["X_shape_"][1:], dtype="int32"),
                K.Embedding(8, 4),
                *layer(),
                K.Dense(2, activation="softmax"),
            ]
        )

    return create_model


@pytest.mark.parametrize(
    "layer",
    [
        lambda: [K.LSTM(12)],
        lambda: [K.Conv1D(16, 10, activation="relu"), K.Flatten()],
    ],
    ids=["LSTM", "Conv1D"],
)
def test_sequences_of_numbers(sequences, layer):
    X, y = sequences
    fitted = classifier(embedded(layer), epochs=25).fit(X, y)
    assert fitted.model_.inputs[0].dtype == "int32"
    assert fitted.score(X, y) > 0.8


def test_series_of_several_channels_under_cross_validation():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 40)
    X = rng.normal(size=(80, 12, 2))
    X[y == 1, :, 0] += np.linspace(-2, 2, 12)

    def create_model(meta):
        return keras.Sequential(
            [
                keras.Input(meta["X_shape_"][1:]),
                K.LSTM(6),
                K.Dense(2, activation="softmax"),
            ]
        )

    assert cross_val_score(classifier(create_model, epochs=10), X, y, cv=2).mean() > 0.8


def test_a_layer_that_two_inputs_share():
    rng = np.random.default_rng(0)
    inputs = {name: rng.normal(size=(150, 5)) for name in ("left", "right")}
    shared = np.array([1.0, -2.0, 0.5, 0.0, 3.0])
    y = (inputs["left"] @ shared > inputs["right"] @ shared).astype(int)

    def create_model():
        tensors = {name: keras.Input((5,), name=name) for name in inputs}
        encode = K.Dense(1, use_bias=False, name="shared")
        difference = K.Subtract()([encode(tensors["left"]), encode(tensors["right"])])
        return keras.Model(tensors, K.Activation("sigmoid")(difference))

    fitted = KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.05,
        epochs=20,
        verbose=0,
        random_state=0,
    ).fit(inputs, y)
    assert fitted.score(inputs, y) > 0.95
    learnt = fitted.model_.get_layer("shared").get_weights()[0][:, 0]
    assert np.corrcoef(learnt, shared)[0, 1] > 0.95
    swapped = {"left": inputs["right"], "right": inputs["left"]}
    np.testing.assert_allclose(
        fitted.predict_proba(swapped), fitted.predict_proba(inputs)[:, ::-1], atol=1e-5
    )


class Columns(TransformerMixin, BaseEstimator):
    """Each column of the target to an output of its own."""

    def fit(self, y):
        self.names_ = ["level", "trend"]
        return self

    def transform(self, y):
        return {name: y[:, [i]] for i, name in enumerate(self.names_)}

    def inverse_transform(self, outputs):
        return np.hstack([outputs[name] for name in self.names_])

    def get_metadata(self):
        return {"n_outputs_expected_": 2}


class TwoOutputRegressor(KerasRegressor):
    @property
    def target_encoder(self):
        return Columns()


def test_two_outputs_with_a_loss_and_a_weight_each(regression):
    X, level = regression
    Y = np.column_stack([level, X[:, 2]])

    def create_model():
        inputs = keras.Input((4,))
        hidden = K.Dense(8, activation="tanh")(inputs)
        outputs = {name: K.Dense(1, name=name)(hidden) for name in ("level", "trend")}
        return keras.Model(inputs, outputs)

    regressor = TwoOutputRegressor(
        create_model,
        loss={"level": "mse", "trend": "mae"},
        compile__loss_weights={"level": 0.5, "trend": 2.0},
        metrics={"level": ["mse"], "trend": ["mae"]},
        optimizer="adam",
        optimizer__learning_rate=0.05,
        epochs=40,
        verbose=0,
        random_state=0,
    ).fit(X, Y)
    assert regressor.score(X, Y) > 0.8
    predicted = regressor.predict(X)
    assert predicted.shape == Y.shape
    squared = ((predicted[:, 0] - Y[:, 0]) ** 2).mean()
    absolute = abs(predicted[:, 1] - Y[:, 1]).mean()
    measured = regressor.evaluate(X, Y)
    assert measured["loss"] == pytest.approx(0.5 * squared + 2 * absolute, rel=1e-3)
    assert measured["level_mse"] == pytest.approx(squared, rel=1e-3)
    assert measured["trend_mae"] == pytest.approx(absolute, rel=1e-3)
    assert cross_val_score(regressor, X, Y, cv=2).mean() > 0.5


class Subclassed(keras.Model):
    def __init__(self, units=1, activation=None):
        super().__init__()
        self.dense = K.Dense(units, activation=activation)

    def call(self, inputs):
        return self.dense(inputs)


def test_a_model_that_only_its_call_describes(multiclass, regression):
    X, y = multiclass
    fitted = classifier(lambda: Subclassed(3, "softmax")).fit(X, y)
    assert fitted.score(X, y) > 0.9
    X, y = regression
    regressor = KerasRegressor(lambda: Subclassed(2), loss="mse", verbose=0)
    with pytest.raises(ValueError, match="has 2 units, but y has 1 targets"):
        regressor.fit(X, y)
