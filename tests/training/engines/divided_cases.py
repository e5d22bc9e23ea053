"""Populations divided over four virtual devices, beside the same on one.

`test_divided.py` runs this file in a process of its own, for each backend, since
devices have to be configured before the backend starts. Two members a device are enough
here.
"""

import threading
from contextlib import contextmanager
from importlib import import_module

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job, PlannedLearningRate, Rungs, train
from skkeras.training.engines import engine_of_backend
from skkeras.training.job import Result, Training
from skkeras.training.planning import memory
from skkeras.training.planning.signature import signature
from skkeras.training.program import devices
from skkeras.training.program.devices import Devices

BACKEND = keras.backend.backend()
ON_TENSORFLOW = BACKEND == "tensorflow"
if ON_TENSORFLOW:
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 4,
    )
    from skkeras.training.engines import population_plans, train_population
    from skkeras.training.keras_internals.executable import OnDevice
    from skkeras.training.population import threads
    from skkeras.training.program.programs_by_size import ProgramsBySize

    WHERE = import_module("skkeras.training.program.program_family")
else:
    import jax

    from skkeras.training.engines import jax as jax_engine
    from skkeras.training.engines import jax_program
    from skkeras.training.engines.jax_program import Program

    WHERE = import_module("skkeras.training.engines.jax_devices")

only_tensorflow = pytest.mark.skipif(not ON_TENSORFLOW, reason="TensorFlow's own")
only_jax = pytest.mark.skipif(ON_TENSORFLOW, reason="JAX's own")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 4)).astype("float32")
Y = (X[:, :1] + X[:, 1:2] > 0).astype("float32")
WEIGHTS = RNG.uniform(0.5, 2, 48).astype("float32")
HELD_OUT = X[37:], Y[37:], WEIGHTS[37:]
EARLY = keras.callbacks.EarlyStopping


def net(seed, units=5, activation="tanh"):
    start = keras.initializers.GlorotUniform(seed)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units, activation, kernel_initializer=start),
            keras.layers.Dropout(0.3, seed=seed),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=start),
        ]
    )
    optimizer = keras.optimizers.Adam(0.02)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def job(seed, callbacks=(), rows=37, model=None, x=X, **options):
    """Return a job with dropout, weights of rows and held-out rows."""
    options = {"epochs": 4, "batch_size": 8, "validation_data": HELD_OUT} | options
    data = x[:rows], Y[:rows], WEIGHTS[:rows]
    model = BuiltModel(model or net(seed))
    return Job(model, *data, seed=seed, callbacks=list(callbacks), **options)


def broken():
    """Return a callback of a kind that JAX's engine takes, which raises once."""
    callback = EARLY(patience=9)
    values = iter([0.5, 0.4])
    callback.get_monitor_value = lambda logs: next(values)  # the third time, no value
    return callback


