"""What scikeras users rely on, and scikit-learn's habit where that differs."""

import keras
import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skkeras import KerasClassifier, KerasMLPClassifier


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8", "bool"])
def test_labels_of_a_matrix_are_integers_as_in_scikit_learn(binary, dtype):
    X, _ = binary
    y = (X[:, :3] > 0).astype(dtype)
    predicted = KerasMLPClassifier((8,), l2=0.01, epochs=2).fit(X, y).predict(X)
    with pytest.warns(ConvergenceWarning):
        reference = MLPClassifier((8,), max_iter=2).fit(X, y).predict(X)
    assert predicted.dtype == reference.dtype
    assert set(np.unique(predicted)) <= {0, 1}


class Calls(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_begin(self, logs=None):
        self.seen.append("train")

    def on_predict_begin(self, logs=None):
        self.seen.append("predict")


class CallsOfClass(Calls):
    made = []  # noqa: RUF012, shared on purpose

    def __init__(self, name):
        super().__init__()
        self.name = name
        CallsOfClass.made.append(self)


def test_callbacks_of_predictions(compiled, binary):
    both, of_fit, of_predict = Calls(), Calls(), Calls()
    classifier = KerasClassifier(
        compiled,
        callbacks=both,
        fit__callbacks=of_fit,
        predict__callbacks=[of_predict],
        verbose=0,
        predict__verbose=0,
    ).fit(*binary)
    classifier.predict(binary[0])
    assert (both.seen, of_fit.seen, of_predict.seen) == (
        ["train", "predict"],
        ["train"],
        ["predict"],
    )
    of_call = Calls()
    classifier.predict_proba(binary[0], callbacks=[of_call])
    assert of_call.seen == ["predict"]


def test_callback_classes_of_predictions_take_routed_arguments(compiled, binary):
    CallsOfClass.made.clear()
    classifier = KerasClassifier(
        compiled,
        predict__callbacks=[CallsOfClass],
        predict__callbacks__0__name="mine",
        predict__verbose=0,
        verbose=0,
    )
    classifier.fit(*binary).predict(binary[0])
    (made,) = CallsOfClass.made
    assert (made.name, made.seen) == ("mine", ["predict"])


def test_an_unknown_parameter_of_an_estimator_without_a_model():
    with pytest.raises(ValueError, match="Invalid parameter 'test'"):
        KerasClassifier().set_params(test=3)
