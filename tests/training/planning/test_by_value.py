"""Keys by value: equal for what traces alike, different for all that a trace reads."""

import functools
import inspect
import sys
import threading
import types

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skkeras.training.planning.by_value import NotComparable, by_value

FACTOR, LIST = 1.0, [1.0]
SETTINGS = types.SimpleNamespace(factor=1.0)


class Constants:
    factor = 1.0


def reads_global(y, p):
    return FACTOR * keras.ops.mean(p - y)


def calls_reader(y, p):
    return reads_global(y, p) + 1


def reads_list(y, p):
    return LIST[0] * keras.ops.mean(p - y)


def reads_object(y, p):
    return SETTINGS.factor * keras.ops.mean(p - y)


def reads_class(y, p):
    return Constants.factor * keras.ops.mean(p - y)


def reads_module(y, p):
    import of_a_user

    return of_a_user.factor * keras.ops.mean(p - y)


def closure(value):
    return lambda y, p: value * keras.ops.mean(p - y)


def nested(value):
    inner = closure(value)
    return lambda y, p: 2 * inner(y, p)


def default(value):
    def loss(y, p, factor=value):
        return factor * p

    return loss


def keyword(value):
    def loss(y, p, *, factor=value):
        return factor * p

    return loss


def wrapped(value):
    inner = closure(value)

    @functools.wraps(keras.losses.mean_squared_error)
    def loss(y, p):
        return inner(y, p)

    return loss


def partial(value):
    return functools.partial(keras.losses.huber, delta=value)


def own_class(value):
    class Loss(keras.losses.Loss):
        factor = value

        def call(self, y, p):
            return self.factor * p

    return Loss()


def method_of_own_class(value):
    class Loss(keras.losses.Loss):
        def call(self, y, p):
            return value * p

    return Loss()


def parent_has_it(value):
    class Parent(keras.losses.Loss):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor

    class Loss(Parent):
        def call(self, y, p):
            return self.factor * p

    return Loss(value)


def bound_method(value):
    return parent_has_it(value).call


def own_property(value):
    class Loss(keras.losses.Loss):
        @property
        def factor(self):
            return value

        @staticmethod
        def scale(p):
            return value * p

    return Loss()


def slots(value):
    class Slotted:
        __slots__ = ("factor",)

    own = Slotted()
    own.factor = value
    return own


BUILDERS = [
    closure,
    nested,
    default,
    keyword,
    wrapped,
    partial,
    own_class,
    method_of_own_class,
    parent_has_it,
    bound_method,
    own_property,
    slots,
    lambda v: [1, {"factor": (v, 2)}],
    lambda v: {v, "other"},
    lambda v: np.array([v, 2.0]),
    lambda v: np.array([v, "x"], dtype=object),
    lambda v: keras.ops.convert_to_tensor([v]),
    lambda v: keras.losses.Huber(delta=v),
    lambda v: keras.optimizers.SGD(
        keras.optimizers.schedules.ExponentialDecay(v, 2, 1)
    ),
    lambda v: keras.optimizers.Adam(epsilon=v),
    lambda v: keras.regularizers.L2(v),
    lambda v: keras.layers.LeakyReLU(v),
    lambda v: keras.metrics.BinaryAccuracy(threshold=v),
]


@pytest.mark.parametrize("build", BUILDERS)
def test_values_count(build):
    assert by_value(build(0.25)) == by_value(build(0.25))
    assert by_value(build(0.25)) != by_value(build(0.5))


@given(st.lists(st.floats() | st.integers() | st.booleans() | st.text() | st.none()))
def test_plain_values_are_told_apart_by_type_as_well(values):
    keys = [by_value(value) for value in values]
    for value, key in zip(values, keys, strict=True):
        for other, other_key in zip(values, keys, strict=True):
            same = type(value) is type(other) and repr(value) == repr(other)
            assert (key == other_key) == same


