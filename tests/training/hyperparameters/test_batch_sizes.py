"""Nets trained in batches of different sizes by one program: exactly, if it pays."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import pytest
from numpy.testing import assert_allclose
from plans import covered_by, plan
from weighted_jobs import weighted_job, weighted_rows

from skkeras.training import train
from skkeras.training.engines import population_plans
from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature
from skkeras.training.program.program_family import ProgramFamily
from skkeras.training.program.programs_by_size import ProgramsBySize
from skkeras.training.routing.eligibility import Ineligible

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

ROWS, HELD_OUT = 33, 13
SIZES = (4, 8, 5)
OPTIMIZERS = {
    "SGD": {"momentum": 0.9},
    "Adam": {"global_clipnorm": 0.1, "use_ema": True, "ema_overwrite_frequency": 3},
    "Nadam": {"gradient_accumulation_steps": 2},
    "RMSprop": {"learning_rate": keras.optimizers.schedules.CosineDecay(0.01, 20)},
}


def net(optimizer="Adam", seed=0, loss="mean_squared_error", metrics=("mae",)):
    """Build a net with a normalized, penalized layer."""
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                6,
                use_bias=False,  # the normalization would take it away again
                kernel_regularizer=keras.regularizers.L2(0.01),
                kernel_initializer=keras.initializers.GlorotUniform(seed),
            ),
            keras.layers.BatchNormalization(),
            keras.layers.Activation("relu"),
            keras.layers.Dense(
                1, kernel_initializer=keras.initializers.GlorotUniform(seed + 9)
            ),
        ]
    )
    options = {"learning_rate": 0.01} | OPTIMIZERS.get(optimizer, {})
    model.compile(
        optimizer=getattr(keras.optimizers, optimizer)(**options),
        loss=loss,
        metrics=list(metrics),
        weighted_metrics=["mse"],
    )
    return model


def job(model, batch_size, **options):
    x, weight = weighted_rows(ROWS + HELD_OUT)
    data = x, x[:, :1] * x[:, 1:2], weight
    return weighted_job(model, data, ROWS, batch_size=batch_size, **options)


def shapes(jobs, known=()):
    """Return the shapes of the programs that would train jobs."""
    return [shape for shape, _ in plan(jobs, known)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_batch_sizes_share_a_program_exactly(optimizer):
    models, references = ([net(optimizer, seed=i) for i in range(6)] for _ in range(2))
    sizes = [size for size in SIZES for _ in range(2)]
    (shape,) = shapes(list(map(job, models, sizes)))
    assert (shape.widths, shape.batch_size) == ((64,), 8)

    results = train(map(job, models, sizes))
    expected = train(
        [
            job(model, size, engine="keras")
            for model, size in zip(references, sizes, strict=True)
        ]
    )
    for model, reference, mine, its in zip(
        models, references, results, expected, strict=True
    ):
        assert (mine.training.engine, mine.training.members) == ("fused", 2)
        for part, same in zip(
            model.get_weights(), reference.get_weights(), strict=True
        ):
            assert_allclose(part, same, rtol=1e-3, atol=1e-5)
        for name in ("loss", "mae", "mse", "val_loss", "val_mae", "val_mse"):
            assert_allclose(
                mine.history[name], its.history[name], rtol=1e-4, err_msg=name
            )


@pytest.mark.usefixtures("fresh_programs")
def test_the_program_is_compiled_once():
    jobs = [job(net(seed=i), size) for i, size in enumerate(SIZES)]
    results = train(jobs)
    (key,) = population_plans.FAMILIES.keys()
    covered = covered_by(key.covers)
    assert (covered.widths, covered.batch_size) == ((64,), 8)
    first, *others = sorted((r.training.compile_seconds for r in results), reverse=True)
    assert first > 0
    assert others == [0.0, 0.0]


@pytest.mark.usefixtures("fresh_programs")
def test_few_and_many_fits_are_trained_by_one_program(monkeypatch):
    """On two cores 20 fits alone would have a program of 10 members, and 5 of 5."""
    monkeypatch.setattr(population_plans, "n_threads", lambda: 2)
    sizes = [8] * 20 + [4] * 5
    jobs = [job(net(seed=i), size) for i, size in enumerate(sizes)]
    results = train(jobs)
    assert {result.training.members for result in results} == {20, 5}
    assert len({result.training.compile_seconds for result in results} - {0.0}) == 1


def test_a_program_yet_to_be_compiled_is_shared_where_that_is_faster():
    def share(members, epochs):
        return group.share(members, threads=2, epochs=epochs, steps=20)

    group = ProgramsBySize(None, ())
    assert [share(5, 60), share(20, 60)] == [5, 5]
    group = ProgramsBySize(None, ())
    assert [share(5, 10**6), share(20, 10**6)] == [5, 10]
    group = ProgramsBySize(None, ())  # five places of ten would be computed in vain
    assert [share(20, 60), share(5, 60)] == [10, 5]


def test_what_sharing_a_program_costs_is_added_up():
    group = ProgramsBySize(None, ())
    assert group.share(5, threads=2, epochs=10, steps=20) == 5
    known = SimpleNamespace(compile_seconds=1.0, epoch_seconds=0.04)
    group._programs[5] = known
    # Three rounds of 0.4 s, in place of one of 12 fits: 0.96 s.
    shares = [group.share(21, threads=2, epochs=10, steps=20) for _ in range(5)]
    assert shares == [5, 5, 5, 5, 12]


def test_evaluation_keeps_its_own_batch_size():
    models, references = ([net(seed=i) for i in range(2)] for _ in range(2))

    def trained(models, **options):
        sizes = zip(models, (4, 8), strict=True)
        return train([job(*each, validation_batch_size=3, **options) for each in sizes])

    results, expected = trained(models), trained(references, engine="keras")
    for mine, its in zip(results, expected, strict=True):
        assert_allclose(mine.history["val_loss"], its.history["val_loss"], rtol=1e-4)


def test_a_program_for_smaller_batches_does_not_do():
    (known,) = share_programs(*grouped([job(net(), 4), job(net(seed=1), 3)]), [])
    assert known[1].get("batch_size") == 4
    assert shapes([job(net(), 8), job(net("SGD"), 8)], [known[0]])[0].batch_size == 8


def grouped(jobs):
    return jobs, {signature(each): [number] for number, each in enumerate(jobs)}


def test_a_long_training_gets_batches_of_its_own_size():
    jobs = [
        replace(job(net(seed=i), size), epochs=10**9) for i, size in enumerate(SIZES)
    ]
    assert shapes(jobs) == [None] * len(SIZES)


@pytest.mark.usefixtures("fresh_programs")
def test_where_no_program_can_be_shared_each_shape_has_its_own(monkeypatch):
    class Unshared(ProgramFamily):
        def __init__(self, job, rows, held_out, covers=None):
            if covers is not None:
                raise Ineligible("not in company")
            super().__init__(job, rows, held_out)

    monkeypatch.setattr(population_plans, "ProgramFamily", Unshared)
    sizes = (4, 8, 4, 8)
    models, references = ([net(seed=i) for i in range(4)] for _ in range(2))
    results = train(map(job, models, sizes))
    assert [r.training.engine for r in results] == ["fused"] * 4
    assert [r.training.members for r in results] == [2] * 4
    for model, reference, size in zip(models, references, sizes, strict=True):
        train([job(reference, size, engine="keras")])
        assert_allclose(
            model.get_weights()[0], reference.get_weights()[0], rtol=1e-3, atol=1e-5
        )


def mean_of_batch(y_true, y_pred):
    return keras.ops.mean(y_true) - keras.ops.mean(y_pred)


@pytest.mark.parametrize(
    "compiled",
    [
        {"metrics": [keras.metrics.R2Score()]},
        {"metrics": [mean_of_batch]},
        {"loss": "dice"},
        {"loss": mean_of_batch},
    ],
)
def test_what_mixes_rows_keeps_its_batch_size(compiled):
    models, references = (
        [net(seed=i, **compiled) for i in range(len(SIZES))] for _ in range(2)
    )
    results = train(map(job, models, SIZES))
    assert [result.training.members for result in results] == [1, 1, 1]
    for model, reference, size in zip(models, references, SIZES, strict=True):
        train([job(reference, size, engine="keras")])
        for part, same in zip(
            model.get_weights(), reference.get_weights(), strict=True
        ):
            assert_allclose(part, same, rtol=1e-3, atol=1e-5)


class Mixing(keras.layers.Layer):
    def call(self, x):
        return x - keras.ops.mean(x, axis=0, keepdims=True)


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


def applied(function):
    class Applied(keras.layers.Layer):
        def call(self, x):
            return function(x)

    return Applied


L, R, ops = keras.layers, keras.regularizers, keras.ops


@pytest.mark.parametrize(
    ("layer", "independent"),
    [
        (Mixing, False),
        (applied(lambda x: x + ops.roll(x, 1, axis=0)), False),
        (applied(lambda x: ops.flip(x, axis=0)), False),
        (lambda: L.Softmax(axis=0), False),
        (lambda: L.UnitNormalization(axis=0), False),
        (Doubled, True),
        # What fills a batch up comes last, where no sum of earlier rows sees it.
        (applied(lambda x: ops.cumsum(x, axis=0)), True),
        (L.LayerNormalization, True),
        (L.BatchNormalization, True),  # over the rows that count
        (lambda: L.Activation("relu", activity_regularizer="l2"), False),
    ],
)
@pytest.mark.parametrize("weighted", [True, False])
def test_whether_rows_are_independent_is_tried(layer, independent, weighted):
    one, other = (job(with_layer(layer()), size) for size in (4, 8))
    if not weighted:
        one, other = (replace(each, sample_weight=None) for each in (one, other))
    family = family_of(other)
    assert family.independent == independent
    family.check_batch_size(other)
    if independent:
        family.check_batch_size(one)
    else:
        with pytest.raises(Ineligible, match="other rows of its batch"):
            family.check_batch_size(one)


def family_of(job):
    rows = population_plans._rows
    data = rows(job.x, job.y, job.sample_weight), rows(*job.validation_data)
    return ProgramFamily(job, *data)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("of_a_batch", [ops.max, ops.min, ops.sort])
def test_what_a_batch_decides_is_seen_whichever_row_it_is_in(of_a_batch, seed):
    """The largest of few numbers is as often in those that do not count."""
    start = keras.initializers.GlorotUniform(seed)
    one = keras.layers.Dense(1, kernel_initializer=start)
    beside = applied(lambda x: x / (1 + ops.abs(of_a_batch(x, axis=0))))()
    model = keras.Sequential([keras.Input((4,)), one, beside, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert not family_of(job(model, 8)).independent


class DividedByRows(keras.layers.Layer):
    """Its penalty is shared by the rows of a batch, as that of a Bayesian layer is."""

    def __init__(self, factor, **options):
        super().__init__(**options)
        self.factor = factor
        self.w = self.add_weight(shape=(6,), initializer="zeros")

    def call(self, x):
        n_rows = ops.sum(ops.ones_like(x[:, 0]))
        self.add_loss(self.factor * ops.sum(self.w**2) / n_rows)
        return x + self.w

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


@pytest.mark.parametrize("factor", [1e-1, 1e-4, 1e-7])
@pytest.mark.parametrize(
    "layer",
    [
        lambda factor: L.ActivityRegularization(l2=factor),
        lambda factor: L.ActivityRegularization(l1=factor),
        lambda factor: L.Dense(
            6, kernel_initializer="zeros", activity_regularizer=R.L2(factor)
        ),
        lambda factor: applied(
            lambda x: x * (1 + factor * ops.mean(x, axis=0, keepdims=True))
        )(),
    ],
)
def test_what_rows_share_is_seen_however_little_it_is(layer, factor):
    """With other weights, which training makes of these, it may be much."""
    assert not family_of(job(with_layer(layer(factor)), 8)).independent


@pytest.mark.parametrize("factor", [1e-1, 1e-4, 1e-7])
def test_what_counts_rows_is_seen_where_weights_are_zero(factor):
    assert not family_of(job(with_layer(DividedByRows(factor)), 8)).independent


def test_rows_that_are_all_alike_do_not_tell():
    varied = job(with_layer(L.ActivityRegularization(l2=0.1)), 8)
    rows = {name: getattr(varied, name) for name in ("x", "y", "sample_weight")}
    alike = {
        name: ops.convert_to_numpy(a[:1]).repeat(len(a), 0) for name, a in rows.items()
    }
    assert not family_of(replace(varied, **alike)).independent


def with_layer(layer):
    """Build a net with a layer before its last Dense."""
    made = [keras.layers.Dense(6), layer, keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((4,)), *made])
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("metric", ["no_such_metric", "mean_io_u"])
def test_a_metric_that_cannot_be_made_is_left_to_keras_to_refuse(metric):
    jobs = [job(net(metrics=[metric]), size) for size in (4, 8)]
    for result in train(jobs):
        assert result.error is not None
