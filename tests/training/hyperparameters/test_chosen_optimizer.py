"""Fits with different optimizers trained by one program, exactly."""

import json

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plans import covered_by, plan
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from weighted_jobs import weighted_job, weighted_rows

import skkeras
from skkeras import KerasMLPClassifier
from skkeras.training import BuiltModel, Job, complete, train
from skkeras.training.engines.population_plans import FAMILIES
from skkeras.training.hyperparameters.chosen_optimizer import (
    ChosenOptimizer,
    own_optimizer,
)
from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature
from skkeras.training.state.weight_vector import ELEMENTWISE

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

ROWS, HELD_OUT = 33, 13
OF_THE_BENCHMARK = [("Adam", {}), ("RMSprop", {}), ("SGD", {})]
WITH_CONSTANTS = [
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"momentum": 0.5, "weight_decay": 0.01}),
    ("SGD", {"global_clipnorm": 0.1}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adagrad", {"initial_accumulator_value": 0.3}),
    ("Adam", {"amsgrad": True, "clipvalue": 0.01}),
    ("Adam", {"beta_1": 0.5, "epsilon": 1e-3}),
]


def net(optimizer="Adam", width=6, activation="relu", loss="mse", seed=0, **constants):
    """Build a net of two hidden layers, normalized but for Lion.

    A normalization takes the gradient of its inputs' mean away up to rounding, of which
    Lion takes the sign.
    """
    starts = [keras.initializers.GlorotUniform(10 * seed + i) for i in range(3)]
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(width, use_bias=False, kernel_initializer=starts[0]),
            *([] if optimizer == "Lion" else [keras.layers.BatchNormalization()]),
            keras.layers.Activation(activation),
            keras.layers.Dense(5, activation, kernel_initializer=starts[1]),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=starts[2]),
        ]
    )
    rate = constants.pop("learning_rate", 0.02)
    optimizer = getattr(keras.optimizers, optimizer)(rate, **constants)
    model.compile(optimizer, loss=loss, metrics=["mae"])
    return model


def job(model, **options):
    x, weight = weighted_rows(ROWS + HELD_OUT)
    y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")
    return weighted_job(model, (x, y, weight), ROWS, **{"batch_size": 8} | options)


def assert_same(model, reference):
    """Compare weights and the optimizer's state with those from Model.fit."""
    complete(model)
    variables = [[*m.weights, *m.optimizer.variables] for m in (model, reference)]
    for variable, same in zip(*variables, strict=True):
        assert_allclose(variable, same, rtol=1e-4, atol=1e-5, err_msg=variable.path)


def assert_as_keras(build, **options):
    """Compare nets trained together with the same nets in Model.fit."""
    models, references = build(), build()
    results = train([job(model, **options) for model in models])
    train([job(model, engine="keras") for model in references])
    assert {result.training.members for result in results} == {len(models)}
    for model, reference in zip(models, references, strict=True):
        assert_same(model, reference)


def names(shape):
    return [kind.__name__ for kind, _ in shape.optimizers]


def all_kinds():
    plain = [(kind.__name__, {}) for kind in ELEMENTWISE]
    return [
        net(name, seed=seed, **constants)
        for seed, (name, constants) in enumerate(plain + WITH_CONSTANTS)
        if name != "Lion"
    ]


@pytest.fixture(scope="module")
def trained_twice_by_keras():
    """Return all kinds of nets and their histories."""
    models = all_kinds()
    histories = [
        [r.history for r in train([job(model, engine="keras") for model in models])]
        for _ in range(2)
    ]
    return models, histories


@pytest.mark.parametrize("defer", [True, False])
def test_all_kinds_share_a_program_exactly(defer, trained_twice_by_keras):
    models = all_kinds()
    references, histories = trained_twice_by_keras
    for expected in histories:
        results = train([job(model, defer_optimizer=defer) for model in models])
        for mine, its in zip(results, expected, strict=True):
            assert mine.training.members == len(models), mine.training
            for name, values in its.items():
                assert_allclose(mine.history[name], values, rtol=1e-4, err_msg=name)
    for model, reference in zip(models, references, strict=True):
        assert_same(model, reference)


