"""Names of old tutorials get the modern one, wherever they are written."""

import copy
import math
import pickle
import re
from inspect import signature

import keras
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)
from skkeras.estimators import legacy
from skkeras.estimators.building.compilation import _optimizer_classes, check_numbers
from skkeras.estimators.legacy import hints_for


def model_with(*layers, optimizer="sgd", **compile_kwargs):
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer, "binary_crossentropy", **compile_kwargs)
    return model


def dense(**arguments):
    return lambda: model_with(keras.layers.Dense(**arguments))


IN_FACTORIES = [
    (dense(units=3, init="uniform"), "'init'.*kernel_initializer"),
    (dense(units=3, W_regularizer="l2"), "'W_regularizer'.*kernel_regularizer"),
    (dense(output_dim=3), "output_dim once.*'units'"),
    (lambda: keras.layers.Dropout(p=0.5), "called p once.*'rate'"),
    (lambda: keras.optimizers.Adam(lr=0.1), "'lr'.*learning_rate"),
    (lambda: keras.optimizers.Nadam(schedule_decay=1), "'schedule_decay'.*schedules"),
    (lambda: model_with(target_tensors=[1]), "'target_tensors'.*add_loss"),
    (lambda: model_with(sample_weight_mode="temporal"), "sample_weight of fit"),
    (lambda: model_with().fit_generator(1), "'fit_generator'.*fit"),
    (lambda: model_with().predict_classes(1), "'predict_classes'.*predict"),
    (lambda: keras.callbacks.ModelCheckpoint("a.h5", period=5), "'period'.*save_freq"),
    (lambda: keras.layers.merge([], mode="sum"), "'merge'.*Concatenate"),
]


@pytest.mark.parametrize(("create_model", "match"), IN_FACTORIES)
def test_in_a_factory(binary, create_model, match):
    with pytest.raises((ValueError, TypeError, AttributeError)) as caught:
        KerasClassifier(create_model, verbose=0).fit(*binary)
    notes = "\n".join(caught.value.__notes__)
    assert "raised in the model factory <lambda>" in notes
    assert re.search(match, notes)


def failing_factory():
    raise RuntimeError("no such file: weights.h5")


@pytest.mark.parametrize(
    "search",
    [
        lambda est, X, y: cross_val_score(est, X, y, cv=3),
        lambda est, X, y: GridSearchCV(est, {"epochs": [1, 2]}, cv=3).fit(X, y),
    ],
)
def test_the_error_of_a_factory_is_shown_where_all_fits_fail(binary, search):
    with pytest.raises(ValueError, match="fits failed") as caught:
        search(KerasClassifier(failing_factory, verbose=0), *binary)
    said = str(caught.value)
    assert "RuntimeError: no such file: weights.h5" in said
    assert "It was raised in the model factory failing_factory." in said


ATTRIBUTES = [
    ("predict_classes", "predict"),
    ("fit_generator", "fit, which takes a keras.utils.PyDataset"),
    ("train_on_batch", "partial_fit"),
    ("history", "history_"),
]


@pytest.mark.parametrize(
    "estimator",
    [KerasClassifier(), KerasRegressor(), KerasMLPClassifier(), KerasMLPRegressor()],
)
def test_as_an_attribute(estimator):
    for name, modern in ATTRIBUTES:
        assert not hasattr(estimator, name)
        with pytest.raises(AttributeError, match=f"The modern name is {modern}"):
            getattr(estimator, name)
    with pytest.raises(AttributeError, match="no attribute 'no_such'"):
        estimator.no_such  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'model_'"):
        estimator.model_  # noqa: B018
    assert copy.deepcopy(pickle.loads(pickle.dumps(estimator))).epochs


def test_methods_that_are_not_there_still_say_why():
    with pytest.raises(AttributeError, match="no attribute 'predict_proba'") as caught:
        KerasClassifier(loss="hinge").predict_proba([[1]])
    assert "its loss does not train the model" in str(caught.value.__cause__)


OF_PERCEPTRONS = [
    ("lr", "The modern name is learning_rate"),
    ("nb_epoch", "The modern name is epochs"),
    ("max_iter", "The modern name is epochs"),
    ("init", "The modern name is kernel_initializer"),
    ("alpha", "The modern name is l2"),
    ("hidden_layer_size", "Did you mean 'hidden_layer_sizes'"),
    ("epoch", "Did you mean 'epochs'"),
    ("batchsize", "Did you mean 'batch_size'"),
    ("validation_splt", "Did you mean 'validation_fraction'"),
    ("validation_split", "The modern name is validation_fraction"),
    ("target_tensors", "The modern name is add_loss"),
    ("sample_weight_mode", "The modern name is sample_weight of fit"),
    ("qqqqqq", r"'qqqqqq'\.$"),
]


