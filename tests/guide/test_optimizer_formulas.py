"""The steps that the page of optimizers writes down are those that Keras takes."""

import keras
import numpy as np
import pytest

RATE, EPSILON = 0.1, 1e-7
GRADIENTS = np.random.default_rng(0).normal(size=(6, 3))
START = np.array([1.0, -2.0, 0.5])


def sgd(w, g, t, s):
    s["v"] = 0.9 * s.get("v", 0) - RATE * g
    return w + s["v"]


def nesterov(w, g, t, s):
    s["v"] = 0.9 * s.get("v", 0) - RATE * g
    return w + 0.9 * s["v"] - RATE * g


def adagrad(w, g, t, s):
    s["a"] = s.get("a", 0.1) + g**2
    return w - RATE * g / np.sqrt(s["a"] + EPSILON)


def rmsprop(w, g, t, s):
    s["a"] = 0.9 * s.get("a", 0) + 0.1 * g**2
    return w - RATE * g / np.sqrt(s["a"] + EPSILON)


def adadelta(w, g, t, s):
    s["a"] = 0.95 * s.get("a", 0) + 0.05 * g**2
    delta = -g * np.sqrt(s.get("d", 0) + EPSILON) / np.sqrt(s["a"] + EPSILON)
    s["d"] = 0.95 * s.get("d", 0) + 0.05 * delta**2
    return w + RATE * delta


def adam(w, g, t, s):
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0) + 0.001 * g**2
    m, v = s["m"] / (1 - 0.9**t), s["v"] / (1 - 0.999**t)
    return w - RATE * m / (np.sqrt(v) + EPSILON)


def adamw(w, g, t, s):
    return adam(w - RATE * 0.004 * w, g, t, s)


def adamax(w, g, t, s):
    s["m"] = 0.9 * s.get("m", 0) + 0.1 * g
    s["u"] = np.maximum(0.999 * s.get("u", 0), abs(g))
    return w - RATE * s["m"] / (1 - 0.9**t) / (s["u"] + EPSILON)


def lion(w, g, t, s):
    m = s.get("m", 0)
    s["m"] = 0.99 * m + 0.01 * g
    return w - RATE * np.sign(0.9 * m + 0.1 * g)


CASES = {
    "SGD, momentum": (keras.optimizers.SGD(RATE, momentum=0.9), sgd),
    "SGD, Nesterov": (
        keras.optimizers.SGD(RATE, momentum=0.9, nesterov=True),
        nesterov,
    ),
    "Adagrad": (keras.optimizers.Adagrad(RATE), adagrad),
    "RMSprop": (keras.optimizers.RMSprop(RATE), rmsprop),
    "Adadelta": (keras.optimizers.Adadelta(RATE), adadelta),
    "Adam": (keras.optimizers.Adam(RATE), adam),
    "AdamW": (keras.optimizers.AdamW(RATE), adamw),
    "Adamax": (keras.optimizers.Adamax(RATE), adamax),
    "Lion": (keras.optimizers.Lion(RATE), lion),
}


def steps_of_keras(optimizer):
    weights = keras.Variable(START.astype("float32"), name="w")
    optimizer.build([weights])
    for gradient in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")])
    return keras.ops.convert_to_numpy(weights.value)


@pytest.mark.parametrize("name", CASES)
def test_steps(name):
    optimizer, formula = CASES[name]
    w, state = START, {}
    for t, gradient in enumerate(GRADIENTS, 1):
        w = formula(w, gradient, t, state)
    assert steps_of_keras(optimizer) == pytest.approx(w, rel=2e-4, abs=2e-5)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("clipnorm", [[0.6, 0.8], [0.0, 1.0]]),
        ("clipvalue", [[1.0, 1.0], [0.0, 1.0]]),
        ("global_clipnorm", [[3 / 13, 4 / 13], [0.0, 12 / 13]]),
    ],
)
def test_clipping(argument, expected):
    weights = [keras.Variable(np.zeros(2, "float32"), name=n) for n in "ab"]
    optimizer = keras.optimizers.SGD(1.0, **{argument: 1.0})
    optimizer.build(weights)
    gradients = ([3.0, 4.0], [0.0, 12.0])
    optimizer.apply([keras.ops.convert_to_tensor(g, "float32") for g in gradients])
    for weight, clipped in zip(weights, expected, strict=True):
        moved = keras.ops.convert_to_numpy(weight.value)
        assert -moved == pytest.approx(clipped, abs=1e-6)


def test_accumulated_gradients_are_averaged():
    weight = keras.Variable(np.zeros(1, "float32"), name="w")
    optimizer = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    optimizer.build([weight])
    seen = []
    for gradient in (1.0, 3.0):
        optimizer.apply([keras.ops.convert_to_tensor([gradient], "float32")])
        seen.append(float(keras.ops.convert_to_numpy(weight.value)[0]))
    assert seen == pytest.approx([0.0, -2.0])
