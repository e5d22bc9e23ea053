"""What users' functions and classes read from outside: each fit trains with its own."""

import types

import keras
import numpy as np
import pytest
from keras import ops
from other_versions import needs_functions_for_weights, needs_muon
from strangers import L, check, compiled, jobs_of, net, table

from skkeras.training import train
from skkeras.training.planning.signature import signature

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.in_turn]


# Keys of a config that say what a layer computes


class Projection(L.Layer):
    """A fixed random matrix that its seed decides."""

    def __init__(self, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed

    def build(self, shape):
        rng = np.random.default_rng(self.seed)
        self.matrix = rng.normal(size=(shape[-1], 3)).astype("float32")

    def call(self, inputs):
        return ops.matmul(inputs, self.matrix)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


class Started(L.Layer):
    """A number whose name ends as those of initializers do."""

    def __init__(self, offset_initializer=0.0, **kwargs):
        super().__init__(**kwargs)
        self.offset_initializer = offset_initializer

    def call(self, inputs):
        return ops.tanh(inputs + self.offset_initializer)

    def get_config(self):
        config = super().get_config()
        return {**config, "offset_initializer": self.offset_initializer}


@pytest.mark.parametrize("layer", [Projection, Started])
def test_a_config_key_of_one_s_own(layer):
    check(lambda member: net(layer(1 + member), L.Dense(2)))


# What a function reads from outside, changed between fits

FACTOR = 1.0
SETTINGS = {"factor": 1.0}
NUMBERS = [1.0]
SOME_OBJECT = types.SimpleNamespace(inner=types.SimpleNamespace(factor=1.0))


def helper():
    return FACTOR


def set_global(value):
    global FACTOR
    FACTOR = value


def set_inner(value):
    SOME_OBJECT.inner.factor = value


class Kept:
    """An object with a method that a model uses."""

    def __init__(self):
        self.factor = 1.0

    def __call__(self):
        return self.factor


KEPT = Kept()


def closure():
    factor = 1.0

    def change(value):
        nonlocal factor
        factor = value

    return (lambda: factor), change


def with_default(factor=1.0):
    return factor


def set_default(value):
    with_default.__defaults__ = (value,)


IN_CLOSURE, SET_CLOSURE = closure()
READ_FROM = {
    "global": (lambda: FACTOR, set_global),
    "global of a function that it calls": (helper, set_global),
    "dict": (lambda: SETTINGS["factor"], lambda v: SETTINGS.update(factor=v)),
    "list": (lambda: NUMBERS[0], lambda v: NUMBERS.__setitem__(0, v)),
    "attribute": (lambda: SOME_OBJECT.inner.factor, set_inner),
    "object with __call__": (KEPT, lambda v: setattr(KEPT, "factor", v)),
    "closure": (IN_CLOSURE, SET_CLOSURE),
    "default argument": (with_default, set_default),
}


class Times(L.Layer):
    def __init__(self, read):
        super().__init__()
        self.read = read

    def call(self, inputs):
        return inputs * self.read()


def reading(read, what):
    """Return a factory of models of which a part reads a value."""

    def loss(y_true, y_pred):
        return ops.mean(read() * ops.square(y_true - y_pred), axis=-1)

    def metric(y_true, y_pred):
        return read() * ops.mean(ops.abs(y_true - y_pred), axis=-1)

    parts = {
        "loss": lambda: net(L.Dense(2), loss=loss),
        "metric": lambda: net(L.Dense(2), metrics=[metric]),
        "layer": lambda: net(Times(read), L.Dense(2)),
        "activation": lambda: net(
            L.Dense(2, activation=lambda x: ops.tanh(read() * x))
        ),
        "regularizer": lambda: net(
            L.Dense(2, kernel_regularizer=lambda w: 0.1 * read() * ops.sum(w**2))
        ),
        "constraint": lambda: net(
            L.Dense(2, kernel_constraint=lambda w: ops.clip(w, -read() / 3, read() / 3))
        ),
    }
    return lambda member: parts[what]()


PARTS = [
    *("loss", "metric", "layer", "activation"),
    pytest.param("regularizer", marks=needs_functions_for_weights),
    pytest.param("constraint", marks=needs_functions_for_weights),
]


@pytest.mark.parametrize("what", PARTS)
@pytest.mark.parametrize("source", READ_FROM)
def test_a_value_decides_the_program(source, what):
    read, change = READ_FROM[source]
    keys = []
    try:
        for value in (1.0, 0.4, 1.0):
            change(value)
            (job,) = jobs_of([reading(read, what)(0)], table())
            keys.append(signature(job))
    finally:
        change(1.0)
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.parametrize("what", PARTS)
def test_a_value_that_changes_between_fits(what):
    read, change = READ_FROM["global"]
    try:
        train(jobs_of([reading(read, what)(k) for k in range(2)], table()))
        change(0.4)
        check(reading(read, what), epochs=1)
    finally:
        change(1.0)


# Functions of one name


def times(strength):
    """Return functions that have a name, a code and a module in common."""

    def activation(x):
        return ops.tanh(strength * x)

    def regularizer(w):
        return strength * ops.sum(w**2)

    def constraint(w):
        return ops.clip(w, -strength, strength)

    def initializer(shape, dtype=None):
        return strength * ops.ones(shape, dtype)

    def loss(y_true, y_pred):
        return ops.mean(ops.abs(y_true - y_pred) ** (1 + strength), axis=-1)

    return types.SimpleNamespace(**locals())


@needs_functions_for_weights
@pytest.mark.parametrize("within", ["one model", "two models"])
def test_closures_of_one_name(within):
    def layer(k):
        made = times(k)
        return L.Dense(
            3,
            activation=made.activation,
            kernel_regularizer=made.regularizer,
            kernel_constraint=made.constraint,
            kernel_initializer=made.initializer,
        )

    def make(member):
        of = [0.1, 0.7] if within == "one model" else [(0.1, 0.7)[member]]
        return net(*map(layer, of))

    check(make)


def test_losses_of_one_name_in_one_model():
    def make(member):
        inputs = keras.Input((4,))
        outputs = [L.Dense(1, name=name)(inputs) for name in ("left", "right")]
        losses = [times(0.3).loss, times(1.0 + member).loss]
        return compiled(keras.Model(inputs, outputs), losses)

    x, y = table()
    check(make, (x, [y, y]))


# Arguments that no config tells


class Slowed(keras.optimizers.SGD):
    def __init__(self, rate, slowness):
        super().__init__(rate)
        self.slowness = slowness

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient / self.slowness, variable, learning_rate)


