"""Values of a wrong kind are refused, with what to write, before anything trains."""

import keras
import numpy as np
import pytest

from skkeras import KerasClassifier, KerasMLPClassifier, KerasRegressor


def untouched(meta):
    return keras.Sequential(
        [keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1, "sigmoid")]
    )


class NoTraining(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        pytest.fail("training began")


OF_BOTH = [
    ({"verbose": "x"}, "^verbose must be an integer of at least 0 or 'auto', got 'x'"),
    ({"verbose": -1}, "^verbose must be"),
    ({"verbose": 1.5}, "^verbose must be"),
    ({"verbose": None}, "^verbose must be"),
    ({"optimizer": None}, "^optimizer=None is no optimizer. You must provide"),
    ({"optimizer": 0.1}, "^optimizer=0.1 is no optimizer"),
    ({"optimizer": ["adam"]}, r"^optimizer=\['adam'\] is no optimizer"),
    ({"optimizer": keras.losses.MeanSquaredError}, "^optimizer=.* is no class of opt"),
    ({"loss": 3}, "^loss=3 holds 3, which is no loss"),
    ({"epochs": "3"}, "^epochs must be an integer of at least 1, got '3'"),
    ({"epochs": None}, "^epochs must be"),
    ({"batch_size": "all"}, "^batch_size must be"),
]
OF_FACTORIES = [
    *OF_BOTH,
    ({"loss": [None]}, r"^loss=\[None\] holds nothing to minimise: provide a loss"),
    ({"loss": {"output": None}}, "^loss=.* holds nothing to minimise"),
    ({"loss": ["mse", 3]}, "holds 3, which is no loss"),
    ({"loss": []}, r"^loss=\[\] holds nothing"),
    ({"metrics": 3}, "^metrics=3 holds 3, which is no metric"),
    ({"metrics": [["AUC", 3]]}, "^metrics=.* holds 3, which is no metric"),
    ({"metrics": {"output": 3}}, "^metrics=.* holds 3"),
    ({"metrics": ["fmeasure"]}, r"The modern name is keras.metrics.F1Score\."),
    ({"shuffle": "batch"}, "shuffle"),
    ({"fit__shuffle": "batch"}, "^shuffle must be True or False, got 'batch'"),
    ({"fit__verbose": "x"}, "^verbose must be"),
    ({"fit__initial_epoch": -1}, "^initial_epoch must be an integer of at least 0"),
    ({"fit__steps_per_epoch": 0}, "^steps_per_epoch must be"),
    ({"fit__validation_freq": 0}, "^validation_freq must be"),
    ({"fit__validation_data": "x"}, "^validation_data must be"),
    ({"fit__validation_data": (1,)}, "^validation_data must be"),
]


@pytest.mark.parametrize(("params", "match"), OF_FACTORIES, ids=str)
def test_of_estimators_around_a_factory(binary, params, match):
    params = {
        "loss": "binary_crossentropy",
        "verbose": 0,
        "callbacks": NoTraining(),
        **params,
    }
    with pytest.raises(ValueError, match=match):
        KerasClassifier(untouched, **params).fit(*binary)


@pytest.mark.parametrize(("params", "match"), OF_BOTH, ids=str)
def test_of_perceptrons(binary, params, match):
    with pytest.raises(ValueError, match=match):
        KerasMLPClassifier(callbacks=NoTraining(), **params).fit(*binary)


@pytest.mark.parametrize("verbose", [0, 1, 2, "auto", True, False, np.int64(2)])
def test_verbosities(binary, verbose, capsys):
    KerasClassifier(untouched, loss="binary_crossentropy", verbose=verbose).fit(*binary)
    assert bool(capsys.readouterr().out) == bool(verbose)


def two_heads(meta, compile_kwargs):
    inputs = keras.Input((4,))
    heads = [keras.layers.Dense(1, name=name)(inputs) for name in "ab"]
    model = keras.Model(inputs, heads)
    model.compile(**compile_kwargs)
    return model


class TwoTargets(KerasRegressor):
    @property
    def target_encoder(self):
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(
            lambda y: [y[:, [0]], y[:, [1]]], np.column_stack, check_inverse=False
        )


MSE, MAE = keras.metrics.MeanSquaredError, keras.metrics.MeanAbsoluteError
PER_OUTPUT = [
    {"a": [MSE, MAE], "b": [MSE, MAE]},
    {"a": [MSE(), MAE()], "b": [MSE(), MAE()]},
    [[MSE, MAE], [MSE, MAE]],
    {"a": ["MeanSquaredError", MAE], "b": (MSE, "MeanAbsoluteError")},
]


@pytest.mark.parametrize("metrics", PER_OUTPUT, ids=str)
def test_metrics_of_each_output(binary, metrics):
    X, _ = binary
    for _ in range(2):
        fitted = TwoTargets(
            two_heads, loss=["mse", "mse"], metrics=metrics, verbose=0
        ).fit(X, X[:, :2])
        assert {name for name in fitted.history_ if "mean" in name} == {
            "a_mean_squared_error",
            "a_mean_absolute_error",
            "b_mean_squared_error",
            "b_mean_absolute_error",
        }
        measured = fitted.evaluate(X, X[:, :2])
    errors = X[:, :2] - fitted.predict(X)
    for column, name in enumerate("ab"):
        expected = np.mean(errors[:, column] ** 2)
        assert measured[f"{name}_mean_squared_error"] == pytest.approx(expected, 1e-4)
