"""Members of one population: their callbacks, faults, sizes and ends."""

import gc
import random
import resource
import weakref
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job, predict, train
from skkeras.training.hyperparameters.learning_rate import PlannedLearningRate
from skkeras.training.model_fit.fit import fit_with_keras

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

ROWS = 43


def model(rate=0.01, seed=0):
    start = keras.initializers.GlorotUniform(seed)
    net = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, activation="relu", kernel_initializer=start),
            keras.layers.Dense(1, activation="sigmoid", kernel_initializer=start),
        ]
    )
    net.compile(
        keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"]
    )
    return net


def rows(n=ROWS):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 4)).astype("float32")
    return x, (x[:, :1] > 0).astype("float32")


def job(seed=0, n=ROWS, **changes):
    x, y = rows(n)
    settings = {"epochs": 6, "batch_size": 10, "seed": seed} | changes
    own = settings.pop("model", None) or model(seed=seed)
    return Job(BuiltModel(own), x, y, **settings)


def held_out():
    x, y = rows(60)
    return {"validation_data": (x[-17:], y[-17:])}


def assert_as_keras(mine, result, reference):
    expected = fit_with_keras(reference, None)
    assert result.error is None
    assert expected.error is None
    for value, other in zip(
        mine.model.weights + mine.model.optimizer.variables,
        reference.model.weights + reference.model.optimizer.variables,
        strict=True,
    ):
        np.testing.assert_allclose(value.numpy(), other.numpy(), rtol=1e-4, atol=2e-6)
    assert result.history.keys() == expected.history.keys()
    for name in expected.history:
        np.testing.assert_allclose(
            result.history[name], expected.history[name], rtol=1e-4, atol=1e-5
        )


def test_members_differ_in_rows_epochs_and_learning_rate():
    def make():
        return [
            job(0, 43, epochs=3),
            job(1, 40, epochs=7, model=model(0.1, 1)),
            job(2, 12, epochs=20, initial_epoch=2),
        ]

    mine, references = make(), make()
    results = train(mine)
    assert {r.training.engine for r in results} == {"fused"}
    assert [len(r.history["loss"]) for r in results] == [3, 7, 18]
    for own, result, reference in zip(mine, results, references, strict=True):
        assert_as_keras(own, result, reference)


def watchers():
    c = keras.callbacks
    return {
        "EarlyStopping": lambda: [c.EarlyStopping(patience=1, min_delta=0.02)],
        "restore_best_weights": lambda: [
            c.EarlyStopping(
                "val_accuracy", patience=1, min_delta=0.5, restore_best_weights=True
            )
        ],
        "ReduceLROnPlateau": lambda: [
            c.ReduceLROnPlateau("loss", factor=0.3, patience=1, min_delta=0.1)
        ],
        "LearningRateScheduler": lambda: [
            c.LearningRateScheduler(lambda epoch, rate: rate * 0.7)
        ],
        "TerminateOnNaN": lambda: [c.TerminateOnNaN()],
        "changes weights": lambda: [_HalfTheWeights()],
    }


class _HalfTheWeights(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.set_weights([w / 2 for w in self.model.get_weights()])


@pytest.mark.parametrize("name", watchers())
def test_callbacks_act_as_under_keras(name):
    make = watchers()[name]
    mine = [job(k, callbacks=make(), **held_out()) for k in range(2)]
    references = [job(k, callbacks=make(), **held_out()) for k in range(2)]
    results = train(mine)
    assert results[0].training.engine == "fused", results[0].training.reason
    for own, result, reference in zip(mine, results, references, strict=True):
        assert_as_keras(own, result, reference)


def test_validation_frequency():
    mine = [job(k, validation_freq=2, **held_out()) for k in range(2)]
    results = train(mine)
    assert len(results[0].history["val_loss"]) == 3
    assert_as_keras(mine[1], results[1], job(1, validation_freq=2, **held_out()))


class _Raises(keras.callbacks.Callback):
    reads_weights = False

    def __init__(self, hook, error=RuntimeError):
        super().__init__()
        setattr(self, hook, self.fail)
        self.raised = error("broken")

    def fail(self, *arguments, **named):
        raise self.raised


@pytest.mark.parametrize(
    "hook", ["on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end"]
)
def test_what_a_callback_raises_is_its_members_own(hook):
    broken = _Raises(hook)
    mine = [job(0, callbacks=[broken]), job(1)]
    results = train(mine)
    assert results[0].error is broken.raised
    assert_as_keras(mine[1], results[1], job(1))


def test_interrupt_is_not_kept():
    with pytest.raises(KeyboardInterrupt):
        train([job(0, callbacks=[_Raises("on_epoch_end", KeyboardInterrupt)]), job(1)])


def test_a_loss_that_is_nan_is_its_members_own():
    x, y = rows()
    bad = Job(
        BuiltModel(model()), np.full_like(x, np.nan), y, epochs=6, batch_size=10, seed=0
    )
    mine = [bad, job(1)]
    results = train(mine)
    assert np.isnan(results[0].history["loss"]).all()
    assert_as_keras(mine[1], results[1], job(1))


def test_training_goes_on_where_it_ended():
    mine, reference = job(0, epochs=3), job(0, epochs=3)
    train([mine])
    fit_with_keras(reference, None)
    more = {"epochs": 5, "initial_epoch": 3}
    mine = job(0, model=mine.model, **more)
    assert_as_keras(mine, train([mine])[0], job(0, model=reference.model, **more))


def test_a_validation_frequency_that_keras_refuses_is_its_members_own():
    failed, other = train([job(validation_freq=(2, 3), **held_out()), job(seed=1)])
    assert "validation_freq" in str(failed.error)
    assert other.error is None
    assert len(other.history["loss"]) == 6


def test_masked_steps_of_sequences_do_not_count():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(21, 5, 2)).astype("float32")
    for sequence, length in zip(x, rng.integers(1, 6, 21), strict=True):
        sequence[length:] = 0
    y = rng.normal(size=(21, 5, 1)).astype("float32")

    def masked():
        start = keras.initializers.GlorotUniform(1)
        layers = [
            keras.layers.Masking(),
            keras.layers.Dense(3, kernel_initializer=start),
            keras.layers.Dense(1, kernel_initializer=start),
        ]
        net = keras.Sequential([keras.Input((5, 2)), *layers])
        net.compile("sgd", "mse", metrics=["mae"])
        return Job(BuiltModel(net), x, y, epochs=3, batch_size=8, seed=1)

    mine, reference = masked(), masked()
    (result,) = train([mine])
    assert result.training.engine == "compiled"
    assert_as_keras(mine, result, reference)