@pytest.mark.parametrize("cls", [KerasMLPClassifier, KerasMLPRegressor])
@pytest.mark.parametrize(("name", "match"), OF_PERCEPTRONS)
def test_of_the_perceptrons(cls, name, match):
    class Sub(cls):
        def __init__(self, my=1, **kwargs):
            super().__init__(**kwargs)

    for one in (cls, Sub):
        said = f"^{one.__name__} has no parameter .*{match}"
        with pytest.raises(TypeError, match=said):
            one(**{name: 1})


OF_FACTORY_ESTIMATORS = [
    ("epoch", "Did you mean 'epochs'"),
    ("batchsize", "Did you mean 'batch_size'"),
    ("validation_splt", "Did you mean 'validation_split'"),
    ("sample_weight_mode", "sample_weight of fit"),
    ("target_tensors", "add_loss"),
    ("loss_weights", "compile__loss_weights"),
]


@pytest.mark.parametrize(("name", "match"), OF_FACTORY_ESTIMATORS)
def test_of_the_estimators(compiled, binary, name, match):
    with pytest.raises(ValueError, match=f"{name!r} is taken neither.*{match}"):
        KerasClassifier(compiled, verbose=0, **{name: 1}).fit(*binary)


def monitors(monitor):
    yield keras.callbacks.EarlyStopping(monitor=monitor)
    yield keras.callbacks.ReduceLROnPlateau(monitor=monitor)
    yield keras.callbacks.ModelCheckpoint("a.keras", monitor=monitor)


@pytest.mark.parametrize(
    ("metrics", "monitor", "match"),
    [
        (["accuracy"], "val_acc", "use monitor='val_accuracy'.$"),
        (["accuracy"], "acc", "use monitor='accuracy'.$"),
        (["acc"], "val_accuracy", "use monitor='val_acc'.$"),
        (None, "val_acc", r"use monitor='val_accuracy' and metrics=\['accuracy'\]"),
    ],
)
def test_of_a_watched_metric(uncompiled, binary, metrics, monitor, match):
    for callback in monitors(monitor):
        classifier = KerasClassifier(
            uncompiled,
            activation="sigmoid",
            loss="binary_crossentropy",
            metrics=metrics,
            callbacks=callback,
            validation_split=0.2,
            verbose=0,
        )
        said = f"^monitor='{monitor}' of {type(callback).__name__}.*{match}"
        with pytest.raises(ValueError, match=said):
            classifier.fit(*binary)


@pytest.mark.parametrize("cls", [KerasMLPClassifier, KerasMLPRegressor])
def test_of_a_watched_metric_of_a_perceptron(binary, cls):
    for callback in monitors("val_acc"):
        estimator = cls(callbacks=callback, early_stopping=True, epochs=2)
        with pytest.raises(ValueError, match=r"^monitor='val_acc' of .*use monitor="):
            estimator.fit(*binary)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", ["metrics", "weighted_metrics"])
def test_a_metric_that_was_in_a_factory(binary, kind, nested):
    metrics = [["accuracy", "fmeasure"]] if nested else ["fmeasure"]
    with pytest.raises(ValueError, match=r"'fmeasure'.*modern name is .*F1Score"):
        KerasClassifier(lambda: model_with(**{kind: metrics}), verbose=0).fit(*binary)


@pytest.mark.parametrize("name", ["acc", "accuracy"])
def test_a_metric_is_watched_as_it_was_given(uncompiled, binary, name):
    classifier = KerasClassifier(
        uncompiled,
        activation="sigmoid",
        loss="binary_crossentropy",
        metrics=[name],
        callbacks=keras.callbacks.EarlyStopping(monitor=f"val_{name}"),
        validation_split=0.2,
        epochs=2,
        verbose=0,
    ).fit(*binary)
    assert np.isfinite(classifier.history_[f"val_{name}"]).all()


def test_sgd_decay_in_a_factory_is_not_silent(binary):
    """Keras itself says that it ignores it."""
    with pytest.warns(UserWarning, match="`decay` is no longer supported"):
        KerasClassifier(
            lambda: model_with(optimizer=keras.optimizers.SGD(decay=0.1)), verbose=0
        ).fit(*binary)


def uses_backend(y_true, y_pred):
    return keras.backend.mean(keras.ops.square(y_true - y_pred))


