"""Losses against their formulas, in NumPy; and how targets are encoded for each."""

import keras
import numpy as np
import pytest
from scipy.special import ndtr, softmax

from skkeras import KerasClassifier, KerasRegressor

pytestmark = pytest.mark.in_turn

EPSILON = 1e-7


def net(meta, activation=None, units=1):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(5, activation="tanh"),
            keras.layers.Dense(units, activation=activation),
        ]
    )


def clip(p):
    return np.clip(p, EPSILON, 1 - EPSILON)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


REGRESSION = {
    "mean_squared_error": lambda t, p: (t - p) ** 2,
    "mean_absolute_error": lambda t, p: abs(t - p),
    "mean_absolute_percentage_error": lambda t, p: 100 * abs((t - p) / t),
    "mean_squared_logarithmic_error": lambda t, p: (np.log1p(t) - np.log1p(p)) ** 2,
    "log_cosh": lambda t, p: np.log(np.cosh(p - t)),
    "huber": lambda t, p: np.where(
        abs(t - p) <= 1, (t - p) ** 2 / 2, abs(t - p) - 1 / 2
    ),
    "poisson": lambda t, p: p - t * np.log(p + EPSILON),
}
ALIASES = {
    "mean_squared_error": ["mse", "MSE"],
    "mean_absolute_error": ["mae", "MAE"],
    "mean_absolute_percentage_error": ["mape", "MAPE"],
    "mean_squared_logarithmic_error": ["msle", "MSLE"],
}


@pytest.fixture(scope="module")
def counts(regression):
    """Positive targets, which every loss of a regression can take."""
    X, y = regression
    return X, 1 + abs(y)


def fit_regressor(data, loss, activation="softplus"):
    return KerasRegressor(
        net, activation=activation, loss=loss, verbose=0, random_state=0
    ).fit(*data)


@pytest.mark.parametrize("loss", REGRESSION)
def test_regression_losses(counts, loss):
    X, y = counts
    regressor = fit_regressor(counts, loss)
    predicted = regressor.predict(X)
    assert predicted.shape == y.shape
    by_hand = REGRESSION[loss](y, predicted).mean()
    assert regressor.evaluate(X, y)["loss"] == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("loss", ALIASES)
def test_aliases_are_the_same_loss(counts, loss):
    expected = fit_regressor(counts, loss).history_
    for alias in ALIASES[loss]:
        assert fit_regressor(counts, alias).history_ == expected


def test_a_function_as_a_loss(counts):
    X, y = counts

    def pinball(y_true, y_pred):
        """Koenker and Bassett, Econometrica 46, 1978: its minimum is a quantile."""
        error = y_true - y_pred
        return keras.ops.mean(keras.ops.maximum(0.9 * error, -0.1 * error), axis=-1)

    regressor = KerasRegressor(
        net,
        loss=pinball,
        optimizer="adam",
        optimizer__learning_rate=0.03,
        epochs=60,
        verbose=0,
        random_state=0,
    ).fit(X, y)
    error = y - regressor.predict(X)
    by_hand = np.maximum(0.9 * error, -0.1 * error).mean()
    assert regressor.evaluate(X, y)["loss"] == pytest.approx(by_hand, rel=1e-4)
    assert (error < 0).mean() == pytest.approx(0.9, abs=0.07)


def fit_classifier(data, loss, activation, units):
    return KerasClassifier(
        net,
        activation=activation,
        units=units,
        loss=loss,
        verbose=0,
        random_state=0,
    ).fit(*data)


TWO_CLASSES = {
    "binary_crossentropy": (
        "sigmoid",
        lambda t, p: -(t * np.log(clip(p)) + (1 - t) * np.log(1 - clip(p))),
    ),
    "binary_focal_crossentropy": (
        "sigmoid",
        # Lin et al., ICCV 2017, with the exponent 2 that Keras takes by default.
        lambda t, p: (
            -(t * (1 - p) ** 2 * np.log(clip(p)) + (1 - t) * p**2 * np.log(clip(1 - p)))
        ),
    ),
    "hinge": (None, lambda t, p: np.maximum(1 - (2 * t - 1) * p, 0)),
    "squared_hinge": (None, lambda t, p: np.maximum(1 - (2 * t - 1) * p, 0) ** 2),
}


@pytest.mark.parametrize("loss", TWO_CLASSES)
def test_losses_of_two_classes(binary, loss):
    X, codes = binary
    activation, formula = TWO_CLASSES[loss]
    y = np.array(["no", "yes"])[codes]
    classifier = fit_classifier((X, y), loss, activation, 1)
    raw = classifier.model_.predict(X.astype("float32"), verbose=0)[:, 0]
    by_hand = formula(codes, raw.astype(float)).mean()
    assert classifier.evaluate(X, y)["loss"] == pytest.approx(by_hand, rel=1e-4)


