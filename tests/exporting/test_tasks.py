"""Each estimator and each kind of target as one ONNX file."""

import keras
import numpy as np
import pytest
from keras import layers

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
    KerasTabularClassifier,
    KerasTabularRegressor,
)

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.in_turn,
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4)).astype("float32")
OTHERS = RNG.normal(scale=3, size=(200, 4)).astype("float32")
SUMS = X[:, 0] + X[:, 1]
CLASSES = np.digitize(SUMS, [-0.7, 0.7])
TARGETS = {
    "two": (SUMS > 0).astype(int),
    "words": np.where(SUMS > 0, "yes", "no"),
    "booleans": SUMS > 0,
    "floats": np.where(SUMS > 0, 2.0, 1.0),
    "three": CLASSES + 5,
    "three-words": np.array(["low", "mid", "ß"])[CLASSES],
    "labels": np.column_stack([SUMS > 0, X[:, 2] > 0, X[:, 3] > 1]).astype(int),
    "one-hot": np.eye(3, dtype=int)[CLASSES],
    "one-class": np.zeros(90, int),
}
NUMBERS = {
    "number": 1e4 + 50 * SUMS,
    "column": (3 * SUMS)[:, None],
    "numbers": np.column_stack([SUMS, 1e3 * X[:, 2] - 500]),
}
SMALL = {"epochs": 2, "random_state": 0}
MLP = {**SMALL, "hidden_layer_sizes": (6,), "l2": 0.01}
TABULAR = {
    **SMALL,
    "n_folds": 2,
    "portfolio": [{"encoding": e} for e in ("plain", "piecewise", "periodic")],
}


def net(meta, units, activation=None):
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(6, "relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(units, activation),
        ]
    )


def classifier(units, activation, loss):
    return KerasClassifier(
        net, units=units, activation=activation, loss=loss, verbose=0, **SMALL
    )


def logits(kind):
    return getattr(keras.losses, kind)(from_logits=True)


HEADS = [
    *((1, "sigmoid", "binary_crossentropy", k) for k in ("two", "words", "booleans")),
    (1, "sigmoid", "mse", "floats"),
    (1, "sigmoid", "binary_crossentropy", "one-class"),
    (1, None, logits("BinaryCrossentropy"), "two"),
    (1, "tanh", "hinge", "words"),
    (1, None, "squared_hinge", "two"),
    (2, "softmax", "categorical_crossentropy", "two"),
    (2, None, logits("SparseCategoricalCrossentropy"), "words"),
    (3, "softmax", "sparse_categorical_crossentropy", "three"),
    (3, None, logits("CategoricalCrossentropy"), "three-words"),
    (3, None, "categorical_hinge", "three"),
    (3, "sigmoid", "binary_crossentropy", "three"),
    (3, "sigmoid", "binary_crossentropy", "labels"),
    (3, None, logits("BinaryCrossentropy"), "labels"),
    (3, "softmax", "categorical_crossentropy", "one-hot"),
]


@pytest.mark.parametrize(("units", "activation", "loss", "target"), HEADS)
def test_heads(units, activation, loss, target, check_same):
    y = TARGETS[target]
    check_same(classifier(units, activation, loss).fit(X, y), X, OTHERS)


@pytest.mark.parametrize("target", TARGETS)
def test_perceptrons_of_classes(target, check_same):
    check_same(KerasMLPClassifier(**MLP).fit(X, TARGETS[target]), X, OTHERS)


@pytest.mark.parametrize("target", NUMBERS)
@pytest.mark.parametrize("loss", ["mean_squared_error", "huber"])
def test_perceptrons_of_numbers(target, loss, check_same):
    model = KerasMLPRegressor(**MLP, loss=loss).fit(X, NUMBERS[target])
    check_same(model, X, OTHERS)


@pytest.mark.parametrize("target", NUMBERS)
def test_regressors(target, check_same):
    y = NUMBERS[target]
    units = 1 if y.ndim == 1 else y.shape[1]
    model = KerasRegressor(net, units=units, loss="mse", verbose=0, **SMALL)
    check_same(model.fit(X, y), X, OTHERS)


@pytest.mark.parametrize("target", ["two", "words", "three-words", "one-class"])
def test_tables_of_classes(target, check_same):
    check_same(KerasTabularClassifier(**TABULAR).fit(X, TARGETS[target]), X, OTHERS)


@pytest.mark.parametrize("target", NUMBERS)
def test_tables_of_numbers(target, check_same):
    check_same(KerasTabularRegressor(**TABULAR).fit(X, NUMBERS[target]), X, OTHERS)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
def test_types_of_rows(dtype, check_same):
    rows = (np.abs(X) * 10).astype(dtype)
    check_same(KerasMLPClassifier(**MLP).fit(rows, TARGETS["two"]), rows)


def test_images(check_same):
    def convolutional(meta):
        return keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Conv2D(4, 3, activation="relu"),
                layers.GlobalMaxPooling2D(),
                layers.Dense(3, "softmax"),
            ]
        )

    images = RNG.random((60, 8, 8, 1)).astype("float32")
    model = KerasClassifier(
        convolutional, loss="sparse_categorical_crossentropy", verbose=0, **SMALL
    )
    check_same(model.fit(images, CLASSES[:60]), images)


def test_sequences(check_same):
    """A last axis of length 1 comes from Keras, and words are whole numbers."""

    def recurrent(meta):
        return keras.Sequential(
            [
                keras.Input((5, 1)),
                layers.Conv1D(3, 2),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )

    def embedded(meta):
        return keras.Sequential(
            [
                keras.Input((5,), dtype="int32"),
                layers.Embedding(10, 3),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )

    series, words = RNG.normal(size=(60, 5)), RNG.integers(0, 10, (60, 5))
    options = {"loss": "mse", "verbose": 0, **SMALL}
    y = NUMBERS["number"][:60]
    check_same(KerasRegressor(recurrent, **options).fit(series, y), series)
    check_same(KerasRegressor(embedded, **options).fit(words, y), words)


def test_several_inputs(check_same):
    def two_inputs(meta):
        numbers = keras.Input((3,), name="numbers")
        more = keras.Input((2,), name="a more")
        joined = layers.concatenate([more, layers.Dense(4)(numbers)])
        return keras.Model(
            {"a more": more, "numbers": numbers}, layers.Dense(1)(joined)
        )

    rows = {"numbers": X[:, :3], "a more": OTHERS[:90, :2]}
    model = KerasRegressor(two_inputs, loss="mse", verbose=0, **SMALL)
    check_same(model.fit(rows, NUMBERS["number"]), rows)


@pytest.mark.parametrize("kind", ["subclass", "without input"])
def test_models_that_declare_no_input(kind, check_same):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.last = layers.Dense(1, "sigmoid")

        def call(self, x):
            return self.last(x)

    def factory(meta):
        if kind == "subclass":
            return Own()
        return keras.Sequential([layers.Dense(1, "sigmoid")])

    model = KerasClassifier(factory, loss="binary_crossentropy", verbose=0, **SMALL)
    check_same(model.fit(X, TARGETS["two"]), X, OTHERS)


class OfClasses(KerasMLPClassifier):
    """A subclass, which skl2onnx has not heard of."""


def test_subclass_of_an_estimator(check_same):
    check_same(OfClasses(**MLP).fit(X, TARGETS["words"]), X, OTHERS)
