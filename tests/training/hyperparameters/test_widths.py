"""Nets of different widths trained as one: exactly, and only where it is exact."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plans import covered_by, plan

from skkeras.training import BuiltModel, Job, predict, train
from skkeras.training.hyperparameters.widths import (
    Widths,
    hidden_widths,
    leaves_zeros,
    sizes_of,
)
from skkeras.training.hyperparameters.zero_at_zero import ZERO_AT_ZERO
from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

ROWS = 33
WIDTHS = ((5, 3), (3, 8), (12, 2))
OPTIMIZERS = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"centered": True},
    "Adagrad": {},
    "Adadelta": {},
    "Adam": {"global_clipnorm": 0.1},
    "AdamW": {"clipnorm": 0.1},
    "Adamax": {"use_ema": True, "ema_overwrite_frequency": 3},
    "Nadam": {"gradient_accumulation_steps": 2},
    "Ftrl": {"l2_regularization_strength": 0.1},
    "Lion": {},
    "Lamb": {},
}


def net(widths, optimizer="Adam", activation="relu", seed=0, **dense):
    """Build a net of these hidden layers."""
    layers = [
        keras.layers.Dense(
            units,
            activation=activation,
            kernel_initializer=keras.initializers.GlorotUniform(seed + i),
            **dense,
        )
        for i, units in enumerate(widths)
    ]
    head = keras.layers.Dense(
        1, "sigmoid", kernel_initializer=keras.initializers.GlorotUniform(seed + 9)
    )
    model = keras.Sequential([keras.Input((4,)), *layers, head])
    options = OPTIMIZERS.get(optimizer, {})
    model.compile(
        optimizer=getattr(keras.optimizers, optimizer)(0.01, **options),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return model


def job(model, **options):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(ROWS, 4)).astype("float32")
    y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")
    return Job(BuiltModel(model), x, y, epochs=3, batch_size=8, seed=1, **options)


def assert_same_weights(model, reference):
    weights = model.get_weights(), reference.get_weights()
    for part, same in zip(*weights, strict=True):
        assert_allclose(part, same, rtol=1e-4, atol=1e-5)


def assert_as_keras(models, references):
    """Train some models together and others by `Model.fit`; they end up the same."""
    results = train([job(model) for model in models])
    expected = train([job(model, engine="keras") for model in references])
    for model, reference, mine, its in zip(
        models, references, results, expected, strict=True
    ):
        assert (mine.training.engine, mine.training.members) == ("fused", len(models))
        assert_same_weights(model, reference)
        slots = model.optimizer.variables, reference.optimizer.variables
        for slot, same in zip(*slots, strict=True):
            assert_allclose(slot.numpy(), same.numpy(), rtol=1e-3, atol=1e-5)
        assert_allclose(mine.history["loss"], its.history["loss"], rtol=1e-4)
        assert_allclose(mine.history["accuracy"], its.history["accuracy"], atol=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_widths_share_a_program_exactly(optimizer):
    models, references = (
        [net(widths, optimizer, seed=i) for i, widths in enumerate(WIDTHS)]
        for _ in range(2)
    )
    assert_as_keras(models, references)


def normalized(widths):
    """Build a net as `create_mlp` does, with normalized, penalized layers."""
    model = keras.Sequential([keras.Input((4,))])
    for i, units in enumerate(widths):
        model.add(
            keras.layers.Dense(
                units,
                kernel_regularizer=keras.regularizers.L1L2(0.01, 0.01),
                kernel_initializer=keras.initializers.GlorotUniform(i),
            )
        )
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("gelu"))
    initializer = keras.initializers.GlorotUniform(9)
    model.add(keras.layers.Dense(1, "sigmoid", kernel_initializer=initializer))
    # Not Adam: it would make the most of the noise in gradients that are truly zero,
    # as those of a bias before a normalization.
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def test_normalized_and_penalized_layers_share_a_program():
    assert_as_keras(*([normalized(w) for w in WIDTHS] for _ in range(2)))


def test_training_goes_on_in_a_wider_program():
    models, references = ([net(w) for w in WIDTHS] for _ in range(2))
    for _ in range(2):
        assert_as_keras(models, references)


def test_a_model_uses_a_wider_program_until_its_own_would_have_paid():
    # On another backend, where it is skipped, the module would hide the function train.
    from skkeras.training.engines.population_plans import FAMILIES

    wide = [job(net(w, activation="selu")) for w in WIDTHS]
    train(wide)
    known = FAMILIES.keys()

    def widths(epochs, count=2):
        jobs = [replace(job(net((7, 7), activation="selu")), epochs=epochs)] * count
        groups = {signature(jobs[0]): list(range(count))}
        planned = share_programs(jobs, groups, known)
        return [covers and covered_by(covers).widths for _, covers, _ in planned]

    assert widths(epochs=3) == [(64, 64)]
    assert widths(epochs=3, count=1) == [None]
    seconds = 2 * 6 * ROWS * (64 * 64 + 5 * 64 - 7 * 7 - 5 * 7) / 3e10
    epochs = int(0.6 / seconds)
    assert widths(epochs) == [(64, 64)]
    assert widths(epochs) == [None]


def test_a_flattened_layer_keeps_its_width():
    def flattened(units):
        hidden = keras.layers.Dense(units, "relu")
        layers = [hidden, keras.layers.Flatten(), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((4, 3)), *layers])
        model.compile("adam", "mse")
        return model

    model = flattened(6)
    assert hidden_widths(model) is None
    x = np.random.default_rng(0).normal(size=(9, 4, 3)).astype("float32")
    assert_allclose(predict(model, x), model.predict(x, verbose=0), rtol=1e-5)


def test_images_are_flattened_first():
    layers = [keras.layers.Flatten(), keras.layers.Dense(6, "relu")]
    head = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((4, 3)), *layers, head])
    model.compile("adam", "mse")
    assert hidden_widths(model) == (6,)
    x = np.random.default_rng(0).normal(size=(9, 4, 3)).astype("float32")
    expected = model.predict(x, verbose=0)
    assert_allclose(predict(model, x), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("optimizer", "exact"),
    [
        (keras.optimizers.Adam(), True),
        (keras.optimizers.Adam(epsilon=0.0), False),
        (keras.optimizers.Ftrl(), True),
        (keras.optimizers.Ftrl(initial_accumulator_value=0.0), False),
        (keras.optimizers.Adagrad(initial_accumulator_value=0.0), True),
        (keras.optimizers.SGD(), True),
    ],
)
def test_no_update_divides_zero_by_zero(optimizer, exact):
    assert leaves_zeros(optimizer) is exact


def test_early_stopping_restores_the_weights_of_the_narrow_model():
    def stopping():
        return [
            keras.callbacks.EarlyStopping("loss", patience=0, restore_best_weights=True)
        ]

    models, references = ([net(w) for w in WIDTHS] for _ in range(2))
    train([job(model, callbacks=stopping()) for model in models])
    train([job(m, callbacks=stopping(), engine="keras") for m in references])
    for model, reference in zip(models, references, strict=True):
        assert_same_weights(model, reference)


def test_activations_taken_for_zero_at_zero_are():
    zero = keras.ops.zeros((1, 3))
    functions = {
        getattr(keras.activations, name)
        for name in dir(keras.activations)
        if not name.startswith("_") and name not in ("get", "serialize", "deserialize")
    }
    # glu halves its input, the softmaxes mix units, threshold needs arguments.
    other = ("glu", "softmax", "log_softmax", "sparsemax", "threshold")
    for function in functions:
        if function.__name__ not in other:
            is_zero = bool(np.all(keras.ops.convert_to_numpy(function(zero)) == 0))
            assert (function in ZERO_AT_ZERO) is is_zero, function.__name__


@pytest.mark.parametrize(
    "model",
    [
        lambda: net((5, 3), activation="sigmoid"),
        lambda: net((5, 3), activation="softmax"),
        lambda: net((5, 3), kernel_constraint=keras.constraints.UnitNorm()),
        lambda: net((5, 3), kernel_regularizer="orthogonal_regularizer"),
        lambda: net((5, 3), activity_regularizer="l2"),
        lambda: net((5, 3), activation=lambda x: keras.ops.relu(x) + 1),
        lambda: with_layer(keras.layers.Dropout(0.5)),
        lambda: with_layer(keras.layers.BatchNormalization(epsilon=0.0)),
        lambda: with_layer(keras.layers.LayerNormalization()),
        lambda: with_layer(keras.layers.GaussianNoise(0.1)),
        lambda: net(()),
    ],
)
def test_where_units_of_zeros_would_count_widths_are_exact(model):
    assert hidden_widths(model()) is None


def with_layer(layer):
    hidden, head = keras.layers.Dense(3, "relu"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((4,)), hidden, layer, head])
    model.compile("adam", "mse")
    return model


def test_an_optimizer_that_mixes_weights_keeps_their_widths():
    jobs = [job(net(w, "Adafactor")) for w in WIDTHS]
    groups = {signature(j): [i] for i, j in enumerate(jobs)}
    planned = share_programs(jobs, groups, [])
    assert [covers.get("widths") for _, covers, _ in planned] == [None] * 3


def test_large_models_keep_their_widths():
    def covered(*widths):
        sizes = {sizes_of(net(each)) for each in widths}
        return [sizes[1:-1] for sizes in Widths().cover(sizes, set())]

    assert covered((5, 3), (12, 2)) == [(64, 64), (16, 16), (16, 4)]
    assert covered((2000, 3), (12, 2)) == [(2048, 4)]
    assert covered((2000, 3), (12, 100)) == []


def test_a_long_training_gets_a_program_of_its_own():
    small, large = job(net((4,))), job(net((60,)))
    groups = {signature(j): [i] for i, j in enumerate((small, large))}
    ((_, shape, numbers),) = share_programs([small, large], groups, [])
    assert (covered_by(shape).widths, numbers) == ((64,), [0, 1])
    jobs = [replace(j, epochs=10**9) for j in (small, large)]
    # Four units are a power of two: a program for all such has no more to compute.
    assert [(s and s.widths, numbers) for s, numbers in plan(jobs)] == [
        (None, [1]),
        ((4,), [0]),
    ]


@pytest.mark.usefixtures("fresh_programs")
def test_fits_whose_shared_program_fails_are_trained_by_their_own(monkeypatch):
    from skkeras.training.program import program_family

    original = program_family.make_template

    def failing(job, rows, covers):
        if covers:
            raise MemoryError("no room")
        return original(job, rows, covers)

    monkeypatch.setattr(program_family, "make_template", failing)
    models, references = ([net((4,)), net((7,))] for _ in range(2))
    ((shape, _),) = plan([job(model) for model in models])
    assert shape.widths == (64,)
    results = train([job(model) for model in models])
    train([job(model, engine="keras") for model in references])
    assert [result.training.engine for result in results] == ["compiled"] * 2
    for model, reference in zip(models, references, strict=True):
        assert_same_weights(model, reference)
