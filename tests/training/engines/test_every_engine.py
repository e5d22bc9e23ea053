"""What every engine keeps to, whatever Keras's backend.

Each test runs with the engine of the backend and with Keras alone, which PyTorch has;
``KERAS_BACKEND=jax pytest tests/training/engines`` asks that of JAX.
"""

import random
import sys
from unittest import mock

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from turns import today

from skkeras.training import (
    BuiltModel,
    Job,
    UnbuiltModel,
    UnchangedModel,
    complete,
    predict,
    train,
)
from skkeras.training.engines import engine_of_backend
from skkeras.training.engines.uncompiled import UncompiledEngine
from skkeras.training.routing.eligibility import Ineligible

pytestmark = pytest.mark.in_turn

ENGINES = {"of the backend": engine_of_backend, "uncompiled": UncompiledEngine}
COMPILES = {
    "of the backend": keras.backend.backend() in ("tensorflow", "jax"),
    "uncompiled": False,
}
PROGRAMS = {
    "tensorflow": "skkeras.training.engines.population_plans.ProgramFamily",
    "jax": "skkeras.training.engines.jax.Program",
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
WEIGHTS = RNG.uniform(0.5, 2, 40).astype("float32")


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """Let one engine train and predict, whose caches are empty."""
    chosen = ENGINES[request.param]()
    for module in ("train", "predict"):
        name = f"skkeras.training.{module}"
        monkeypatch.setattr(sys.modules[name], "engine_of_backend", lambda: chosen)
    chosen.forget_programs()
    chosen.compiles = COMPILES[request.param]
    return chosen


def net(seed=0, optimizer="adam", units=5):
    start = keras.initializers.GlorotUniform(seed)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units, "tanh", kernel_initializer=start),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=start),
        ]
    )
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def job(model, rows=40, weighted=False, rows_of=None, **options):
    options = {"epochs": 3, "batch_size": 8, "seed": 0} | options
    weights = WEIGHTS[:rows] if weighted else None
    arrays = X[:rows], Y[:rows], weights
    return Job(BuiltModel(model), *arrays, rows=rows_of, **options)


def state_of(model):
    complete(model)
    variables = [*model.variables, *model.optimizer.variables]
    return [np.array(v.numpy()) for v in variables]


def assert_alike(model, reference, result, expected):
    assert result.error is None, result.error
    assert result.history.keys() == expected.keys()
    for name, values in expected.items():
        assert_allclose(result.history[name], values, rtol=1e-4, atol=1e-5)
    for mine, its in zip(state_of(model), state_of(reference), strict=True):
        assert_allclose(mine, its, rtol=1e-4, atol=1e-5)


def drawn_options(draw):
    """Draw how a job is trained."""
    rows, first = draw.randint(5, 40), draw.choice([0, 0, 1])
    options = {
        "rows": rows,
        "batch_size": draw.randint(1, rows + 3),
        "epochs": first + draw.randint(1, 5),
        "shuffle": draw.random() < 0.7,
        "seed": draw.randint(0, 99),
        "weighted": draw.random() < 0.5,
        "initial_epoch": first,
    }
    if draw.random() < 0.5:
        held_out = draw.randint(1, 20)
        options["validation_data"] = X[-held_out:], Y[-held_out:]
        options["validation_freq"] = draw.choice([1, 2, [1, 3]])
        options["validation_batch_size"] = draw.choice([None, 7])
    return options


def drawn_stop(draw):
    """Draw the arguments of an early stop, or None."""
    if draw.random() < 0.5:
        return None
    return {
        "monitor": "loss",
        "patience": draw.randint(0, 2),
        "min_delta": draw.choice([0.0, 0.02]),
        "restore_best_weights": draw.random() < 0.5,
    }


def stopping(arguments):
    return [] if arguments is None else [keras.callbacks.EarlyStopping(**arguments)]


OPTIMIZERS = [
    lambda: keras.optimizers.Adam(0.02),
    lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    lambda: keras.optimizers.RMSprop(0.01, clipnorm=0.5),
    lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.05, 10, 0.5)
    ),
]