def test_lion_shares_a_program_exactly():
    def build():
        return [net("Lion"), net("Lion", seed=1, beta_1=0.5), net("Lion", 9)]

    assert_as_keras(build)


def test_optimizers_activations_losses_and_widths_differ_at_once():
    assert_as_keras(
        lambda: [
            net("Adam", 3, "relu", "mse"),
            net("RMSprop", 6, "tanh", "binary_crossentropy", seed=1),
            net("SGD", 9, "elu", "mse", seed=2, momentum=0.9),
        ]
    )


def wide(optimizer, seed):
    """Build a net of 29,952 weights in kernels, 30,081 with the biases."""
    starts = [keras.initializers.GlorotUniform(10 * seed + i) for i in range(2)]
    model = keras.Sequential(
        [
            keras.Input((233,)),
            keras.layers.Dense(128, "tanh", kernel_initializer=starts[0]),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=starts[1]),
        ]
    )
    model.compile(optimizer, "mse")
    return model


def test_weights_too_many_for_a_vector_are_updated_exactly():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 233)), rng.integers(0, 2, (20, 1))
    x, y = x.astype("float32"), y.astype("float32")

    def trained(**options):
        models = [
            wide(keras.optimizers.SGD(0.02, momentum=0.9), 1),
            wide(keras.optimizers.Adagrad(0.02), 2),
            wide(keras.optimizers.Ftrl(0.02), 3),
        ]
        for _ in range(2):  # the second time with optimizers that have their state
            results = train(
                [
                    Job(BuiltModel(m), x, y, epochs=2, batch_size=8, seed=1, **options)
                    for m in models
                ]
            )
        return models, results

    (models, results), (references, _) = trained(), trained(engine="keras")
    assert {result.training.members for result in results} == {3}
    for model, reference in zip(models, references, strict=True):
        assert_same(model, reference)


def test_the_same_kind_with_other_constants_is_another_choice():
    build = [net("SGD", momentum=m) for m in (0.0, 0.5, 0.9)]
    ((shape, numbers),) = plan([job(model) for model in build])
    assert (names(shape), numbers) == (["SGD"] * 3, [0, 1, 2])


def test_learning_rates_of_callbacks_reach_every_kind():
    def scheduler():
        return keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)

    models, references = (
        [net(name, seed=3) for name, _ in OF_THE_BENCHMARK] for _ in range(2)
    )
    jobs = [job(model, callbacks=[scheduler()]) for model in models]
    results = train(jobs)
    train([job(m, callbacks=[scheduler()], engine="keras") for m in references])
    assert {result.training.members for result in results} == {3}
    for model, reference in zip(models, references, strict=True):
        assert_same(model, reference)


def test_a_fit_that_diverges_does_not_spoil_others():
    models = [net("SGD", learning_rate=np.inf), net("Adam"), net("Ftrl")]
    reference = net("Adam")
    results = train([job(model) for model in models])
    train([job(reference, engine="keras")])
    assert results[1].training.members == 3
    assert np.isnan(results[0].history["loss"][-1])
    assert_same(models[1], reference)


def test_optimizers_share_the_room_for_their_state():
    kinds = tuple(own_optimizer(net(name).optimizer) for name, _ in OF_THE_BENCHMARK)
    chosen = ChosenOptimizer(kinds, None)
    chosen.build([keras.Variable(np.zeros(5, "float32"))])
    # Iterations, learning rate, and the two vectors of Adam.
    assert [tuple(v.shape) for v in chosen.variables] == [(), (), (5,), (5,)]


def test_long_fits_compute_no_other_update_than_theirs():
    jobs = [
        job(net(name), epochs=10**6) for name, _ in OF_THE_BENCHMARK for _ in range(2)
    ]
    planned = plan(jobs)
    assert all(shape is None for shape, _ in planned)
    assert sorted(numbers for _, numbers in planned) == [[0, 1], [2, 3], [4, 5]]


