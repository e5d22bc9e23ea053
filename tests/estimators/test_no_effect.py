"""A parameter takes effect, or it is refused by name before anything trains."""

import re

import keras
import numpy as np
import pytest
from sklearn.base import clone

from skkeras import KerasClassifier, KerasRegressor


def untouched(meta):
    """Build what must not be trained: the callback would notice."""
    return keras.Sequential(
        [keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1, "sigmoid")]
    )


class NoTraining(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        pytest.fail("training began")


def refused(model, data, match, *, error=ValueError, **params):
    params = {"verbose": 0, "fit__callbacks": NoTraining(), **params}
    with pytest.raises(error, match=match):
        KerasClassifier(model, **params).fit(*data)


ROUTED = [
    ("fit__epoch", "epochs"),
    ("fit__batchsize", "batch_size"),
    ("fit__nb_epoch", "The modern name is epochs"),
    ("fit__sample_weight_mode", "sample_weight of fit"),
    ("fit__no_such", "takes no 'no_such'"),
    ("predict__batchsize", "Did you mean 'batch_size'"),
    ("predict__epochs", "Model.predict takes no 'epochs'"),
    ("compile__loss_weight", "Did you mean 'loss_weights'"),
    ("compile__target_tensors", "The modern name is add_loss"),
    ("callbacks__patience", "callbacks is None"),
    ("loss__label_smothing", "Did you mean 'label_smoothing'"),
    ("loss__0__label_smoothing", "there is no loss__0"),
    ("metrics__0__curve", "metrics is None"),
    ("weighted_metrics__curve", "weighted_metrics is None"),
    ("optimizer__0__momentum", "there is no optimizer__0"),
    ("optimizer__momentun", "Did you mean 'momentum'"),
    ("optimizer__learning_rate__decay_steps", "learning_rate whose argument"),
    ("model__units__more", "nothing is routed beyond"),
    ("optimiser__momentum", "Did you mean 'optimizer'"),
    ("no_such__momentum", "nothing is called 'no_such'"),
]


def without_address(value):
    """Name a case the same in every process that runs tests."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.parametrize(("name", "match"), ROUTED)
def test_routed_names_that_nothing_takes(binary, name, match):
    params = {"loss": "binary_crossentropy", "optimizer": "sgd", name: 1}
    refused(untouched, binary, f"^{name}.*{match}", **params)


PLACES = [
    ({"callbacks__1__patience": 2}, "^callbacks__1__patience.*has no '1', only '0'"),
    ({"callbacks__0__patienc": 2}, "^callbacks__0__patienc.*Did you mean 'patience'"),
    ({"callbacks__patienc": 2}, "^callbacks__patienc is no argument of EarlyStopping"),
    (
        {
            "callbacks": {"stop": keras.callbacks.EarlyStopping},
            "callbacks__stp__mode": 1,
        },
        "^callbacks__stp__mode.*has no 'stp', only 'stop'. Did you mean 'stop'",
    ),
    (
        {"callbacks": keras.callbacks.History(), "callbacks__mode": 1},
        "^callbacks__mode has no effect, since callbacks is <",
    ),
    ({"callbacks": [], "callbacks__mode": 1}, "^callbacks__mode.*callbacks is empty"),
    ({"metrics": ["AUC"], "metrics__0__curv": "PR"}, "^metrics__0__curv.*'curve'"),
    ({"metrics": ["AUC"], "metrics__AUC__curve": "PR"}, "^metrics__AUC__curve.*only"),
    ({"metrics": ["accuracy"], "metrics__0__dtype": "x"}, "^metrics__0__dtype has no"),
    (
        {"optimizer": keras.optimizers.SGD(), "optimizer__momentum": 0.9},
        "^optimizer__momentum has no effect, since optimizer is <",
    ),
    (
        {"loss": keras.losses.BinaryCrossentropy(), "loss__label_smoothing": 0.9},
        "^loss__label_smoothing has no effect, since loss is <",
    ),
]


@pytest.mark.parametrize(("params", "match"), PLACES)
def test_arguments_for_what_is_not_there(binary, params, match):
    params = {
        "loss": "binary_crossentropy",
        "callbacks": [keras.callbacks.EarlyStopping],
        **params,
    }
    refused(untouched, binary, match, **params)


def test_routed_names_that_are_used(binary, uncompiled):
    X, y = binary
    params = {
        "loss": "binary_crossentropy",
        "activation": "sigmoid",
        "optimizer": "sgd",
        "verbose": 0,
        "random_state": 0,
    }
    plain = KerasClassifier(uncompiled, class_weight={0: 1, 1: 9}, **params)
    routed = KerasClassifier(uncompiled, fit__class_weight={0: 1, 1: 9}, **params)
    expected = plain.fit(X, y).predict_proba(X)
    np.testing.assert_array_equal(routed.fit(X, y).predict_proba(X), expected)
    of_call = KerasClassifier(uncompiled, fit__class_weight="balanced", **params)
    of_call.fit(X, y, class_weight={0: 1, 1: 9})
    np.testing.assert_array_equal(of_call.predict_proba(X), expected)
    with pytest.raises(TypeError, match="class_weight is not for KerasRegressor"):
        KerasRegressor(uncompiled, loss="mse", verbose=0, fit__class_weight={}).fit(
            X, y
        )


def test_arguments_of_a_routed_schedule(binary, uncompiled):
    classifier = KerasClassifier(
        uncompiled,
        activation="sigmoid",
        loss="binary_crossentropy",
        optimizer="sgd",
        optimizer__learning_rate=keras.optimizers.schedules.InverseTimeDecay,
        optimizer__learning_rate__initial_learning_rate=0.5,
        optimizer__learning_rate__decay_steps=1,
        optimizer__learning_rate__decay_rate=1.0,
        verbose=0,
    ).fit(*binary)
    # 120 rows in batches of 32 are 4 steps: 0.5 / (1 + 4)
    assert float(classifier.model_.optimizer.learning_rate) == pytest.approx(0.1)


def test_routed_weighted_metrics(binary, uncompiled):
    classifier = KerasClassifier(
        uncompiled,
        activation="sigmoid",
        loss="binary_crossentropy",
        compile__weighted_metrics=["AUC"],
        weighted_metrics__0__curve="PR",
        verbose=0,
    ).fit(*binary)
    (metric,) = classifier.model_._compile_metrics._user_weighted_metrics
    assert metric.curve.value == "PR"


def test_parameters_for_a_model_that_is_no_function(binary):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    for name, match in [
        ("units", "'units' has no effect: model is a Keras model"),
        ("model__units", "'units' has no effect: model is a Keras model"),
        ("nb_epoch", "modern name is epochs"),
        ("epoch", "Did you mean 'epochs'"),
        ("optimiser__momentum", "Did you mean 'optimizer'"),
    ]:
        refused(model, binary, match, **{name: 1})


def own_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def compiles_itself(meta):
    model = untouched(meta)
    model.compile(
        keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"]
    )
    return model


IGNORED = [
    {"optimizer": keras.optimizers.Adam(0.5)},
    {"optimizer": keras.optimizers.SGD(0.01)},
    {"optimizer": keras.optimizers.SGD},
    {"optimizer": "sgd"},
    {"optimizer": None},
    {"loss": keras.losses.MeanSquaredError()},
    {"loss": keras.losses.MeanSquaredError},
    {"loss": keras.losses.mean_squared_error},
    {"loss": keras.losses.BinaryCrossentropy(label_smoothing=0.1)},
    {"loss": own_loss},
    {"loss": ["mse"]},
    {"loss": {"output": "mse"}},
    {"loss": "mse"},
    {"metrics": ["AUC"]},
    {"metrics": [keras.metrics.AUC()]},
    {"metrics": [own_loss]},
    {"metrics": ["accuracy", "AUC"]},
    {"metrics": {"output": ["AUC"]}},
]


@pytest.mark.parametrize("params", IGNORED, ids=without_address)
def test_what_a_factory_compiles_otherwise(binary, params):
    ((name, value),) = params.items()
    with pytest.raises(ValueError, match=f"^{name}=.* has no effect") as error:
        KerasClassifier(
            compiles_itself, verbose=0, fit__callbacks=NoTraining(), **params
        ).fit(*binary)
    compiled = {"optimizer": "Adam", "loss": "binary_cross", "metrics": "accuracy"}
    said = str(error.value)
    assert repr(value) in said
    assert compiled[name] in said.split("has no effect")[1]


@pytest.mark.parametrize(
    "params",
    [
        {"optimizer": "adam"},
        {"optimizer": keras.optimizers.Adam},
        {"optimizer": keras.optimizers.Adam(0.01)},
        {"loss": "binary_crossentropy"},
        {"loss": keras.losses.BinaryCrossentropy()},
        {"loss": keras.losses.binary_crossentropy},
        {"metrics": ["accuracy"]},
        {"metrics": "acc"},
    ],
    ids=without_address,
)
def test_what_a_factory_compiles_as_well(binary, params):
    fitted = KerasClassifier(compiles_itself, verbose=0, **params).fit(*binary)
    assert float(fitted.model_.optimizer.learning_rate) == pytest.approx(0.01)


def test_a_factory_that_got_the_value_may_change_it(binary):
    def halves(meta, compile_kwargs):
        model = untouched(meta)
        compile_kwargs["optimizer"].learning_rate = 0.5
        compile_kwargs["metrics"] = ["accuracy", *compile_kwargs["metrics"]]
        model.compile(**compile_kwargs)
        return model

    fitted = KerasClassifier(
        halves,
        loss="binary_crossentropy",
        loss__label_smoothing=0.1,
        optimizer=keras.optimizers.SGD(0.1),
        metrics=["AUC"],
        verbose=0,
    ).fit(*binary)
    assert float(fitted.model_.optimizer.learning_rate) == 0.5
    assert set(fitted.history_) == {"loss", "accuracy", "auc"}


def test_an_optimizer_instance_that_a_factory_takes_stays_as_it_was(binary):
    def takes_it(meta, optimizer="sgd"):
        model = untouched(meta)
        model.compile(optimizer, "binary_crossentropy")
        return model

    given = keras.optimizers.Adam(0.25)
    classifier = KerasClassifier(takes_it, optimizer=given, verbose=0)
    for _ in range(2):
        fitted = clone(classifier).fit(*binary)
        classifier.fit(*binary)
        assert not given.built
        assert classifier.model_.optimizer is not given
        assert float(fitted.model_.optimizer.learning_rate) == 0.25


def test_eager_running_that_a_factory_does_not_ask_for(binary):
    refused(compiles_itself, binary, "^run_eagerly=True has no", run_eagerly=True)
    refused(
        compiles_itself, binary, "^compile__jit_compile has no", compile__jit_compile=0
    )