@pytest.mark.parametrize("number", range(4))
def test_jobs_train_as_model_fit_trains(engine, number):
    draw = random.Random(f"{today()} {number}")
    optimizer, jobs, references, expected = draw.choice(OPTIMIZERS), [], [], []
    options = drawn_options(draw)
    for seed in range(draw.randint(1, 3)):
        if draw.random() < 0.5:
            options = drawn_options(draw)
        stop = drawn_stop(draw)
        models = [net(seed, optimizer()) for _ in range(2)]
        jobs.append(job(models[0], callbacks=stopping(stop), **options))
        theirs = job(models[1], callbacks=stopping(stop), engine="keras", **options)
        expected += [result.history for result in train([theirs])]
        references.append(theirs.model)
    results = train(jobs)
    for mine, reference, result, history in zip(
        jobs, references, results, expected, strict=True
    ):
        assert_alike(mine.model, reference, result, history)
        assert (result.training.engine != "keras") == engine.compiles


def test_without_shuffling_it_is_model_fit_itself(engine):
    mine, its = net(), net()
    (result,) = train([job(mine, weighted=True, shuffle=False)])
    options = {"epochs": 3, "batch_size": 8, "shuffle": False, "verbose": 0}
    seen = its.fit(X, Y, sample_weight=WEIGHTS, **options)
    assert_alike(mine, its, result, seen.history)


def test_training_goes_on_from_where_it_was(engine):
    once, twice = net(), net()
    train([job(once, epochs=4)])
    train([job(twice, epochs=2)])
    train([job(twice, epochs=4, initial_epoch=2)])
    for mine, its in zip(state_of(twice), state_of(once), strict=True):
        assert_allclose(mine, its, rtol=1e-4, atol=1e-5)


def test_with_no_epoch_left_nothing_is_trained(engine):
    mine = net()
    before = [np.array(v.numpy()) for v in mine.variables]
    (result,) = train([job(mine, epochs=2, initial_epoch=2)])
    complete(mine)
    assert (result.error, result.history) == (None, {})
    for value, variable in zip(before, mine.variables, strict=True):
        assert_array_equal(value, variable.numpy())


def test_results_are_in_the_order_of_the_jobs(engine):
    epochs = [3, 1, 2, 1]
    widths = [5, 3, 5, 5]  # so that they are not trained in this order
    jobs = [
        job(net(seed, units=units), epochs=count)
        for seed, (count, units) in enumerate(zip(epochs, widths, strict=True))
    ]
    assert [len(r.history["loss"]) for r in train(jobs)] == epochs
    assert train([]) == []


def test_an_engine_answers_for_the_jobs_that_it_has_keys_for(engine):
    jobs, together = [job(net(seed)) for seed in range(3)], {}
    for number, each in enumerate(jobs):
        try:
            together.setdefault(engine.key(each), {})[number] = each
        except Ineligible:
            assert not engine.compiles
    assert engine.train(together).keys() == (
        set(range(3)) if engine.compiles else set()
    )
    assert len(together) <= 1  # they differ in their weights alone
    if engine.compiles:
        others = job(net(units=6)), job(net(optimizer="sgd")), job(net(), weighted=True)
        keys = {engine.key(each) for each in others}
        assert len({*keys, *together}) == 4


def test_a_job_can_ask_for_model_fit(engine):
    (result,) = train([job(net(), engine="keras")])
    assert result.training.engine == "keras"
    assert result.training.reason == "engine='keras'"


def test_what_a_job_raises_is_its_own(engine):
    stop = keras.callbacks.EarlyStopping(monitor="loss")
    with mock.patch.object(stop, "get_monitor_value", side_effect=ArithmeticError):
        jobs = [job(net(0)), job(net(1), callbacks=[stop]), job(net(2))]
        results = train(jobs)
    assert isinstance(results[1].error, ArithmeticError)
    for number in (0, 2):
        reference = net(number)
        (expected,) = train([job(reference, engine="keras")])
        model, result = jobs[number].model, results[number]
        assert_alike(model, reference, result, expected.history)


