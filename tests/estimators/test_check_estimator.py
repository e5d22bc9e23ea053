"""scikit-learn's own checks, all of them."""

import keras
import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)

pytestmark = pytest.mark.in_turn

EXPECTED_FAILED_CHECKS = {
    f"check_sample_weight_equivalence_on_{kind}_data": (
        "Repeated rows fall into other mini-batches than weighted ones; see "
        "test_sample_weight.py for the full-batch equality."
    )
    for kind in ("dense", "sparse")
}


def create_classifier(meta):
    units, activation = 1, "sigmoid"
    if meta["target_type_"] != "binary":
        units = meta["n_classes_"]
    if meta["target_type_"] == "multiclass":
        activation = "softmax"
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(units, activation=activation),
        ]
    )
    sparse = meta["target_type_"] == "multiclass"
    loss = "sparse_categorical_crossentropy" if sparse else "binary_crossentropy"
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
    return model


def create_regressor(meta):
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(meta["n_outputs_"]),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    return model


def checks():
    for estimator in (
        KerasClassifier(create_classifier, epochs=30, verbose=0),
        KerasRegressor(create_regressor, epochs=10, verbose=0),
        KerasMLPClassifier(epochs=20),
        KerasMLPRegressor(epochs=20),
    ):
        for instance, check in estimator_checks_generator(
            estimator, expected_failed_checks=EXPECTED_FAILED_CHECKS, mark="skip"
        ):
            name = getattr(check, "func", check).__name__
            case = f"{type(instance).__name__}-{name}"
            yield pytest.param(instance, check, id=case)


# check_classifiers_one_label fits one class on purpose.
@pytest.mark.filterwarnings("ignore:y has one class only:UserWarning")
@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_estimator_passes(estimator, check):
    check(estimator)