class ReadsRate(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(self.model.optimizer.lr)


IN_TRAINING = [
    ({"loss": uses_backend}, "'mean' is keras.ops.mean"),
    ({"metrics": [uses_backend]}, "'mean' is keras.ops.mean"),
    ({"callbacks": [ReadsRate()]}, "'lr' is learning_rate"),
]


@pytest.mark.parametrize("engine", ["auto", "keras"])
@pytest.mark.parametrize(("own", "match"), IN_TRAINING)
def test_in_training(uncompiled, binary, own, match, engine):
    given = {"loss": "binary_crossentropy", "activation": "sigmoid"} | own
    with pytest.raises(AttributeError) as caught:
        KerasClassifier(uncompiled, engine=engine, verbose=0, **given).fit(*binary)
    # Once; JAX has a note of its own.
    notes = [note for note in caught.value.__notes__ if "modern name" in note]
    assert len(notes) == 1
    assert re.search(match, notes[0])


@pytest.mark.parametrize(
    ("name", "match"),
    [
        *((name, f"keras.ops.{name}") for name in ("mean", "square", "clip", "round")),
        *(("learning_phase", "training of call"), ("switch", "keras.ops.where")),
        *(("get_value", "convert_to_numpy"), ("set_session", "configure_gpu")),
        ("nothing_that_was", None),
    ],
)
def test_of_the_backend(name, match):
    with pytest.raises(AttributeError) as caught:
        getattr(keras.backend, name)
    hints = hints_for(caught.value)
    assert [match in hint for hint in hints] == ([True] if match else [])


WITH_EPSILON = [
    cls
    for cls in _optimizer_classes().values()
    if "epsilon" in signature(cls).parameters
]


@pytest.mark.parametrize("cls", WITH_EPSILON)
def test_none_for_a_number(cls):
    """Keras 2 documented ``Adam(epsilon=None)``, and Keras 3 fails as it trains."""
    optimizer = cls(epsilon=None)
    with pytest.raises(ValueError, match=f"^epsilon=None of .*{cls.__name__}.*is 1e-0"):
        check_numbers(optimizer)
    check_numbers(cls())


@pytest.mark.parametrize(
    "given",
    [
        {"optimizer": "adam", "optimizer__epsilon": None},
        {"optimizer": keras.optimizers.Adam(epsilon=None)},
    ],
)
def test_none_for_a_number_is_said_before_training(uncompiled, binary, given):
    classifier = KerasClassifier(
        uncompiled, loss="binary_crossentropy", activation="sigmoid", verbose=0, **given
    )
    with pytest.raises(ValueError, match=r"^epsilon=None of the optimizer Adam"):
        classifier.fit(*binary)


def test_none_is_left_to_an_optimizer_of_ones_own(uncompiled, binary):
    class Own(keras.optimizers.SGD):
        def __init__(self, beta=1.0, **kwargs):
            super().__init__(**kwargs)
            self.beta = None

    KerasClassifier(
        uncompiled, loss="mse", activation="sigmoid", optimizer=Own(), verbose=0
    ).fit(*binary)


@pytest.mark.parametrize(
    ("estimator", "name", "modern"),
    [
        (KerasClassifier(failing_factory), "nb_epoch", "epochs"),
        (KerasRegressor(failing_factory), "lr", "optimizer__learning_rate"),
        (KerasMLPClassifier(), "alpha", "l2"),
        (KerasMLPRegressor(), "lr", "learning_rate"),
    ],
)
def test_in_a_search(binary, estimator, name, modern):
    match = f"^Invalid parameter {name!r}.* The modern name is {modern}"
    for one, prefix in ((estimator, ""), (Pipeline([("net", estimator)]), "net__")):
        with pytest.raises(ValueError, match=re.compile(match, re.S)):
            one.set_params(**{f"{prefix}{name}": 1})
        with pytest.raises(ValueError, match=re.compile(match, re.S)):
            GridSearchCV(one, {f"{prefix}{name}": [1]}, cv=2).fit(*binary)
    with pytest.raises(ValueError, match=r"^Invalid parameter 'qqqq'") as caught:
        estimator.set_params(qqqq=1)
    assert "modern" not in str(caught.value)


def test_of_fit(compiled, binary):
    said = r"'show_accuracy'\. The modern name is metrics="
    with pytest.raises(TypeError, match=said):
        KerasClassifier(compiled, verbose=0).fit(*binary, show_accuracy=True)


class OfTheUser:
    pass


class Watching(keras.callbacks.Callback):
    pass


@pytest.mark.parametrize("name", sorted({*legacy._IN_FACTORIES, *legacy._OF_BACKEND}))
def test_names_that_other_objects_lack_are_no_old_ones_of_keras(name):
    for obj in ({}, 3, None, math, OfTheUser, OfTheUser(), Watching()):
        if hasattr(obj, name):
            continue
        with pytest.raises(AttributeError) as caught:
            getattr(obj, name)
        assert hints_for(caught.value) == []


@pytest.mark.parametrize("name", ["lr", "decay"])
def test_names_that_objects_of_keras_lack_are(name):
    class Own(keras.optimizers.SGD):
        pass

    for obj in (keras.optimizers.Adam(), Own()):
        with pytest.raises(AttributeError) as caught:
            getattr(obj, name)
        assert hints_for(caught.value)