class Weighted(keras.losses.Loss):
    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def call(self, y_true, y_pred):
        return self.weight * ops.mean(ops.square(y_true - y_pred), axis=-1)


class Rooted(Weighted):
    def call(self, y_true, y_pred):
        return ops.sqrt(super().call(y_true, y_pred) + 1e-2)


class WeightedMetric(keras.metrics.Mean):
    def __init__(self, weight):
        super().__init__(name="weighted")
        self.weight = weight

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(self.weight * ops.abs(y_true - y_pred), sample_weight)


class Pull(keras.regularizers.Regularizer):
    def __init__(self, strength):
        self.strength = strength

    def __call__(self, weight):
        return self.strength * ops.sum(ops.square(weight - 1))


class Bound(keras.constraints.Constraint):
    def __init__(self, bound):
        self.bound = bound

    def __call__(self, weight):
        return ops.clip(weight, -self.bound, self.bound)


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, step):
        return self.rate / (1 + ops.cast(step, "float32"))


def with_optimizer(optimizer, **arguments):
    model = net(L.Dense(3), **arguments)
    model.compile(optimizer=optimizer, loss="mse")
    return model


def set_later(place, name, value):
    """Return a model of which a layer or variable is given something once built."""
    model = net(L.Dense(3))
    setattr(place(model.layers[0]), name, value)
    return model


def kernel(layer):
    return layer.kernel


def layer_itself(layer):
    return layer


