"""Every mistake is named, with its value and what to do, before anything trains."""

import keras
import numpy as np
import pytest

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)


def with_value(array, value):
    changed = array.astype(float)
    changed[0] = value
    return changed


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_x_must_be_finite(binary, value):
    X, y = binary
    with pytest.raises(ValueError, match="Input X contains"):
        KerasMLPClassifier().fit(with_value(X, value), y)


@pytest.mark.parametrize("estimator", [KerasMLPClassifier(), KerasMLPRegressor()])
def test_y_must_not_be_nan(binary, estimator):
    X, y = binary
    with pytest.raises(ValueError, match="y contains NaN"):
        estimator.fit(X, with_value(y, np.nan))


def test_a_loss_of_classes_that_fit_did_not_see_is_refused(binary):
    X, y = binary
    classifier = KerasMLPClassifier(l2=0.01, epochs=1).fit(X, y)
    for method in (classifier.evaluate, classifier.partial_fit):
        with pytest.raises(ValueError, match=r"not seen in fit: \[2\]; fit saw"):
            method(X, np.where(y == 0, 2, y))


MISFITS = [
    ("softmax", 1, "binary_crossentropy", "binary", "softmax of 1 unit"),
    ("sigmoid", 1, "binary_crossentropy", "multiclass", "1 unit, but y has 3 classes"),
    (
        "softmax",
        2,
        "categorical_crossentropy",
        "multiclass",
        "has 2 units, but y has 3",
    ),
    ("softmax", 5, "categorical_crossentropy", "binary", "has 5 units, but y has 2"),
    ("sigmoid", 1, "categorical_crossentropy", "binary", "one output unit a class"),
    ("sigmoid", 1, "sparse_categorical_crossentropy", "binary", "one output unit a"),
    ("tanh", 1, "binary_crossentropy", "binary", "expects probabilities"),
    (None, 1, "binary_crossentropy", "binary", "from_logits=True for a linear"),
    ("sigmoid", 1, "hinge", "binary", "separates at 0"),
    (
        "sigmoid",
        1,
        keras.losses.BinaryCrossentropy(from_logits=True),
        "binary",
        "logits",
    ),
]


@pytest.mark.parametrize(("activation", "units", "loss", "data", "message"), MISFITS)
def test_a_head_that_does_not_fit(
    uncompiled, request, activation, units, loss, data, message
):
    X, y = request.getfixturevalue(data)
    classifier = KerasClassifier(
        uncompiled, activation=activation, n_outputs=units, loss=loss, verbose=0
    )
    with pytest.raises(ValueError, match=message):
        classifier.fit(X, y)


def test_a_regression_head_that_does_not_fit(uncompiled, regression):
    regressor = KerasRegressor(uncompiled, n_outputs=2, loss="mse", verbose=0)
    with pytest.raises(ValueError, match="has 2 units, but y has 1 targets"):
        regressor.fit(*regression)
    regressor = KerasRegressor(uncompiled, activation="softmax", loss="mse", verbose=0)
    with pytest.raises(ValueError, match="softmax of 1 unit"):
        regressor.fit(*regression)


UNKNOWN = [
    ({"optimizer": "adamm"}, "interpret optimizer='adamm': it is no optimizer.*'adam'"),
    ({"loss": "binary_crosentropy"}, "no loss of Keras. Did you mean 'binary_cross"),
    ({"loss": "cosine_proximity"}, "old name: use loss='cosine_similarity'"),
    ({"metrics": ["acuracy"]}, "no metric of Keras. Did you mean 'accuracy'"),
    ({"nb_epoch": 3}, "'nb_epoch' is taken neither.*modern name is epochs"),
    ({"lr": 0.1}, "'lr' is taken neither.*optimizer__learning_rate"),
    ({"decay": 0.1}, "'decay' is taken neither.*schedule"),
    ({"init": "uniform"}, "'init' is taken neither.*kernel_initializer"),
    ({"unitz": 3}, "'unitz' is taken neither.*Did you mean 'units'"),
    ({"model__unitz": 3}, "'unitz' is taken neither.*Did you mean 'units'"),
    ({"optimizer__lr": 0.1}, "optimizer__lr is no argument of Adam.*learning_rate"),
    ({"optimizer__rho": 0.9}, "optimizer__rho is no argument of Adam"),
    ({"optimizer__amsgrd": True}, "no argument of Adam. Did you mean 'amsgrad'"),
    ({"epochs": 0}, "epochs must be an integer of at least 1, got 0"),
    ({"epochs": -1}, "epochs must be an integer of at least 1, got -1"),
    ({"epochs": 1.5}, "epochs must be an integer of at least 1, got 1.5"),
    ({"batch_size": 0}, "batch_size must be .* or -1 for all rows at once, got 0"),
    ({"batch_size": -2}, "batch_size must be"),
    ({"validation_split": 1.0}, "validation_split must be"),
    ({"validation_split": 0.9999}, "leaves 0 to train on and 120 to validate on"),
    ({"engine": "fast"}, "'engine' parameter of KerasClassifier must be"),
    ({"class_weight": "equal"}, "class_weight"),
]