@pytest.mark.parametrize(
    ("function", "owner", "name"),
    [
        (reads_global, sys.modules[__name__], "FACTOR"),
        (calls_reader, sys.modules[__name__], "FACTOR"),
        (reads_list, sys.modules[__name__], "LIST"),
        (reads_object, SETTINGS, "factor"),
        (reads_class, Constants, "factor"),
    ],
)
def test_globals_that_code_names_count(function, owner, name, monkeypatch):
    before = by_value(function)
    assert before == by_value(function)
    monkeypatch.setattr(owner, name, [2.0] if name == "LIST" else 2.0)
    assert by_value(function) != before


def test_what_is_read_from_a_users_module_counts(monkeypatch):
    module = types.ModuleType("of_a_user")
    module.factor, module.lock = 1.0, threading.Lock()  # the lock is not read
    monkeypatch.setitem(sys.modules, "of_a_user", module)
    before = by_value(reads_module)
    module.factor = 2.0
    assert by_value(reads_module) != before


@pytest.mark.parametrize(
    "value",
    [
        threading.Lock(),
        object(),
        np.random.default_rng(0),
        (i for i in range(3)),
        keras.Variable([1.0]),
        closure(np.random.RandomState(0)),
    ],
)
def test_what_has_no_value_is_refused(value):
    with pytest.raises(NotComparable):
        by_value(value)


@pytest.mark.tensorflow
def test_tensorflows_own_variables_are_refused():
    import tensorflow as tf

    with pytest.raises(NotComparable, match="variable"):
        by_value(tf.Variable([1.0]))


def test_circles_end():
    own = types.SimpleNamespace()
    own.itself = [own]
    other = types.SimpleNamespace()
    other.itself = [other]
    assert by_value(own) == by_value(other)


def test_a_model_state_counts_by_its_place():
    kernel, bias = keras.Variable([1.0]), keras.Variable([2.0])
    assert by_value([kernel, bias], [kernel, bias]) != by_value(
        [bias, kernel], [kernel, bias]
    )
    other = keras.Variable([3.0])
    assert by_value([kernel], [kernel]) == by_value([other], [other])


ARGUMENTS = {
    **{"units": 3, "filters": 3, "kernel_size": 2, "rate": 0.2, "input_dim": 5},
    **{"output_dim": 2, "target_shape": (-1,), "dims": (2, 1), "n": 2, "num_heads": 2},
    **{"key_dim": 2, "height": 4, "width": 4, "factor": 0.2, "stddev": 0.1},
    **{"equation": "ab,bc->ac", "output_shape": 3, "value_range": (0, 1), "scale": 1.0},
    **{"axes": 1, "head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 2},
    **{"activation": "relu", "output_size": 2, "num_tokens": 4, "height_factor": 0.1},
    **{"width_factor": 0.1, "function": abs, "shape": (3,), "num_classes": 3},
    **{"target_class_ids": [0], "fn": keras.losses.mean_squared_error, "recall": 0.5},
    **{"precision": 0.5, "specificity": 0.5, "sensitivity": 0.5, "max_value": 2.0},
}


def stock_classes():
    of_layers = [keras.losses, keras.metrics, keras.optimizers, keras.constraints]
    for module in (keras.layers, keras.regularizers, *of_layers):
        for name, kind in sorted(vars(module).items()):
            if inspect.isclass(kind):
                yield pytest.param(kind, id=f"{module.__name__}.{name}")


def make(kind):
    wanted = inspect.signature(kind.__init__).parameters
    given = {
        name: ARGUMENTS[name]
        for name, parameter in wanted.items()
        if name in ARGUMENTS and parameter.default is parameter.empty
    }
    if "layer" in wanted:
        given["layer"] = keras.layers.LSTM(2, return_sequences=True)
    if "cell" in wanted:
        given["cell"] = keras.layers.LSTMCell(2)
    return kind(**given)


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", list(stock_classes()))
def test_stock_objects_of_equal_calls_are_equal(kind):
    """Whatever Keras adds in another version must not cost each fit a program."""
    try:
        one, other = make(kind), make(kind)
    except (TypeError, ValueError, NotImplementedError, ImportError):
        pytest.skip("not made of the arguments that this test knows")
    if "Lookup" in kind.__name__ or kind.__name__ == "TextVectorization":
        with pytest.raises(NotComparable, match="table"):
            by_value(one)
        return
    keys = [by_value(each, getattr(each, "variables", ())) for each in (one, other)]
    assert keys[0] == keys[1]
