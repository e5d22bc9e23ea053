"""One conformance suite for all hyperparameters that a program takes at run time."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plans import plan
from turns import today

from skkeras.training import BuiltModel, Job, train
from skkeras.training.hyperparameters.base import Covers
from skkeras.training.hyperparameters.catalogue import COVERED, own_values
from skkeras.training.hyperparameters.free import FREE
from skkeras.training.planning.signature import signature

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.in_turn,
    pytest.mark.usefixtures("fresh_programs"),
]

L, O = keras.layers, keras.optimizers  # noqa: E741
ROWS = 29


def dense(width, activation, penalty, rate):
    """Return the layers of a perceptron."""
    return [
        L.Flatten(),
        L.Dense(width, activation, kernel_regularizer=penalty),
        *([L.Dropout(rate, seed=3)] if rate else []),
        L.Dense(5, activation),
    ]


def convolution(width, activation, penalty, rate):
    """Return the layers of a small convolutional net with sigmoid units at its end."""
    return [
        L.Conv1D(width, 3, activation=activation, kernel_regularizer=penalty),
        L.Flatten(),
        *([L.Dropout(rate, seed=3)] if rate else []),
        L.Dense(4, "sigmoid"),
    ]


def job(
    layers=dense,
    *,
    is_functional=False,
    width=6,
    activation="relu",
    l2=0.01,
    rate=0.0,
    loss="mse",
    optimizer="Adam",
    batch_size=8,
    seed=0,
    **options,
):
    """Return a fit of a small net, the same for the same arguments."""
    inner = layers(width, activation, keras.regularizers.L2(l2), rate)
    inputs, head = keras.Input((6, 2)), L.Dense(1, "sigmoid")
    if is_functional:
        x = inputs
        for layer in inner:
            x = layer(x)
        model = keras.Model(inputs, head(x))
    else:
        model = keras.Sequential([inputs, *inner, head])
    kind = getattr(O, optimizer)
    model.compile(kind(learning_rate=0.01), loss=loss, metrics=["mae"])
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.4, size=variable.shape))
    x = rng.normal(size=(ROWS, 6, 2)).astype("float32")
    y = (x[:, :1, 0] > 0).astype("float32")
    fit = {"epochs": 2, "batch_size": batch_size, "seed": seed} | options
    return Job(BuiltModel(model), x, y, None, **fit)


@dataclass
class Case:
    """A hyperparameter, and what makes fits differ in it alone.

    Parameters
    ----------
    argument : str
        Of `job`.
    values : list
    exact : callable
        Makes a job that must have its own value exactly.
    fixed : dict
        Further arguments of `job`.
    """

    argument: str
    values: list
    exact: Callable | None = None
    fixed: dict | None = None

    def jobs(self, **options):
        fixed = (self.fixed or {}) | options
        return [job(**fixed, **{self.argument: value}) for value in self.values]


CASES = {
    "penalty_factors": Case("l2", [0.001, 0.01, 0.3]),
    "dropout_rate": Case("rate", [0.1, 0.5, 0.8]),
    "batch_size": Case("batch_size", [3, 8, 40], lambda: job(rate=0.5)),
    "optimizer": Case(
        "optimizer", ["Adam", "SGD", "RMSprop"], lambda: job(optimizer="Lamb")
    ),
    "loss": Case(
        "loss",
        ["mse", "binary_crossentropy", "hinge"],
        lambda: job(loss=keras.losses.Huber(0.5)),
    ),
    "activation": Case(
        "activation", ["relu", "tanh", "elu"], lambda: job(activation="sigmoid")
    ),
    "widths": Case("width", [3, 6, 17], lambda: job(activation="sigmoid")),
}
BY_NAME = {each.name: each for each in (*FREE, *COVERED)}
of_all = pytest.mark.parametrize("name", BY_NAME)
of_covered = pytest.mark.parametrize("name", [each.name for each in COVERED])


def test_each_hyperparameter_has_a_case():
    assert CASES.keys() == BY_NAME.keys()


@of_all
def test_jobs_of_other_values_are_told_apart_by_nothing_else(name):
    hyperparameter, jobs = BY_NAME[name], CASES[name].jobs()
    assert len({hyperparameter.own(each) for each in jobs}) == len(jobs)
    without = () if hyperparameter in FREE else (hyperparameter,)
    assert len({signature(each, without) for each in jobs}) == 1
    others = [
        jobs[0],
        *CASES[name].jobs(is_functional=True)[:1],
        replace(jobs[0], sample_weight=np.ones(ROWS, "float32")),
    ]
    assert len({signature(each, without) for each in others}) == len(others)


@of_covered
def test_a_value_counts_where_it_is_not_left_out(name):
    jobs = CASES[name].jobs()
    assert len(set(map(signature, jobs))) == len(jobs)


@of_covered
def test_what_is_covered_serves(name):
    hyperparameter, jobs = BY_NAME[name], CASES[name].jobs()
    values = {hyperparameter.own(each) for each in jobs}
    if name == "batch_size":  # all others come to the largest
        values = {max(values)}
    candidates = list(hyperparameter.cover(values, {hyperparameter.own(jobs[0])}))
    assert candidates
    for covered in candidates:
        assert hyperparameter.serves(covered, hyperparameter.most_of(covered))
        assert all(hyperparameter.serves(covered, hyperparameter.own(j)) for j in jobs)
        for each in jobs:
            covers = covers_of(each, **{name: covered})
            assert hyperparameter.extra_seconds(covers, each) >= 0


@of_covered
def test_less_than_all_does_not_serve(name):
    hyperparameter, jobs = BY_NAME[name], CASES[name].jobs()
    least = jobs[0]  # of the values, where they have an order
    (covered, *_) = [*hyperparameter.cover({hyperparameter.own(least)}, set())][::-1]
    assert hyperparameter.serves(covered, hyperparameter.own(least))
    assert not hyperparameter.serves(covered, hyperparameter.own(jobs[-1]))


@of_covered
def test_a_job_that_must_have_its_value_exactly(name):
    exact = CASES[name].exact()
    assert BY_NAME[name].own(exact) is None
    assert BY_NAME[name] not in own_values(exact)


def covers_of(each, **covered):
    """Return covers that have a job's own values but for some."""
    own = {
        h.name: next(iter(h.cover({value}, set())))
        for h, value in own_values(each).items()
    }
    return Covers((own | covered).items())


