"""Outcomes of other programs beside the steps that Keras takes."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.testing import assert_array_equal

from skkeras.training.audit import steps
from skkeras.training.audit.output_losses import steps_that_count_alike
from skkeras.training.audit.steps import (
    Audit,
    Different,
    Outcome,
    note_proof,
    provers,
    rows_to_try,
)
from skkeras.training.population.reference import Reference

pytestmark = pytest.mark.tensorflow

RNG = np.random.default_rng(5)
X = RNG.normal(size=(13, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
WEIGHTS = RNG.uniform(0.5, 2, size=13).astype("float32")
KINK = 3e-6  # beyond a weight of one; nudges move that by 2.4e-7


class Kink(keras.layers.Layer):
    """Scales by what has a slope on one side of its weight alone."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, x):
        return x * (1 + keras.ops.relu(self.scale - (1 + KINK)))


class Squashed(keras.layers.Layer):
    """A sigmoid whose input Keras finds in a graph alone."""

    def call(self, x):
        return tf.sigmoid(x)


def net(*layers, activation="sigmoid", loss="mse"):
    kernel = keras.initializers.GlorotUniform(1)
    dense = keras.layers.Dense(1, activation, kernel_initializer=kernel)
    model = keras.Sequential([keras.Input((3,)), dense, *layers])
    model.compile(keras.optimizers.SGD(0.5, momentum=0.9), loss, metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def variables(model):
    return [*model.variables, *model.optimizer.variables]


def batches(*parts, weight=None):
    weights = [None if weight is None else weight[part] for part in parts]
    return [(X[p], Y[p], w) for p, w in zip(parts, weights, strict=True)]


TO_TRAIN = batches(slice(8), slice(8, 13))
HELD_OUT = batches(slice(4, 9))


def audit_of(model, to_train=TO_TRAIN, held_out=()):
    reference = Reference(model, variables(model), ["loss", "mae"])
    template = SimpleNamespace(state=reference.variables)
    member = SimpleNamespace(reference=reference)
    return Audit(member, template, to_train, list(held_out))


def outcome_of(model, to_train=TO_TRAIN, held_out=(), *, compiled=False):
    """Take the steps with a model and return what they leave behind."""
    with steps_that_count_alike(model):
        train = tf.function(model.train_step) if compiled else model.train_step
        model.reset_metrics()
        for batch in to_train:
            logs = train(tuple(tf.constant(part) for part in batch if part is not None))
        logs = [np.asarray(logs[name]) for name in ("loss", "mae")]
        model.reset_metrics()
        for batch in held_out:
            found = model.test_step(tuple(tf.constant(part) for part in batch[:2]))
        logs += (
            [np.asarray(found[name]) for name in ("loss", "mae")] if held_out else []
        )
    return Outcome([np.array(v.value) for v in variables(model)], logs)


@pytest.mark.parametrize("weight", [None, WEIGHTS])
@pytest.mark.parametrize("held_out", [[], HELD_OUT])
def test_the_steps_of_keras_are_those_of_keras(weight, held_out):
    to_train = batches(slice(8), slice(8, 13), weight=weight)
    outcome = outcome_of(net(), to_train, held_out)
    audit_of(net(), to_train, held_out).check(outcome)


def test_steps_with_weights_are_not_those_without():
    outcome = outcome_of(net())
    with pytest.raises(Different):
        audit_of(net(), batches(slice(8), slice(8, 13), weight=WEIGHTS)).check(outcome)


@pytest.mark.parametrize("place", [1, 2, 4, 8])
def test_whatever_is_wrong_is_named(place):
    """Two weights, the iterations, the rate, two velocities, and four logs."""
    names = ["kernel", "bias", "iteration", "learning_rate", "momentum", "momentum"]
    names += ["loss", "mae", "val_loss"]
    state, logs = outcome_of(net(), held_out=HELD_OUT)
    values = [*state, *logs]
    values[place] = values[place] + (1 if place == 2 else 0.01)
    wrong = Outcome(values[: len(state)], values[len(state) :])
    with pytest.raises(Different, match=f"Keras's in .*{names[place]}") as caught:
        audit_of(net(), held_out=HELD_OUT).check(wrong)
    assert not caught.value.at_a_kink


def test_an_audit_puts_its_model_back():
    model = net()
    model.train_on_batch(X, Y)
    everything = [*variables(model), *model.metrics_variables]
    model.reset_metrics()
    before = [np.array(v.value) for v in everything]
    wrong = outcome_of(net(), held_out=HELD_OUT)._replace(logs=[np.zeros(())] * 4)
    with pytest.raises(Different):
        audit_of(model, held_out=HELD_OUT).check(wrong)
    for variable, value in zip(everything, before, strict=True):
        assert_array_equal(variable.value, value)


def test_what_keras_finds_in_a_graph_alone_is_no_fault():
    """The logits behind a probability that is rounded to one."""

    def far():
        model = net(Squashed(), activation=None, loss="binary_crossentropy")
        model.layers[0].kernel.assign(40 * np.ones((3, 1)))
        return model

    eager, graph = (outcome_of(far(), compiled=compiled) for compiled in (False, True))
    assert abs(eager.logs[0] - graph.logs[0]) > 0.1
    audit_of(far()).check(eager)
    audit_of(far()).check(graph)
    wrong = graph._replace(logs=[graph.logs[0] + 100, graph.logs[1]])
    with pytest.raises(Different):
        audit_of(far()).check(wrong)


@pytest.mark.parametrize("side", [1 + 2 * KINK, 1 - 2 * KINK])
def test_the_other_side_of_a_kink_is_told_from_a_fault(side):
    """A program may find a slope where Keras's own step finds none, or the reverse."""
    there, here = net(Kink()), net(Kink())
    there.layers[1].scale.assign(side)
    here.layers[1].scale.assign(1 if side > 1 else 1 + 1.5 * KINK)
    outcome = outcome_of(there)
    with pytest.raises(Different) as caught:
        audit_of(here).check(outcome)
    assert caught.value.at_a_kink


def clock(*times):
    """Return what stands for ``time`` in a module, by a list of readings."""
    readings = iter(times)
    return SimpleNamespace(perf_counter=lambda: next(readings))


def test_seconds_of_a_step_are_the_mean_of_all(monkeypatch):
    monkeypatch.setattr(steps, "time", clock(100.0, 106.0))
    assert audit_of(net(), held_out=HELD_OUT).step_seconds == pytest.approx(2)


@pytest.mark.parametrize("together", [1, 2])
def test_seconds_of_a_fit_are_the_least_of_three_for_a_step(monkeypatch, together):
    model = net()
    audit = audit_of(model)
    model.steps_per_execution = together
    before = [np.array(v.value) for v in variables(model)]
    readings = [100, 105, 110, 112, 120, 123, 130, 130.5]
    monkeypatch.setattr(steps, "time", clock(*readings))
    assert audit.seconds_of_fit() == pytest.approx(2 / together)
    for variable, value in zip(variables(model), before, strict=True):
        assert_array_equal(variable.value, value)


@pytest.mark.parametrize(
    ("rows", "exact", "filled"),
    [
        (1, 1, 9),
        (5, 5, 13),
        (8, 8, 12),
        (9, 9, 9),
        (15, 15, 15),
        (16, 8, 12),
        (17, 9, 9),
    ],
)
def test_a_full_batch_and_a_short_one_are_tried(rows, exact, filled):
    order = RNG.permutation(rows)
    for fills_up, tried in ((False, exact), (True, filled)):
        found = rows_to_try(order, 8, fills_up=fills_up)
        assert found.tolist() == (9 * order.tolist())[:tried]


def test_of_batches_of_one_row_none_is_short():
    assert rows_to_try(np.arange(3), 1, fills_up=True).tolist() == [0]


def test_one_fit_proves_a_program_and_one_each_choice(monkeypatch):
    monkeypatch.setattr(steps, "_proven_choices", set())
    members = [
        SimpleNamespace(choices=set(choices)) for choices in ("", "a", "ab", "b", "a")
    ]
    none, a, both, b, _ = members
    assert provers(members, False) == [none, a, both]
    assert provers([b, both, a], False) == [b, both]
    assert provers([none, none], False) == [none]
    assert provers([none, a], True) == [a]
    note_proof([a])
    assert provers([a, both, b], True) == [both]
    assert provers([a, b], False) == [a, b]
    note_proof([b])
    assert provers([a, both, b], True) == []


@pytest.mark.parametrize("alike", [True, False])
def test_losses_of_outputs_count_all_steps_alike(alike):
    """By hand: the mean of the steps' losses, or that of all rows as Keras has it."""
    inputs = keras.Input((3,))
    outputs = {n: keras.layers.Dense(1, name=n)(inputs) for n in "ab"}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    model.train_on_batch(X, {"a": Y, "b": Y})  # builds the losses
    model.reset_metrics()
    parts = slice(10), slice(10, 13)
    errors = [(model(X[p])["a"].numpy() - Y[p]) ** 2 for p in parts]

    def logged():
        for p in parts:
            logs = model.test_step((tf.constant(X[p]), dict.fromkeys("ab", Y[p])))
        return float(logs["a_loss"])

    if alike:
        with steps_that_count_alike(model):
            found = logged()
        expected = np.mean([np.mean(error) for error in errors])
    else:
        with steps_that_count_alike(model):
            pass
        found = logged()
        expected = np.mean(np.concatenate(errors))
    assert found == pytest.approx(expected, rel=1e-5)