def test_a_program_that_is_there_takes_the_kinds_it_offers():
    jobs = [job(net(name)) for name, _ in OF_THE_BENCHMARK]
    groups = {signature(each): [number] for number, each in enumerate(jobs)}
    ((key, shape, _),) = share_programs(jobs, groups, [])
    shape = covered_by(shape)
    assert names(shape) == ["Adam", "RMSprop", "SGD"]
    later = [job(net("SGD", width=9)), job(net("RMSprop", width=8))]
    assert plan(later, [key]) == [(shape, [0, 1])]
    ((other, _),) = plan([job(net("Ftrl")), job(net("Adam", 8))], [key])
    assert names(other) == ["Adam", "Ftrl", "RMSprop", "SGD"]


@keras.saving.register_keras_serializable("test_chosen_optimizer")
class Halved(keras.optimizers.SGD):
    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, learning_rate / 2)


@pytest.mark.parametrize(
    "special",
    [
        lambda: keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9)),
        lambda: keras.optimizers.Adam(use_ema=True),
        lambda: keras.optimizers.Adam(gradient_accumulation_steps=2),
        lambda: keras.optimizers.Adam(loss_scale_factor=8.0),
        lambda: keras.optimizers.Adam(clipnorm=0.1),
        lambda: keras.optimizers.Adam(beta_1=np.float32(0.8)),
        lambda: keras.optimizers.Lamb(),
        Halved,
    ],
)
def test_what_cannot_be_chosen_has_a_program_of_its_own(special):
    assert own_optimizer(special()) is None
    models = [net("Adam"), net("SGD"), net(seed=1)]
    models[2].compile(special(), loss="mse", metrics=["mae"])
    planned = [numbers for _, numbers in plan([job(model) for model in models])]
    assert sorted(planned) == [[0, 1], [2]]


def test_kinds_are_equal_if_their_configurations_are():
    one, same = (net(learning_rate=rate).optimizer for rate in (0.1, 0.2))
    assert own_optimizer(one) == own_optimizer(same)
    assert own_optimizer(one) != own_optimizer(net(beta_1=0.8).optimizer)
    constants = dict(own_optimizer(one).constants)
    made = own_optimizer(one).make().get_config()
    assert json.dumps(constants) == json.dumps({name: made[name] for name in constants})


def test_a_loss_that_is_not_scaled_stays_so(restored_dtypes):
    """Keras would wrap a clone's optimizer in one that scales the loss."""
    keras.config.set_dtype_policy("mixed_float16")

    def trained(**options):
        models = [net(seed=5) for _ in OF_THE_BENCHMARK]
        for model, (name, _) in zip(models, OF_THE_BENCHMARK, strict=True):
            optimizer = getattr(keras.optimizers, name)(0.01)
            model.compile(optimizer, "mse", auto_scale_loss=False)
        return train([job(model, **options) for model in models])

    for mine, its in zip(trained(), trained(engine="keras"), strict=True):
        assert mine.training.members == 3
        assert_allclose(mine.history["loss"], its.history["loss"], rtol=0.01)


def test_learning_rates_are_as_precise_as_the_weights(restored_dtypes):
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    model, reference = (net("SGD", learning_rate=0.1) for _ in range(2))
    train([job(model)])
    train([job(reference, engine="keras")])
    for part, same in zip(model.get_weights(), reference.get_weights(), strict=True):
        assert_allclose(part, same, rtol=1e-11, atol=1e-13)


@pytest.fixture
def restored_dtypes():
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    yield
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)


def test_a_search_scores_the_same_fused():
    X, y = load_iris(return_X_y=True)
    search = GridSearchCV(
        KerasMLPClassifier((5,), l2=0.01, epochs=5, random_state=0, learning_rate=0.01),
        {"optimizer": ["adam", "rmsprop", "sgd"], "l2": [0.001, 0.01]},
        cv=2,
        refit=False,
    )
    before = set(FAMILIES.keys())
    with skkeras.fused():
        fused = clone(search).fit(X, y).cv_results_["mean_test_score"]
    (key,) = set(FAMILIES.keys()) - before
    assert names(covered_by(key.covers)) == ["Adam", "RMSprop", "SGD"]
    assert_allclose(fused, search.fit(X, y).cv_results_["mean_test_score"])