def assert_trained_alike(jobs, others, rtol=1e-4, atol=2e-5):
    results, expected = train(jobs), [train([each])[0] for each in others]
    for mine, its in zip(results, expected, strict=True):
        assert (mine.error, its.error) == (None, None)
        assert mine.history.keys() == its.history.keys()
        for name, values in its.history.items():
            assert_allclose(mine.history[name], values, rtol=rtol, err_msg=name)
    for one, other in zip(jobs, others, strict=True):
        for part, same in zip(
            one.model.get_weights(), other.model.get_weights(), strict=True
        ):
            assert_allclose(part, same, rtol=rtol, atol=atol)
    return results


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        *((name, dense) for name in BY_NAME),
        # A convolution that is alone may be faster in Model.fit, which draws otherwise.
        *((name, convolution) for name in BY_NAME if name != "dropout_rate"),
    ],
)
def test_one_program_trains_all_values_as_each_is_trained_by_itself(name, layers):
    case = CASES[name]
    is_random = name == "dropout_rate"
    engine = "auto" if is_random else "keras"
    jobs, others = case.jobs(layers=layers), case.jobs(layers=layers, engine=engine)
    results = assert_trained_alike(jobs, others)
    if layers is dense:  # of convolutions Model.fit may train what it is faster at
        assert all(r.training.engine != "keras" for r in results), results


@of_all
@pytest.mark.parametrize("layers", [dense, convolution])
def test_one_program_is_planned_for_all_values(name, layers):
    jobs = CASES[name].jobs(layers=layers)
    n_programs = 3 if (name, layers) == ("widths", convolution) else 1
    assert len(plan(jobs)) == n_programs


@pytest.mark.parametrize("number", range(7))
def test_fits_that_differ_in_several_are_trained_as_by_keras(number):
    rng = np.random.default_rng([int(f"{today():%y%m%d}"), number])
    layers = [dense, convolution][rng.integers(2)]
    is_functional = bool(rng.integers(2))
    differing = {
        case.argument: case.values
        for name, case in CASES.items()
        if name != "dropout_rate" and rng.random() < 0.7
    }
    drawn = [
        {name: values[rng.integers(len(values))] for name, values in differing.items()}
        for _ in range(4)
    ]
    every = [{"seed": seed, **values} for seed, values in enumerate(drawn)]
    how = {"layers": layers, "is_functional": is_functional}
    print(how, every)
    jobs = [job(**how, **values) for values in every]
    assert_trained_alike(jobs, [job(engine="keras", **how, **v) for v in every])