THREE_CLASSES = {
    "categorical_crossentropy": lambda t, p: -(t * np.log(p)).sum(axis=1),
    "sparse_categorical_crossentropy": lambda t, p: -(t * np.log(p)).sum(axis=1),
    "categorical_focal_crossentropy": lambda t, p: (
        -(0.25 * (1 - p) ** 2 * t * np.log(p)).sum(axis=1)
    ),
    "kl_divergence": lambda t, p: (
        clip(t) * (np.log(np.clip(t, EPSILON, 1)) - np.log(np.clip(p, EPSILON, 1)))
    ).sum(axis=1),
    "categorical_hinge": lambda t, p: np.maximum(
        ((1 - t) * p).max(axis=1) - (t * p).sum(axis=1) + 1, 0
    ),
    "cosine_similarity": lambda t, p: -(unit(t) * unit(p)).sum(axis=1),
}


@pytest.mark.parametrize("loss", THREE_CLASSES)
def test_losses_of_three_classes(multiclass, loss):
    X, codes = multiclass
    y = np.array(["a", "b", "c"])[codes]
    classifier = fit_classifier((X, y), loss, "softmax", 3)
    raw = classifier.model_.predict(X.astype("float32"), verbose=0).astype(float)
    by_hand = THREE_CLASSES[loss](np.eye(3)[codes], raw).mean()
    assert classifier.evaluate(X, y)["loss"] == pytest.approx(by_hand, rel=1e-4)
    assert set(classifier.predict(X)) <= {"a", "b", "c"}
    estimates = loss not in ("categorical_hinge", "cosine_similarity")
    assert hasattr(classifier, "predict_proba") == estimates


@pytest.mark.parametrize("alias", ["kld", "KLD", "KLDivergence"])
def test_aliases_of_a_divergence_encode_alike(multiclass, alias):
    expected = fit_classifier(multiclass, "kl_divergence", "softmax", 3)
    classifier = fit_classifier(multiclass, alias, "softmax", 3)
    assert classifier.history_ == expected.history_
    assert hasattr(classifier, "predict_proba")


def test_label_smoothing_of_an_instance_and_routed(multiclass):
    X, y = multiclass
    routed = KerasClassifier(
        net,
        activation="softmax",
        units=3,
        loss="categorical_crossentropy",
        loss__label_smoothing=0.1,
        verbose=0,
        random_state=0,
    ).fit(X, y)
    instance = fit_classifier(
        multiclass,
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        "softmax",
        3,
    )
    smoothed = 0.9 * np.eye(3)[y] + 0.1 / 3
    by_hand = -(smoothed * np.log(instance.predict_proba(X))).sum(axis=1).mean()
    assert instance.evaluate(X, y)["loss"] == pytest.approx(by_hand, rel=1e-4)
    assert routed.history_ == instance.history_


ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
    "selu": lambda z: (
        1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(z))
    ),
    "gelu": lambda z: z * ndtr(z),
    "swish": lambda z: z / (1 + np.exp(-z)),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.logaddexp(z, 0),
    "softmax": lambda z: softmax(z, axis=1),
    "linear": lambda z: z,
    "prelu": lambda z: np.where(z > 0, z, 0.25 * z),
}
LAYERS = {
    "leaky_relu": keras.layers.LeakyReLU(negative_slope=0.2),
    "prelu": keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25)),
    "elu": keras.layers.ELU(),
    "softmax": keras.layers.Softmax(),
    "relu": keras.layers.ReLU(),
}


@pytest.mark.parametrize(
    ("name", "layer"),
    [*((n, None) for n in ACTIVATIONS if n != "prelu"), *LAYERS.items()],
)
def test_activations_by_name_and_as_layers(regression, name, layer):
    X, y = regression

    def create_model():
        hidden = keras.layers.Dense(5, activation=None if layer else name)
        return keras.Sequential(
            [
                keras.Input((4,)),
                hidden,
                *([type(layer).from_config(layer.get_config())] if layer else []),
                keras.layers.Dense(1),
            ]
        )

    regressor = KerasRegressor(create_model, loss="mse", verbose=0, random_state=0)
    layers = regressor.initialize(X, y).model_.layers
    (W, b), (V, c) = layers[0].get_weights(), layers[-1].get_weights()
    by_hand = ACTIVATIONS[name](X @ W + b) @ V + c
    np.testing.assert_allclose(
        regressor.predict(X), by_hand[:, 0], rtol=1e-3, atol=1e-5
    )


def test_the_modern_form_of_init_uniform(binary):
    """``init="uniform"`` drew between -0.05 and 0.05."""

    def create_model(kernel_initializer="glorot_uniform"):
        return keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(50, kernel_initializer=kernel_initializer),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )

    classifier = KerasClassifier(
        create_model, loss="bce", kernel_initializer="random_uniform", verbose=0
    )
    kernel = classifier.initialize(*binary).model_.get_weights()[0]
    assert abs(kernel).max() <= 0.05
    assert kernel.std() == pytest.approx(0.1 / np.sqrt(12), rel=0.2)
    with pytest.raises(ValueError, match="kernel_initializer"):
        classifier.set_params(init="uniform").fit(*binary)