class HalvesWeights(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.set_weights([w / 2 for w in self.model.get_weights()])


class Halving(Rungs):
    """Halts all fits twice; some end at each of the rungs."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def after(self, epochs):
        return [1, 3]

    def reach(self, epoch, is_last):
        self.epoch = epoch

    @property
    def is_over(self):
        return self.number >= {1: 9, 3: 4}[self.epoch]


def other_numbers_of_rows():
    return [job(seed, rows=37 if seed % 2 else 29) for seed in range(10)]


def members_that_devices_do_not_divide():
    return [job(seed, epochs=3 + seed % 2) for seed in range(10)]


def early_stopping_of_one():
    best = EARLY(patience=1, min_delta=0.5, restore_best_weights=True)
    return [job(seed, [best] if seed == 6 else [], epochs=6) for seed in range(10)]


def planned_learning_rates():
    plan = [PlannedLearningRate(lambda epoch, rate: rate * 0.8)]
    return [job(seed, plan if seed % 2 else []) for seed in range(10)]


def a_loss_that_is_nan():
    return [job(seed, x=X * np.nan if seed == 4 else X) for seed in range(10)]


def a_callback_that_raises():
    return [job(seed, [broken()] if seed == 5 else []) for seed in range(10)]


def fits_that_change_weights():
    return [job(seed, [HalvesWeights()] if seed == 7 else []) for seed in range(10)]


def rungs():
    return [job(seed, [Halving(seed)], epochs=6) for seed in range(10)]


def shrinking():
    def stop(seed):
        if seed % 3 == 1:
            return EARLY(patience=99)
        return EARLY("loss", mode="max", patience=1, min_delta=9.0)

    return [job(seed, [stop(seed)], epochs=7) for seed in range(12)]


def hyperparameters_as_data():
    """Fits on both devices prove the program, by their choices."""
    choices = [(5, "tanh"), (5, "tanh"), (7, "relu"), (7, "relu")]
    return [job(s, model=net(s, *choice)) for s, choice in enumerate(choices)]


# The longest rows first: arrays of fewer have places enough in those programs.
CASES = [
    a_loss_that_is_nan,
    members_that_devices_do_not_divide,
    early_stopping_of_one,
    planned_learning_rates,
    a_callback_that_raises,
]
if ON_TENSORFLOW:
    CASES += [
        other_numbers_of_rows,
        fits_that_change_weights,
        shrinking,
        rungs,
        hyperparameters_as_data,
    ]


@pytest.fixture(autouse=True, scope="module")
def two_members_a_device():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devices, "LEAST_MEMBERS", 2)
        if ON_TENSORFLOW:  # one population at a time, as on GPUs
            patch.setattr(threads, "_cores", lambda: 1)
        yield


@contextmanager
def uses_of_devices():
    """Note (device, members) of each part that is trained."""
    with pytest.MonkeyPatch.context() as patch:
        used = set()
        if ON_TENSORFLOW:
            call = OnDevice.__call__

            def spy(part, epochs, rates, *arguments):
                used.add((part._name, rates.shape[1]))
                return call(part, epochs, rates, *arguments)

            patch.setattr(OnDevice, "__call__", spy)
        else:
            advance = jax_program._advance

            def spy(*arguments):
                state, logs = advance(*arguments)
                for array in jax.tree.leaves((state, arguments[4:])):
                    if isinstance(array, jax.Array):
                        shards = array.addressable_shards
                        used.update((s.device, len(s.data)) for s in shards)
                return state, logs

            patch.setattr(jax_program, "_advance", spy)
        yield used


class Trained:
    """Jobs, what training gave, and the parts on devices that it took."""

    def __init__(self, make):
        self.jobs = make()
        with uses_of_devices() as self.used, pytest.MonkeyPatch.context() as patch:
            if make is shrinking:
                # The smaller programs that pay after far more epochs.
                patch.setattr(ProgramsBySize, "should_shrink", whenever_it_can)
            self.results = train(self.jobs)


def whenever_it_can(programs, capacity, members, epochs):
    return programs.capacity(members) < capacity


@pytest.fixture(scope="module")
def divided():
    return {make: Trained(make) for make in CASES}


@pytest.fixture(scope="module")
def together(divided):
    """Train the same on one device, by programs of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WHERE, "devices", Devices)
        engine_of_backend().forget_programs()
        trained = {make: Trained(make) for make in CASES}
    engine_of_backend().forget_programs()
    return trained


def arrays_of(model):
    variables = [*model.variables, *model.optimizer.variables]
    return [np.asarray(keras.ops.convert_to_numpy(v)) for v in variables]


def assert_alike(mine, others):
    for own, result, its, other in zip(
        mine.jobs, mine.results, others.jobs, others.results, strict=True
    ):
        assert type(result.error) is type(other.error)
        assert result.training.engine == "fused", result.training
        assert other.training.engine == "fused", other.training
        assert result.training.members == other.training.members
        assert result.history.keys() == other.history.keys()
        for name, values in other.history.items():
            assert_allclose(result.history[name], values, rtol=1e-5, atol=1e-6)
        pairs = zip(arrays_of(own.model), arrays_of(its.model), strict=True)
        for array, expected in pairs:
            assert_allclose(array, expected, rtol=1e-5, atol=1e-6)


def test_cases_are_what_they_are_called(divided):
    def epochs(make):
        return [len(r.history["loss"]) for r in divided[make].results]

    assert epochs(early_stopping_of_one) == [6] * 6 + [2] + [6] * 3
    losses = [r.history["loss"][-1] for r in divided[a_loss_that_is_nan].results]
    assert np.flatnonzero(np.isnan(losses)).tolist() == [4]
    errors = [r.error for r in divided[a_callback_that_raises].results]
    assert [k for k, error in enumerate(errors) if error is not None] == [5]
    if ON_TENSORFLOW:
        assert epochs(rungs) == [6] * 4 + [3] * 5 + [1]
        assert epochs(shrinking) == [2, 7, 2] * 4


def test_all_devices_have_equal_parts(divided):
    """Ten fits and two places left on four devices; few that remain on two."""
    used = divided[members_that_devices_do_not_divide].used
    assert sorted(members for _, members in used) == [3] * 4
    assert len(dict(used)) == 4
    if ON_TENSORFLOW:
        for make in (rungs, shrinking):
            counts = [members for _, members in divided[make].used]
            assert sorted(counts) == [2] * 2 + [3] * 4


@only_tensorflow
@pytest.mark.usefixtures("divided")
def test_devices_train_at_the_same_time(monkeypatch):
    call, all_there = OnDevice.__call__, threading.Barrier(4)

    def wait_for_the_others(part, *arguments):
        all_there.wait(60)
        return call(part, *arguments)

    monkeypatch.setattr(OnDevice, "__call__", wait_for_the_others)
    results = train([job(seed) for seed in range(10)])
    assert {r.training.engine for r in results} == {"fused"}