def test_a_rate_of_dropout_is_that_of_keras():
    """By the numbers that are left: a layer keeps 1 - rate of them, scaled by that."""
    rates = [0.25, 0.75]

    for rate in rates:
        each = job(rate=rate)
        layer = next(x for x in each.model.layers if isinstance(x, L.Dropout))
        lifted = BY_NAME["dropout_rate"].lift(each.model, None, None)
        assert lifted.variable.numpy() == np.float32(rate)
        ones = keras.ops.ones((400, 50))
        kept = np.asarray(layer.call(ones, training=True))
        assert set(np.unique(kept)) == {0.0, np.float32(1 / (1 - rate))}
        assert_allclose((kept == 0).mean(), rate, atol=0.02)
        np.testing.assert_array_equal(layer.call(ones), ones)


def two_heads(first):
    """Return a fit of a model whose outputs are called as hyperparameters are."""
    inputs = keras.Input((6, 2))
    hidden = [L.Dense(4, "tanh", name=name)(L.Flatten()(inputs)) for name in "ab"]
    drop = L.Dropout(1e-6, seed=1)
    outputs = {
        "rate": L.Dense(1, name="r")(drop(hidden[first])),
        "seed": L.Dense(1, name="s")(hidden[1 - first]),
        "z": L.Dense(1, name="z")(L.Concatenate()(hidden)),
    }
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss=dict.fromkeys(outputs, "mse"))
    rng = np.random.default_rng(3)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    x = rng.normal(size=(ROWS, 6, 2)).astype("float32")
    y = {name: x[:, :1, 0] for name in outputs}
    return Job(BuiltModel(model), x, y, None, epochs=2, batch_size=8, seed=0)


def test_outputs_may_be_called_as_what_does_not_count():
    """The model's configuration names its outputs, too."""
    jobs = [two_heads(first) for first in (0, 1)]
    assert signature(jobs[0]) != signature(jobs[1])
    others = [replace(two_heads(first), engine="keras") for first in (0, 1)]
    assert_trained_alike(jobs, others, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", ["SGD", "AdamW", "Nadam"])
def test_an_optimizer_that_somebody_has_changed_is_no_choice(kind):
    def steps_thrice(optimizer):
        update = type(optimizer).update_step

        def update_step(gradient, variable, learning_rate):
            update(optimizer, gradient, variable, 3 * learning_rate)

        optimizer.update_step = update_step

    for change in (lambda o: setattr(o, "gain", 0.5), steps_thrice):
        changed, trained = job(optimizer=kind), job(optimizer=kind)
        change(changed.model.optimizer)
        train([replace(trained, engine="keras")])  # its state is no change
        assert BY_NAME["optimizer"].own(trained) is not None
        assert BY_NAME["optimizer"].own(changed) is None


@pytest.mark.parametrize("noise_shape", [None, (8, 1), (1,), (None, 4)])
def test_shapes_of_noise_are_those_of_keras(noise_shape):
    layer = L.Dropout(0.5, noise_shape=noise_shape, seed=1)
    x = keras.ops.ones((8, 4))
    expected = np.asarray(layer(x, training=True)) > 0
    layer = L.Dropout(0.5, noise_shape=noise_shape, seed=1)
    model = keras.Sequential([keras.Input((4,)), layer])
    BY_NAME["dropout_rate"].lift(model, None, None)
    np.testing.assert_array_equal(
        np.asarray(layer.call(x, training=True)) > 0, expected
    )


def test_large_perceptrons_share_optimizers_and_batch_sizes():
    large = {"width": 3000, "layers": dense}
    assert len(plan([job(optimizer=o, **large) for o in ("SGD", "Adam")])) == 1
    assert len(plan([job(batch_size=size, **large) for size in (7, 8)])) == 1


def test_activations_beside_a_model_inside_are_exact():
    inner = keras.Input((6, 2))
    inner = keras.Model(inner, L.Flatten()(inner))
    jobs = []
    for activation in ("relu", "tanh"):
        layers = [keras.Input((6, 2)), inner, L.Dense(4, activation), L.Dense(1)]
        model = keras.Sequential(layers)
        model.compile("sgd", "mse")
        jobs.append(replace(job(), fit_model=BuiltModel(model)))
    assert [BY_NAME["activation"].own(each) for each in jobs] == [None, None]
