"""Fits that halt at rungs, beside `Model.fit` for as many epochs."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.training import (
    BuiltModel,
    Job,
    PlannedLearningRate,
    Rungs,
    UnbuiltModel,
    complete,
    predict,
    train,
)
from skkeras.training.engines import rungs
from skkeras.training.program.program import Program

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
HELD_OUT = X[50:], Y[50:]
X, Y = X[:50], Y[:50]


class Referee:
    """Says after each rung which fits go on; keeps what it is told, in order."""

    def __init__(self, epochs, last=None, look=lambda fit_model: None):
        self.epochs, self.last, self.look = epochs, last or {}, look
        self.told, self.asked = [], []

    def rungs(self, number, fit_model=None):
        return RefereedRungs(self, number, fit_model)


class RefereedRungs(Rungs):
    def __init__(self, referee, number, fit_model):
        super().__init__()
        self.referee, self.number, self.fit_model = referee, number, fit_model
        self.outputs = {}

    def after(self, epochs):
        return self.referee.epochs

    def reach(self, epoch, is_last):
        self.referee.told.append((self.number, epoch, is_last))
        self.epoch = epoch
        if self.fit_model is not None:
            self.referee.look(self.fit_model)
            self.outputs[epoch] = predict(self.fit_model, X)

    @property
    def is_over(self):
        self.referee.asked.append((self.number, self.epoch, len(self.referee.told)))
        return self.epoch == self.referee.last.get(self.number)


def net(seed, optimizer="adam", dropout=0.0):
    start = keras.initializers.GlorotUniform(seed)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, "relu", kernel_initializer=start),
            *([keras.layers.Dropout(dropout, seed=seed)] if dropout else []),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=start),
        ]
    )
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def decay():
    return PlannedLearningRate(lambda epoch, rate: 0.9 * rate)


def stopping():
    return keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)


def plateau():
    return keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=0, min_delta=1.0)


def job(fit_model, callbacks=(), epochs=9, **options):
    options = {"batch_size": 8, "seed": 3, "defer_optimizer": True} | options
    return Job(fit_model, X, Y, callbacks=callbacks, epochs=epochs, **options)


def by_keras(model, callbacks, epochs, **options):
    """Train a model by `Model.fit`, and return its history."""
    train([job(BuiltModel(model), callbacks, epochs, engine="keras", **options)])
    return model.history.history


def as_it_is(seed, **options):
    return BuiltModel(net(seed, **options))


def unbuilt(seed, **options):
    prototype, model = net(seed, **options), net(seed, **options)
    values = [variable.numpy() for variable in model.variables]
    return UnbuiltModel(prototype, values, lambda: net(seed, **options))


def trained(fit_model):
    model = fit_model.build()
    complete(model)
    return model


def assert_same_model(found, expected):
    for a, b in zip(found.weights, expected.weights, strict=True):
        assert_allclose(a.numpy(), b.numpy(), atol=2e-5)
    pairs = zip(found.optimizer.variables, expected.optimizer.variables, strict=True)
    for a, b in pairs:
        assert_allclose(a.numpy(), b.numpy(), atol=2e-5)
    assert found.history.epoch == expected.history.epoch
    for name, values in expected.history.history.items():
        assert_allclose(found.history.history[name], values, atol=2e-5)


@pytest.mark.parametrize("make", [as_it_is, unbuilt])
@pytest.mark.parametrize("given", [list, lambda: [decay()]], ids=["constant", "decay"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_what_goes_on_from_rungs_is_what_model_fit_trains(make, given, optimizer):
    referee = Referee([2, 5], last={1: 2, 2: 5})
    models = [make(seed, optimizer=optimizer) for seed in range(4)]
    jobs = [
        job(model, [*given(), referee.rungs(number)])
        for number, model in enumerate(models)
    ]
    results = train(jobs)
    for number, (model, epochs) in enumerate(zip(models, [9, 2, 5, 9], strict=True)):
        expected = net(number, optimizer=optimizer)
        history = by_keras(expected, given(), epochs)
        assert_same_model(trained(model), expected)
        assert results[number].history.keys() == history.keys()
        assert len(results[number].history["loss"]) == epochs
        assert results[number].training.engine == "fused"


def test_all_come_to_a_rung_before_any_goes_on_in_the_order_of_the_fits():
    referee = Referee([2, 5], last={1: 2})
    train([job(as_it_is(n), [referee.rungs(n)]) for n in range(3)])
    assert referee.told == [
        *[(0, 2, False), (1, 2, False), (2, 2, False)],
        *[(0, 5, False), (2, 5, False)],
        *[(0, 9, True), (2, 9, True)],
    ]
    told_when_asked = {epoch: n for _, epoch, n in referee.asked}
    assert told_when_asked[2] == 3
    assert told_when_asked[5] == 5


def test_rungs_need_not_be_at_the_same_epochs_nor_fits_of_a_length():
    early, late = Referee([1, 3, 20]), Referee([4], last={1: 4})
    models = [as_it_is(0), as_it_is(1), as_it_is(2)]
    rungs = [early.rungs(0, models[0]), late.rungs(1), None]
    jobs = [
        job(model, [each] if each else [], epochs)
        for model, each, epochs in zip(models, rungs, [6, 8, 7], strict=True)
    ]
    train(jobs)
    assert early.told == [(0, 1, False), (0, 3, False), (0, 6, True)]
    for number, epochs in enumerate([6, 4, 7]):
        expected = net(number)
        by_keras(expected, [], epochs)
        assert_same_model(trained(models[number]), expected)
    for epoch, found in rungs[0].outputs.items():
        expected = net(0)
        by_keras(expected, [], epoch)
        assert_allclose(found, predict(BuiltModel(expected), X), atol=1e-5)


@pytest.mark.parametrize("make", [as_it_is, unbuilt])
@pytest.mark.parametrize(
    "look",
    [lambda fit: fit.build(), trained, lambda fit: None],
    ids=["build", "complete", "nothing"],
)
def test_who_looks_at_a_model_at_a_rung_changes_nothing(make, look):
    referee = Referee([2, 5], look=look)
    models = [make(seed) for seed in range(3)]
    train([job(m, [decay(), referee.rungs(n, m)]) for n, m in enumerate(models)])
    for number, model in enumerate(models):
        expected = net(number)
        by_keras(expected, [decay()], 9)
        assert_same_model(trained(model), expected)


@pytest.mark.parametrize("callback", [stopping, plateau])
def test_callbacks_go_on_over_rungs(callback):
    referee = Referee([2, 5])
    held_out = {"validation_data": HELD_OUT}
    models = [as_it_is(seed, optimizer="rmsprop") for seed in range(3)]
    jobs = [
        job(model, [callback(), referee.rungs(n, model)], 20, **held_out)
        for n, model in enumerate(models)
    ]
    train(jobs)
    for number, model in enumerate(models):
        expected = net(number, optimizer="rmsprop")
        by_keras(expected, [callback()], 20, **held_out)
        assert_same_model(trained(model), expected)
        rungs = jobs[number].callbacks[1]
        last = len(expected.history.epoch)
        assert (number, last, True) in referee.told
        # What is judged in the end is the model as callbacks have left it.
        found = rungs.outputs[last]
        assert_allclose(found, predict(BuiltModel(expected), X), atol=1e-5)


def test_random_layers_draw_on_over_rungs():
    def fused(callbacks):
        models = [as_it_is(seed, dropout=0.5) for seed in range(2)]
        train([job(m, callbacks(n)) for n, m in enumerate(models)])
        return [model.build().get_weights() for model in models]

    referee = Referee([2, 5])
    halted, straight = fused(lambda n: [referee.rungs(n)]), fused(lambda n: [])
    for a, b in zip(halted, straight, strict=True):
        for x, y in zip(a, b, strict=True):
            assert_allclose(x, y, atol=1e-6)


def test_survivors_are_packed_into_programs_that_there_are(monkeypatch, fresh_programs):
    referee = Referee([2], last=dict.fromkeys(range(4, 40), 2))
    before, after, run = [], [], Program.__call__

    def note(program, *arguments):
        (after if referee.told else before).append(program)
        return run(program, *arguments)

    monkeypatch.setattr(Program, "__call__", note)
    train([job(as_it_is(n), [referee.rungs(n)]) for n in range(40)])
    # Seven epochs are one call: 4 of 40 are left, in one population.
    assert len(after) == 1
    assert after[0] in before
    assert after[0].members >= 4


@pytest.mark.usefixtures("fresh_programs")
def test_a_program_that_fails_after_a_rung_leaves_the_rest_to_keras(monkeypatch):
    referee, run, calls = Referee([4]), Program.__call__, []

    def fail(program, *arguments):
        if referee.told:
            calls.append(program)
            raise RuntimeError("out of memory")
        return run(program, *arguments)

    monkeypatch.setattr(Program, "__call__", fail)
    models = [unbuilt(seed) for seed in range(3)]
    results = train([job(m, [decay(), referee.rungs(n)]) for n, m in enumerate(models)])
    assert calls
    for number, (model, result) in enumerate(zip(models, results, strict=True)):
        expected = net(number)
        history = by_keras(expected, [decay()], 9)
        assert result.error is None
        assert result.training.engine == "keras"
        assert "out of memory" in result.training.reason
        assert result.training.compile_seconds > 0  # of the program to the rung
        for name, values in history.items():
            assert_allclose(result.history[name], values, atol=2e-5)
        for a, b in zip(trained(model).weights, expected.weights, strict=True):
            assert_allclose(a.numpy(), b.numpy(), atol=2e-5)


def test_a_program_that_fails_leaves_those_alone_that_wait_at_a_rung(monkeypatch):
    early, late, run, has_failed = Referee([1]), Referee([5]), Program.__call__, []

    def fail_once(program, epochs, *arguments):
        if epochs == 4 and not has_failed:  # from the early rung to the late one
            has_failed.append(True)
            raise RuntimeError("out of memory")
        return run(program, epochs, *arguments)

    monkeypatch.setattr(Program, "__call__", fail_once)
    models = [unbuilt(seed) for seed in range(3)]
    referees = [early, late, early]
    results = train(
        [
            job(m, [decay(), referee.rungs(n)])
            for n, (m, referee) in enumerate(zip(models, referees, strict=True))
        ]
    )
    assert has_failed
    assert early.told == [(0, 1, False), (2, 1, False), (0, 9, True), (2, 9, True)]
    assert [r.training.engine for r in results] == ["fused", "keras", "fused"]
    for number, model in enumerate(models):
        expected = net(number)
        by_keras(expected, [decay()], 9)
        assert_same_model(trained(model), expected)


def test_a_rung_that_raises_fails_its_own_fit():
    class Failing(RefereedRungs):
        def reach(self, epoch, is_last):
            raise ValueError("no score")

    referee = Referee([3])
    models = [as_it_is(0), as_it_is(1)]
    failing = Failing(referee, 0, None)
    failed, well = train(
        [job(models[0], [failing]), job(models[1], [referee.rungs(1)])]
    )
    assert isinstance(failed.error, ValueError)
    assert len(failed.history["loss"]) == 3
    assert well.error is None
    assert len(well.history["loss"]) == 9


def test_fits_that_cannot_be_packed_are_left_to_keras(monkeypatch):
    def fail(*arguments):
        raise MemoryError("no room")

    referee = Referee([4])
    models = [unbuilt(0), unbuilt(1)]
    monkeypatch.setattr(rungs, "divided", fail)
    results = train([job(m, [decay(), referee.rungs(n)]) for n, m in enumerate(models)])
    for number, (model, result) in enumerate(zip(models, results, strict=True)):
        expected = net(number)
        by_keras(expected, [decay()], 9)
        assert result.training.engine == "keras"
        assert "no room" in result.training.reason
        for a, b in zip(trained(model).weights, expected.weights, strict=True):
            assert_allclose(a.numpy(), b.numpy(), atol=2e-5)


def test_fits_of_other_batch_sizes_go_on_with_their_own():
    referee, sizes = Referee([4]), [8, 8, 16, 25]
    models = [unbuilt(n) for n in range(4)]
    train(
        [
            replace(job(m, [decay(), referee.rungs(n)]), batch_size=size)
            for n, (m, size) in enumerate(zip(models, sizes, strict=True))
        ]
    )
    for number, (model, size) in enumerate(zip(models, sizes, strict=True)):
        expected = net(number)
        alone = job(BuiltModel(expected), [decay()], engine="keras")
        train([replace(alone, batch_size=size)])
        for a, b in zip(trained(model).weights, expected.weights, strict=True):
            assert_allclose(a.numpy(), b.numpy(), atol=2e-5)


@pytest.mark.parametrize("place", ["after", "is_over"])
@pytest.mark.parametrize("engine", ["auto", "keras"])
def test_whatever_of_a_rung_raises_fails_its_own_fit(place, engine):
    def raising(self, *arguments):
        if place == "is_over" or getattr(self, "epoch", 0) > 0:
            raise ValueError("no answer")
        return [3, 6]

    kind = type("Failing", (RefereedRungs,), {})
    setattr(kind, place, property(raising) if place == "is_over" else raising)
    referee = Referee([3])
    failing = job(as_it_is(0), [kind(referee, 0, None)], engine=engine)
    failed, well = train([failing, job(as_it_is(1), [referee.rungs(1)])])
    assert isinstance(failed.error, ValueError)
    assert well.error is None
    assert len(well.history["loss"]) == 9


@pytest.mark.parametrize("engine", ["auto", "keras"])
def test_the_end_is_told_whether_it_is_a_rung_or_not(engine):
    referee = Referee([2])
    train([job(as_it_is(0), [referee.rungs(0)], engine=engine)])
    assert referee.told == [(0, 2, False), (0, 9, True)]


def test_an_optimizer_that_nobody_asks_for_is_not_built_at_a_rung():
    referee, model = Referee([3]), as_it_is(0)
    train([replace(job(model, [referee.rungs(0)]), defer_optimizer=True)])
    assert not model.prototype.optimizer.built
    assert referee.told == [(0, 3, False), (0, 9, True)]


@pytest.mark.parametrize("epochs", [0, 1])
def test_fits_of_no_epoch_or_one(epochs):
    referee = Referee([0, 1, 2])
    model = as_it_is(0)
    before = model.build().get_weights()
    (result,) = train([job(model, [referee.rungs(0)], epochs)])
    assert referee.told == [(0, 1, True)][:epochs]
    assert len(result.history.get("loss", ())) == epochs
    if not epochs:
        for a, b in zip(before, model.build().get_weights(), strict=True):
            assert_array_equal(a, b)


def test_model_fit_halts_as_it_comes_there():
    referee = Referee([2, 5], last={0: 5})
    model = as_it_is(0)
    train([job(model, [referee.rungs(0, model)], engine="keras")])
    assert referee.told == [(0, 2, False), (0, 5, False)]
    assert len(model.build().history.epoch) == 5