def test_results_come_in_the_order_of_the_jobs():
    other = job(5, batch_size=20, epochs=2)
    results = train([job(0), other, job(1), job(2, engine="keras", epochs=1)])
    assert [len(r.history["loss"]) for r in results] == [6, 2, 6, 1]
    assert [r.training.members for r in results] == [2, 1, 2, 1]
    assert results[3].training.reason == "engine='keras'"


def test_no_global_random_state_changes():
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    mine = [job(k) for k in range(2)]
    models_made = random.getstate()
    train(mine)
    assert random.getstate() == models_made
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002


def test_nothing_keeps_a_trained_model():
    done = job(0)
    train([done])
    predict(done.model, done.x)
    watch = weakref.ref(done.model)
    keras.callbacks.History().set_model(done.model)
    del done
    gc.collect()
    assert watch() is None


def test_large_models_are_trained_alone_and_large_convolutions_by_keras():
    def wide():
        net = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(40_000), keras.layers.Dense(1)]
        )
        net.compile("sgd", "mse")
        return net

    def image():
        net = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                keras.layers.Conv2D(64, 5),
                keras.layers.Flatten(),
                keras.layers.Dense(1),
            ]
        )
        net.compile("sgd", "mse")
        return net

    results = train([job(k, model=wide(), epochs=1) for k in range(2)])
    assert {r.training.engine for r in results} == {"compiled"}
    assert "faster alone" in results[0].training.reason
    x, y = np.zeros((8, 28, 28, 1), "float32"), np.zeros((8, 1), "float32")
    training = train([Job(BuiltModel(image()), x, y)])[0].training
    assert training.engine == "keras"
    assert "convolutions" in training.reason


@pytest.mark.slow
def test_many_fits_take_little_memory():
    def resident():
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    def fit(count):
        for k in range(count):
            done = job(k, epochs=1)
            assert train([done])[0].error is None
            predict(done.model, done.x)

    fit(130)
    before = resident()
    fit(320)
    assert resident() - before < 64  # 100 MB for 500 fits


def test_rates_known_ahead_are_those_of_a_callback_asked_after_each_epoch():
    def fall(epoch, rate):
        return rate * (0.5 if epoch % 3 else 1.2)

    planned, asked = model(0.1), model(0.1)
    plan = [PlannedLearningRate(fall)]
    (mine,) = train([job(model=planned, callbacks=plan, epochs=20, seed=3)])
    callbacks = [keras.callbacks.LearningRateScheduler(fall)]
    options = {"callbacks": callbacks, "engine": "keras"}
    (reference,) = train([job(model=asked, epochs=20, seed=3, **options)])
    assert mine.training.engine == "compiled"
    assert mine.history.keys() == reference.history.keys()
    assert_allclose(mine.history["learning_rate"], reference.history["learning_rate"])
    assert_allclose(mine.history["loss"], reference.history["loss"], rtol=1e-4)
    rates = [float(m.optimizer.learning_rate.numpy()) for m in (planned, asked)]
    assert rates[0] == rates[1]


class Subclassed(keras.Model):
    """Has no weights before its first call."""

    def __init__(self, units):
        super().__init__()
        self.units = units
        self.hidden = keras.layers.Dense(units, activation="relu")
        self.head = keras.layers.Dense(1, activation="sigmoid")

    def call(self, x):
        return self.head(self.hidden(x))

    def get_config(self):
        return {"units": self.units}


def test_a_subclassed_model_that_can_be_cloned_is_compiled():
    def built():
        net = Subclassed(5)
        net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        net(rows()[0][:1])
        return net

    mine, reference = built(), built()
    reference.set_weights(mine.get_weights())
    trained, expected = job(model=mine), job(model=reference)
    (result,) = train([trained])
    assert result.training.engine == "compiled"
    assert_as_keras(trained, result, expected)