@only_tensorflow
@pytest.mark.usefixtures("divided")
def test_a_device_that_fails_leaves_its_fits_to_model_fit(monkeypatch):
    call = OnDevice.__call__

    def fail(part, *arguments):
        if part._name.endswith("2"):
            raise tf.errors.ResourceExhaustedError(None, None, "no memory")
        return call(part, *arguments)

    def left_to_keras(job, reason):
        return Result({}, Training("keras", reason=reason))

    monkeypatch.setattr(OnDevice, "__call__", fail)
    monkeypatch.setattr(train_population, "fit_with_keras", left_to_keras)
    results = train([job(seed) for seed in range(10)])
    assert {r.training.engine for r in results} == {"keras"}
    assert all("no memory" in r.training.reason for r in results)


def sizes_of_populations(jobs):
    jobs = dict(enumerate(jobs))
    if not ON_TENSORFLOW:
        return [len(part) for part in jax_engine._parts(jobs)]
    engine_of_backend().forget_programs()  # which know the devices they are for
    plans = population_plans.population_plans(signature(jobs[0]), None, jobs, {})
    return [len(plan.members) for plan in plans]


def test_populations_are_as_large_as_the_memory_of_all_devices(monkeypatch):
    jobs = [job(seed, validation_data=None) for seed in range(12)]
    model, rows = jobs[0].model, [jobs[0].x, jobs[0].y, jobs[0].sample_weight]
    one = memory.BUDGET // memory.members_within_budget(model, rows, 8)
    monkeypatch.setattr(memory, "BUDGET", 4 * one)
    each = WHERE.devices().each
    assert sizes_of_populations(jobs) == [4, 4, 4]
    read_by = WHERE if ON_TENSORFLOW else jax_engine
    apart = Devices(each, with_own_memory=True)
    monkeypatch.setattr(read_by, "devices", lambda: apart)
    if ON_TENSORFLOW:
        # All rows on each device: less than four times as many.
        (size, *_) = sizes_of_populations(jobs)
        of_rows = sum(array.nbytes for array in rows)
        of_state = (one - of_rows) // apart.count(size)
        assert 4 < size < 12
        assert size * (of_rows + of_state) <= memory.BUDGET
    else:
        assert sizes_of_populations(jobs) == [12]


@only_jax
def test_nothing_is_divided_where_a_device_is_chosen():
    assert len(WHERE.devices().each) == 4
    assert len(WHERE.Place.of(10).devices) == 4
    with jax.default_device(jax.devices()[1]):
        assert WHERE.Place.of(10) == (10, ())


@pytest.mark.parametrize("make", CASES)
def test_results_are_those_of_one_device(make, divided, together):
    assert_alike(divided[make], together[make])
    assert len({device for device, _ in divided[make].used}) > 1
    assert len({device for device, _ in together[make].used}) <= 1


def test_models_are_where_keras_has_them(divided):
    model = divided[members_that_devices_do_not_divide].jobs[9].model
    assert places_of(model) == places_of(net(9))
    model.fit(X, Y, verbose=0)  # with arrays that are there, too
    assert np.isfinite(model.predict(X, verbose=0)).all()


def places_of(model):
    values = [v.value for v in model.variables]
    return {v.device if ON_TENSORFLOW else (v.sharding, v.committed) for v in values}


def test_a_divided_program_is_refused_where_it_is_not_what_keras_does(monkeypatch):
    trained = []
    if ON_TENSORFLOW:
        call = OnDevice.__call__

        def wrong(part, epochs, *arguments):
            state, *rest = call(part, epochs, *arguments)
            trained.append(epochs > 1)
            return [v * 1.01 if v.dtype == np.float32 else v for v in state], *rest

        monkeypatch.setattr(OnDevice, "__call__", wrong)
    else:
        go_through = Program._go_through

        def wrong(*arguments):
            (weights, *rest), logs = go_through(*arguments)
            return ([w * 1.01 for w in weights], *rest), logs

        monkeypatch.setattr(Program, "_go_through", wrong)
    monkeypatch.setattr(devices, "LEAST_MEMBERS", 1)
    engine_of_backend().forget_programs()
    with uses_of_devices() as used:
        jobs = [job(seed, validation_data=None, epochs=2) for seed in range(2)]
        first, _ = train(jobs)
    engine_of_backend().forget_programs()
    assert first.training.engine == "keras"
    assert "differs from Keras's" in first.training.reason
    # Only TensorFlow's programs are tried out where this sees it.
    assert len(used) == 2 * ON_TENSORFLOW
    assert not any(trained)