WITHOUT_CONFIG = {
    "optimizer": lambda v: with_optimizer(Slowed(0.1, 1 + v)),
    "schedule": lambda v: with_optimizer(keras.optimizers.SGD(OwnSchedule(v))),
    "loss": lambda v: net(L.Dense(2), loss=Weighted(v)),
    "loss whose parent has the argument": lambda v: net(L.Dense(2), loss=Rooted(v)),
    "metric": lambda v: net(L.Dense(2), metrics=[WeightedMetric(v)]),
    "regularizer": lambda v: net(L.Dense(2, kernel_regularizer=Pull(v))),
    "constraint": lambda v: net(L.Dense(2, kernel_constraint=Bound(v))),
    "variable's regularizer": lambda v: set_later(kernel, "regularizer", Pull(v)),
    "variable's constraint": lambda v: set_later(kernel, "constraint", Bound(v)),
    "layer's regularizer": lambda v: set_later(
        layer_itself, "kernel_regularizer", Pull(v)
    ),
    "layer's activation": lambda v: set_later(
        layer_itself, "activation", lambda x: ops.tanh(v * x)
    ),
    "stock regularizer, set later": lambda v: set_later(
        kernel, "regularizer", keras.regularizers.L2(v)
    ),
    "stock constraint, set later": lambda v: set_later(
        kernel, "constraint", keras.constraints.MaxNorm(v)
    ),
}


@pytest.mark.parametrize("kind", WITHOUT_CONFIG)
def test_arguments_that_no_config_tells(kind):
    check(lambda member: WITHOUT_CONFIG[kind]((0.05, 0.4)[member]))


MUON = {
    "weight_decay": (0.01, 0.3),
    "adam_weight_decay": (0.02, 0.4),
    "adam_beta_1": (0.5, 0.9),
    "adam_beta_2": (0.9, 0.99),
    "adam_lr_ratio": (0.1, 1.0),
    "momentum": (0.5, 0.9),
    "muon_a": (3.0, 3.4),
    "muon_b": (-4.7, -4.0),
    "muon_c": (2.0, 1.5),
    "ns_steps": (2, 5),
    "nesterov": (True, False),
    "rms_rate": (0.1, 0.4),
    "epsilon": (1e-7, 1e-2),
    "exclude_layers": ([], ["out.*"]),
}


@needs_muon
def test_arguments_of_muon():
    def make(member):
        layers = [L.Dense(3, activation="tanh"), L.Dense(1, name="output")]
        model = keras.Sequential([keras.Input((4,)), *layers])
        options = {name: values[member] for name, values in MUON.items()}
        model.compile(optimizer=keras.optimizers.Muon(0.01, **options), loss="mse")
        return model

    check(make)


@pytest.mark.parametrize("argument", MUON)
@needs_muon
def test_an_argument_of_muon_decides_the_program(argument):
    def key(member):
        model = net(L.Dense(3))
        value = MUON[argument][member]
        model.compile(keras.optimizers.Muon(0.01, **{argument: value}), loss="mse")
        return signature(jobs_of([model], table())[0])

    assert key(0) == key(0) != key(1)


# A single variable that is not trained


@pytest.mark.parametrize("name", ["bias", "kernel"])
@pytest.mark.parametrize("members", [(0, 1), (0,), (1,)])
def test_a_variable_that_is_not_trained(name, members):
    first = [np.full((4, 3) if name == "kernel" else 3, 0.1 * (1 + k)) for k in (0, 1)]
    first = [value.astype("float32") for value in first]

    def make(member):
        model = net(L.Dense(3, activation="tanh"))
        getattr(model.layers[0], name).assign(first[member])
        if member in members:
            getattr(model.layers[0], name).trainable = False
        return model

    for member, job in enumerate(check(make)):
        variable = getattr(job.model.layers[0], name)
        assert np.array_equal(variable, first[member]) == (member in members)
        job.model.predict(job.x, verbose=0)
        job.model.summary(print_fn=lambda *args, **kwargs: None)