@pytest.mark.parametrize(("params", "message"), UNKNOWN)
def test_parameters(uncompiled, binary, params, message):
    params = {"loss": "binary_crossentropy", "optimizer": "adam", **params}
    classifier = KerasClassifier(uncompiled, activation="sigmoid", verbose=0, **params)
    with pytest.raises(ValueError, match=message):
        classifier.fit(*binary)


def test_arguments_of_fit(compiled, binary):
    classifier = KerasClassifier(compiled, verbose=0)
    with pytest.raises(TypeError, match=r"'nb_epoch'\. The modern name is epochs"):
        classifier.fit(*binary, nb_epoch=3)
    with pytest.raises(TypeError, match="partial_fit trains one epoch"):
        classifier.partial_fit(*binary, epochs=3)
    with pytest.raises(TypeError, match="callbacks must be a Keras callback"):
        classifier.fit(*binary, callbacks=["early"])


def test_perceptron_parameters(binary):
    for params, message in [
        ({"activation": "relo"}, "activation='relo'.*'relu'"),
        ({"dropout": 1.0}, "'dropout' parameter of KerasMLPClassifier"),
        ({"l2": -1}, "'l2' parameter"),
        ({"learning_rate": 0}, "'learning_rate' parameter"),
        ({"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes"),
        ({"validation_fraction": 1.0}, "'validation_fraction' parameter"),
        ({"loss": "no_such_loss"}, "no loss of Keras"),
    ]:
        with pytest.raises(ValueError, match=message):
            KerasMLPClassifier(**params).fit(*binary)


def test_a_loss_for_one_class_a_row_with_many_labels(binary):
    X, _ = binary
    labels = (X[:, :3] > 0).astype(int)
    classifier = KerasMLPClassifier(loss="categorical_crossentropy")
    with pytest.raises(ValueError, match="78 of 120 rows of y have several, or none"):
        classifier.fit(X, labels)


def test_parameters_a_compiled_model_would_ignore(compiled, binary):
    for params, message in [
        ({"optimizer": "sgd"}, "optimizer='sgd' has no effect"),
        ({"optimizer__learning_rate": 0.1}, "optimizer__learning_rate has no effect"),
        ({"loss": "mse"}, "loss='mse' has no effect"),
    ]:
        with pytest.raises(ValueError, match=message):
            KerasClassifier(compiled, verbose=0, **params).fit(*binary)


def test_factories_that_are_none(binary, uncompiled):
    for model, error, message in [
        (None, ValueError, "KerasClassifier needs a model"),
        ("sequential", TypeError, "model must be a function"),
        (lambda: None, TypeError, "must return a Keras model, but it returned None"),
        (uncompiled, ValueError, "not compiled and the estimator has no loss"),
    ]:
        with pytest.raises(error, match=message):
            KerasClassifier(model, verbose=0).fit(*binary)


def test_weights_that_are_all_zero(binary):
    X, y = binary
    with pytest.raises(ValueError, match="at least one non-zero"):
        KerasMLPClassifier().fit(X, y, sample_weight=np.zeros(len(y)))


def test_rows_of_another_shape(binary):
    X, y = binary
    classifier = KerasMLPClassifier(l2=0.01, epochs=1).fit(X, y)
    with pytest.raises(ValueError, match="X has 3 features, but KerasMLPClassifier"):
        classifier.predict(X[:, :3])


def test_targets_of_several_columns_of_classes(binary):
    X, y = binary
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        KerasMLPClassifier().fit(X, np.column_stack([y, y + 1]))


def test_a_continuous_target_is_no_class(regression):
    with pytest.raises(ValueError, match="Unknown label type"):
        KerasMLPClassifier().fit(*regression)
