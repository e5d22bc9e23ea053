"""``est.model_.export`` works as on a model that Keras has trained."""

import pickle
import warnings

import keras
import numpy as np
import pytest
from keras import layers
from numpy.testing import assert_allclose
from other_versions import HAS_LITERT

import skkeras
from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
    KerasTabularClassifier,
    KerasTabularRegressor,
)

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.in_turn]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype("float32")
LABELS = (X[:, 0] > 0).astype(int)
NUMBERS = 100 + 10 * X[:, 0] - X[:, 1]


def stacked(meta):
    """Build a net that knows its input."""
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, "relu"),
            layers.Dropout(0.3),
            layers.Dense(1, head(meta)),
        ]
    )


def stacked_without_input(meta):
    """Build a net that learns from the rows how many columns there are."""
    return keras.Sequential([layers.Dense(5, "relu"), layers.Dense(1, head(meta))])


def functional(meta):
    """Build a net with a branch."""
    entry = keras.Input((4,))
    wide = layers.BatchNormalization()(layers.Dense(6, "tanh")(entry))
    return keras.Model(
        entry, layers.Dense(1, head(meta))(layers.concatenate([entry, wide]))
    )


class Own(keras.Model):
    """A model by subclassing."""

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activation
        self.inner, self.last = layers.Dense(5, "relu"), layers.Dense(1, activation)

    def call(self, x):
        return self.last(self.inner(x))

    def get_config(self):
        return super().get_config() | {"activation": self.activation}


def subclassed(meta):
    """Build a model by subclassing."""
    return Own(head(meta))


def subclassed_and_built(meta):
    """Build a model by subclassing that nobody calls before it is trained."""
    model = Own(head(meta))
    model.build((None, 4))
    return model


def head(meta):
    return "sigmoid" if meta["target_type_"] == "binary" else None


FACTORIES = [
    stacked,
    stacked_without_input,
    functional,
    subclassed,
    subclassed_and_built,
]
OPTIONS = {"epochs": 2, "verbose": 0, "random_state": 0}


def of_classes(factory, **options):
    return KerasClassifier(factory, loss="binary_crossentropy", **OPTIONS, **options)


def of_numbers(factory, **options):
    return KerasRegressor(factory, loss="mse", **OPTIONS, **options)


SMALL = {"epochs": 2, "random_state": 0}
ESTIMATORS = [
    *(
        pytest.param(make(factory, engine=engine), y, id=f"{name}-{engine}-{kind}")
        for factory in FACTORIES
        for name in [factory.__name__]
        for engine in ("auto", "keras")
        for kind, make, y in [
            ("classes", of_classes, LABELS),
            ("numbers", of_numbers, NUMBERS),
        ]
    ),
    pytest.param(KerasMLPClassifier(**SMALL), LABELS, id="mlp-classes"),
    pytest.param(KerasMLPRegressor(**SMALL), NUMBERS, id="mlp-numbers"),
    pytest.param(
        KerasMLPRegressor(**SMALL, loss="huber"), NUMBERS, id="mlp-numbers-as-they-are"
    ),
    pytest.param(
        KerasTabularClassifier(**SMALL, n_folds=2), LABELS, id="tabular-classes"
    ),
    pytest.param(
        KerasTabularRegressor(**SMALL, n_folds=2), NUMBERS, id="tabular-numbers"
    ),
]


def read_by(estimator):
    """Return what a model takes of the table, and what it gives."""
    encoder = getattr(estimator, "encoder_", None)
    rows = X if encoder is None else encoder.transform(X)
    return rows, estimator.model_.predict(rows, verbose=0)


def run_onnx(path, rows):
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(path)
    (entry,) = session.get_inputs()
    return session.run(None, {entry.name: rows})[0]


def run_saved_model(path, rows):
    import tensorflow as tf

    loaded = tf.saved_model.load(path)
    return loaded.serve(rows).numpy()


def run_litert(path, rows):
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that tf.lite moves to a package of its own
        interpreter = tf.lite.Interpreter(path)
    runner = interpreter.get_signature_runner()
    (name,) = runner.get_input_details()
    (outputs,) = runner(**{name: rows}).values()
    return outputs


RUNS = {
    "onnx": ("model.onnx", run_onnx),
    "tf_saved_model": ("model", run_saved_model),
    "litert": ("model.tflite", run_litert),
}


def check_export(estimator, format, folder):
    name, run = RUNS[format]
    if format == "onnx":
        pytest.importorskip("tf2onnx")
    path = str(folder / name)
    # First of all, since predicting by Keras would call the model.
    estimator.model_.export(path, format=format, verbose=False)
    rows, expected = read_by(estimator)
    assert_allclose(run(path, rows), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore")  # of the exporters
@pytest.mark.parametrize("format", RUNS)
@pytest.mark.parametrize(("estimator", "y"), ESTIMATORS)
def test_right_after_fit(estimator, y, format, tmp_path):
    if format == "litert" and not HAS_LITERT:
        pytest.skip("Keras writes LiteRT from version 3.13 on")
    if format == "litert" and getattr(estimator, "engine", "auto") != "auto":
        pytest.skip("as the others, and it takes longest")
    # Twice: a program that is known already is not compared with the model again.
    estimator.fit(X, y)
    check_export(estimator.fit(X, y), format, tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("estimator", [KerasMLPRegressor(**SMALL)])
def test_before_training(estimator, tmp_path):
    check_export(estimator.initialize(X, NUMBERS), "onnx", tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "estimator",
    [KerasMLPRegressor(**SMALL), KerasTabularRegressor(**SMALL, n_folds=2)],
)
def test_from_a_file_and_a_pickle(estimator, tmp_path):
    path = tmp_path / "estimator.skkeras"
    estimator.fit(X, NUMBERS).save(path)
    check_export(skkeras.load(path), "onnx", tmp_path)
    check_export(pickle.loads(pickle.dumps(estimator)), "onnx", tmp_path)


def test_no_model_before_fit():
    assert not hasattr(KerasTabularClassifier(), "model_")