def test_a_program_that_fails_leaves_its_jobs_to_model_fit(engine, monkeypatch):
    if engine.compiles:
        name = PROGRAMS[keras.backend.backend()]
        monkeypatch.setattr(name, mock.Mock(side_effect=MemoryError("all of it")))
    models, references = ([net(seed) for seed in range(2)] for _ in range(2))
    results = train([job(model) for model in models])
    expected = train([job(model, engine="keras") for model in references])
    for model, reference, result, other in zip(
        models, references, results, expected, strict=True
    ):
        assert_alike(model, reference, result, other.history)
        assert result.training.engine == "keras"
        assert ("all of it" in result.training.reason) == engine.compiles


def test_predictions_are_those_of_the_model(engine):
    model = net()
    expected = model.predict(X, verbose=0)
    for size in (None, 1, 7, 64):
        assert_allclose(predict(model, X, size), expected, atol=1e-6)


def test_an_unchanged_model_predicts_what_its_model_does(engine):
    models = [net(), net()]
    for model in map(UnchangedModel, models):
        expected = model.prototype.predict(X, verbose=0)
        for _ in range(2):
            assert_allclose(predict(model, X), expected, atol=1e-6)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_model_that_is_not_compiled_predicts(engine, dropout):
    hidden = [keras.layers.Dense(5, "tanh"), keras.layers.Dropout(dropout)]
    model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(1)])
    assert_allclose(predict(model, X), model.predict(X, verbose=0), atol=1e-6)


def test_what_is_predicted_for_a_row_does_not_depend_on_others(engine):
    model = net()
    outputs = predict(model, X)
    for rows in ([3], [9, 3], list(range(39, -1, -1))):
        assert_array_equal(predict(model, X[rows]), outputs[rows])


def test_no_rows_have_no_predictions(engine):
    assert predict(net(), X[:0]).shape == (0, 1)


def unbuilt(builds):
    """Return a fit's weights beside a prototype, which counts how often it is built."""
    values = [variable.numpy() for variable in net(seed=3).variables]

    def build():
        builds.append(1)
        return net(seed=1)

    return UnbuiltModel(net(seed=2), values, build)


def test_a_model_that_is_not_built_is_trained_like_one_that_is(engine):
    builds, built = [], net(seed=3)
    model, options = unbuilt(builds), {"epochs": 3, "batch_size": 8, "seed": 0}
    (result,) = train([Job(model, X, Y, defer_optimizer=True, **options)])
    builds.clear()  # of models that proved programs
    was_built = model.built is not None
    (expected,) = train([Job(BuiltModel(built), X, Y, **options)])
    assert_allclose(predict(model, X), predict(built, X), atol=1e-6)
    assert_alike(model.build(), built, result, expected.history)
    assert model.build() is model.built
    assert len(builds) == (0 if was_built else 1)
    assert model.built.history.history == result.history


def test_the_prototype_is_not_trained(engine):
    model = unbuilt([])
    before = [variable.numpy() for variable in model.prototype.variables]
    train([Job(model, X, Y, epochs=2, batch_size=8, seed=0, defer_optimizer=True)])
    for variable, value in zip(model.prototype.variables, before, strict=True):
        assert_array_equal(variable.numpy(), value)


def test_jobs_train_on_the_rows_they_select(engine):
    rng = np.random.default_rng(1)
    selections = [rng.permutation(40)[:n] for n in (30, 30, 17)]
    selecting = [
        job(net(i), weighted=True, rows_of=r) for i, r in enumerate(selections)
    ]
    taking = [
        Job(BuiltModel(net(i)), X[r], Y[r], WEIGHTS[r], epochs=3, batch_size=8, seed=0)
        for i, r in enumerate(selections)
    ]
    train([*selecting, *taking])
    for mine, reference in zip(selecting, taking, strict=True):
        for a, b in zip(state_of(mine.model), state_of(reference.model), strict=True):
            assert_allclose(a, b, rtol=1e-5, atol=1e-6)
