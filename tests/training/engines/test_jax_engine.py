"""The engine for Keras's JAX backend; `KERAS_BACKEND=jax pytest` runs it."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import cross_val_score

import skkeras
from skkeras import KerasMLPClassifier
from skkeras.training import BuiltModel, Job, train
from skkeras.training.hyperparameters.learning_rate import PlannedLearningRate

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "jax", reason="Keras's backend is not JAX"
)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(37, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
WEIGHTS = RNG.random(37).astype("float32")


def penalized(factor):
    start = keras.initializers.GlorotUniform(7)
    penalty = keras.regularizers.L1L2(factor, factor)
    return keras.layers.Dense(3, kernel_initializer=start, kernel_regularizer=penalty)


LAYERS = {
    "dense": lambda: [],
    "dropout": lambda: [keras.layers.Dropout(0.3, seed=3)],
    "noise": lambda: [keras.layers.GaussianNoise(0.1, seed=3)],
    "batch normalization": lambda: [keras.layers.BatchNormalization()],
    "penalty": lambda: [penalized(0.05)],
    "weak penalty": lambda: [penalized(0.01)],
}
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.02),
    "sgd": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "clipped": lambda: keras.optimizers.RMSprop(0.01, clipnorm=0.5),
    "ema": lambda: keras.optimizers.AdamW(0.02, use_ema=True),
    "schedule": lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.05, 10, 0.5)
    ),
    "accumulating": lambda: keras.optimizers.SGD(0.1, gradient_accumulation_steps=2),
}


def net(seed, layers="dense", optimizer="adam"):
    start = keras.initializers.GlorotUniform(seed)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, "tanh", kernel_initializer=start),
            *LAYERS[layers](),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=start),
        ]
    )
    model.compile(OPTIMIZERS[optimizer](), "binary_crossentropy", metrics=["accuracy"])
    return model


def job(seed, rows=slice(None), weighted=False, **options):
    layers = options.pop("layers", "dense")
    optimizer = options.pop("optimizer", "adam")
    options = {"epochs": 3, "batch_size": 8, "seed": seed} | options
    options["callbacks"] = options.pop("callbacks", list)()
    weights = WEIGHTS[rows] if weighted else None
    model = net(seed, layers, optimizer)
    return Job(BuiltModel(model), X[rows], Y[rows], weights, **options)


def assert_trained_like_model_fit(seeds=(0, 1, 2), **options):
    jobs = [job(seed, **options) for seed in seeds]
    results = train(jobs)
    for seed, mine, result in zip(seeds, jobs, results, strict=True):
        assert result.training.engine == "fused"
        assert result.training.members == len(seeds)
        theirs = job(seed, engine="keras", **options)
        (expected,) = train([theirs])
        assert list(result.history) == list(expected.history)
        for name, values in expected.history.items():
            assert_allclose(result.history[name], values, atol=1e-5)
        variables = mine.model.variables, theirs.model.variables
        for a, b in zip(*variables, strict=True):
            assert_allclose(np.asarray(a), np.asarray(b), atol=2e-5)
        variables = mine.model.optimizer.variables, theirs.model.optimizer.variables
        for a, b in zip(*variables, strict=True):
            assert_allclose(np.asarray(a), np.asarray(b), atol=2e-5)
    return [len(result.history["loss"]) for result in results]


@pytest.mark.parametrize("layers", LAYERS)
def test_layers_train_as_in_model_fit(layers):
    assert_trained_like_model_fit(layers=layers)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers_train_as_in_model_fit(optimizer):
    assert_trained_like_model_fit(optimizer=optimizer)


@pytest.mark.parametrize(
    "options",
    [
        {"weighted": True},
        {"shuffle": False},
        {"rows": slice(32)},
        {"batch_size": 64},
        {"initial_epoch": 1},
    ],
)
def test_rows_are_taken_as_in_model_fit(options):
    assert_trained_like_model_fit(**options)


HELD_OUT = RNG.normal(size=(21, 4)), (RNG.random((21, 1)) < 0.5).astype(int)


@pytest.mark.parametrize(
    "options",
    [
        {"validation_data": (*HELD_OUT, RNG.random(21)), "validation_batch_size": 7},
        {"layers": "batch normalization", "validation_freq": 2, "epochs": 4},
        {"layers": "dropout", "validation_freq": [1, 3], "initial_epoch": 1},
    ],
)
def test_held_out_rows_are_evaluated_as_in_model_fit(options):
    options = {"validation_data": HELD_OUT} | options
    assert_trained_like_model_fit(seeds=(0, 1), **options)


def early_stopping(**options):
    return lambda: [keras.callbacks.EarlyStopping(**options)]


@pytest.mark.parametrize(
    "callbacks",
    [
        early_stopping(patience=2, restore_best_weights=True),
        early_stopping(patience=2, start_from_epoch=3),
        early_stopping(monitor="loss", mode="max", patience=1),
        early_stopping(monitor="val_accuracy", mode="max", restore_best_weights=True),
        lambda: [
            PlannedLearningRate(lambda epoch, rate: rate / (1 + epoch)),
            *early_stopping(patience=1)(),
        ],
    ],
)
def test_early_stopping_stops_each_member_as_in_model_fit(callbacks):
    options = {"callbacks": callbacks, "epochs": 12, "validation_data": HELD_OUT}
    epochs = assert_trained_like_model_fit(optimizer="sgd", **options)
    assert min(epochs) < 12


def test_early_stopping_on_what_is_not_logged_warns_as_in_model_fit():
    with pytest.warns(UserWarning, match="metric `val_loss` which is not available"):
        assert_trained_like_model_fit(seeds=(0, 1), callbacks=early_stopping())


def test_what_early_stopping_raises_is_the_error_of_its_fit(monkeypatch):
    broken = early_stopping()()
    monkeypatch.setattr(broken[0], "get_monitor_value", lambda logs: 1 / 0)
    jobs = [
        job(0, callbacks=lambda: broken, validation_data=HELD_OUT),
        job(1, callbacks=early_stopping(patience=9), validation_data=HELD_OUT),
    ]
    failed, other = train(jobs)
    assert isinstance(failed.error, ZeroDivisionError)
    assert other.error is None
    assert len(other.history["val_loss"]) == 3


def test_fits_with_other_numbers_of_held_out_rows_are_other_programs():
    few = tuple(array[:9] for array in HELD_OUT)
    jobs = [job(0), job(1, validation_data=HELD_OUT), job(2, validation_data=few)]
    assert [result.training.members for result in train(jobs)] == [1] * 3


def test_members_may_train_for_different_epochs():
    together = [job(0, epochs=2), job(1, epochs=4)]
    results = train(together)
    assert [len(r.history["loss"]) for r in results] == [2, 4]
    for seed, mine in enumerate(together):
        alone = job(seed, epochs=mine.epochs)
        (result,) = train([alone])
        assert result.training.engine == "compiled"
        weights = mine.model.get_weights(), alone.model.get_weights()
        for a, b in zip(*weights, strict=True):
            assert_allclose(a, b, atol=1e-6)


def test_other_rows_and_other_penalties_are_other_programs():
    different = [
        job(0),
        job(1, rows=slice(30)),
        job(2, batch_size=16),
        job(3, layers="penalty"),
        job(4, layers="weak penalty"),
    ]
    members = [result.training.members for result in train(different)]
    assert members == [1] * 5


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"callbacks": lambda: [keras.callbacks.TerminateOnNaN()]}, "callbacks"),
        ({"callbacks": early_stopping(monitor="accuracy")}, "callbacks"),
        ({"verbose": 2}, "progress output"),
        ({"engine": "keras"}, "engine='keras'"),
        ({"fit_kwargs": {"class_weight": {0: 1.0, 1: 2.0}}}, "class_weight"),
    ],
)
def test_the_rest_goes_to_model_fit(options, reason):
    (result,) = train([job(0, **options)])
    assert result.training.engine == "keras"
    assert reason in result.training.reason


def test_a_program_that_cannot_be_traced_leaves_the_fit_to_model_fit(monkeypatch):
    from skkeras.training.engines import jax as jax_engine
    from skkeras.training.engines.jax_program import Program

    monkeypatch.setattr(jax_engine, "_programs", jax_engine.LeastRecentlyUsed(1))
    monkeypatch.setattr(Program, "_go_through", lambda *args: 1 / 0)
    (result,) = train([job(0)])
    assert result.training.engine == "keras"
    assert "ZeroDivisionError" in result.training.reason
    assert len(result.history["loss"]) == 3


def test_a_diverging_member_leaves_the_others_alone():
    wild, calm = job(0, optimizer="sgd"), job(1, optimizer="sgd")
    wild.model.optimizer.learning_rate = float("inf")
    results = train([wild, calm])
    alone = job(1, optimizer="sgd")
    train([alone])
    assert np.isnan(results[0].history["loss"][-1])
    weights = calm.model.get_weights(), alone.model.get_weights()
    for a, b in zip(*weights, strict=True):
        assert_allclose(a, b, atol=1e-6)


def test_estimators_train_their_folds_together():
    y = Y[:36, 0].astype(int)
    estimator = KerasMLPClassifier((5,), l2=0.01, epochs=5, random_state=0)
    apart = cross_val_score(estimator, X[:36], y, cv=3)
    with skkeras.fused():
        together = cross_val_score(estimator, X[:36], y, cv=3)
    assert_allclose(apart, together)
    by_keras = KerasMLPClassifier(
        (5,), l2=0.01, epochs=5, random_state=0, engine="keras"
    )
    ours = estimator.fit(X[:36], y)
    assert ours.training_.engine == "compiled"
    by_keras.fit(X[:36], y)
    assert_allclose(ours.predict_proba(X), by_keras.predict_proba(X), atol=1e-5)
    assert_allclose(
        ours.history_["learning_rate"], by_keras.history_["learning_rate"], rtol=1e-6
    )
