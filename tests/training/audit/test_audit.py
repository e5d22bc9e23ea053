"""A program that does not do what Keras does is found out before it is believed."""

from dataclasses import replace
from threading import Event

import keras
import numpy as np
import pytest
import tensorflow as tf

from skkeras.training import BuiltModel, Job, train
from skkeras.training.audit.steps import Audit
from skkeras.training.keras_internals.executable import InSession
from skkeras.training.program import program_family, step

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.in_turn,
    pytest.mark.usefixtures("fresh_programs"),
]

RNG = np.random.default_rng(3)
X = RNG.normal(size=(43, 5)).astype("float32")
Y = (X[:, :1] + X[:, 1:2] ** 2 > 0.5).astype("float32")


def make(*, optimizer="Adam", layers=(), loss="binary_crossentropy"):
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(9, activation="relu", kernel_regularizer="l2"),
            *[layer() for layer in layers],
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=getattr(keras.optimizers, optimizer)(), loss=loss, metrics=["mae"]
    )
    return model


def job(model, **changes):
    return Job(BuiltModel(model), X, Y, epochs=2, batch_size=8, seed=1, **changes)


def copy_of(model, **arguments):
    copy = make(**arguments)
    copy.set_weights(model.get_weights())
    return copy


def off_by(place, factor, skipped=0):
    """Return a step whose gradients, state or metrics are wrong by a factor."""
    by_itself = step.gradient_step

    def gradient_step(*arguments):
        parts = [list(part) for part in by_itself(*arguments)]
        for i, value in enumerate(parts[place]):
            if i >= skipped and value is not None and value.dtype.is_floating:
                parts[place][i] = value * factor
                break
        return tuple(parts)

    return gradient_step


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "Lion"])
@pytest.mark.parametrize(("place", "factor"), [(0, 1.001), (0, 0.0), (2, 1.001)])
def test_a_wrong_step_is_found(monkeypatch, optimizer, place, factor):
    monkeypatch.setattr(step, "gradient_step", off_by(place, factor))
    (result,) = train([job(make(optimizer=optimizer))])
    assert result.training.engine == "keras"
    assert "differs from Keras's" in result.training.reason


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_wrong_step_is_not_used(monkeypatch, optimizer):
    models = [make(optimizer=optimizer)]
    models += [copy_of(models[0], optimizer=optimizer)]
    copies = [copy_of(model, optimizer=optimizer) for model in models]
    reference = train([job(copy, engine="keras") for copy in copies])
    monkeypatch.setattr(step, "gradient_step", off_by(0, 1.001))
    results = train([job(model) for model in models])
    for result, expected in zip(results, reference, strict=True):
        assert "differs from Keras's" in result.training.reason
        assert result.history == expected.history
    for model, copy in zip(models, copies, strict=True):
        for value, other in zip(model.weights, copy.weights, strict=True):
            np.testing.assert_array_equal(value, other)


def test_a_wrong_state_is_found(monkeypatch):
    """The moving means of a normalization, say."""
    monkeypatch.setattr(step, "gradient_step", off_by(1, 1.001, skipped=6))
    (result,) = train([job(make(layers=(keras.layers.BatchNormalization,)))])
    assert result.training.engine == "keras"
    assert "differs from Keras's in " in result.training.reason
    assert "moving_" in result.training.reason


@pytest.mark.parametrize("optimizer", ["Adam", "RMSprop"])
def test_a_wrong_state_of_the_optimizer_is_found(monkeypatch, optimizer):
    """Though no weight is wrong in the first two steps by more than rounding."""
    by_itself = step._update

    def update(template, state, gradients):
        *rest, last = by_itself(template, state, gradients)
        return [*rest, 1.001 * last]

    monkeypatch.setattr(step, "_update", update)
    (result,) = train([job(make(optimizer=optimizer))])
    assert result.training.engine == "keras"
    assert "differs from Keras's" in result.training.reason


def off_in_batches(*, full):
    """Return a step whose gradients are wrong in full or in short batches alone."""
    by_itself = step.gradient_step

    def gradient_step(template, state, metrics, batch):
        gradients, *others = by_itself(template, state, metrics, batch)
        if batch.valid is not None:
            is_wrong = tf.equal(tf.reduce_all(batch.valid), full)
            factor = tf.where(is_wrong, 1.001, 1.0)
            gradients = [factor * gradient for gradient in gradients]
        return (gradients, *others)

    return gradient_step


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("n_rows", [2, 5, 8, 13, 16])
def test_a_fault_of_some_batches_alone_is_found(monkeypatch, full, n_rows):
    """Also of those that the fit has not, since others that share its program do."""
    monkeypatch.setattr(step, "gradient_step", off_in_batches(full=full))
    few = replace(job(make()), x=X[:n_rows], y=Y[:n_rows])
    (result,) = train([few])
    assert result.training.engine == "keras"
    assert "differs from Keras's" in result.training.reason


def test_a_fault_at_the_very_start_is_found(monkeypatch):
    """Weights of zero are where every fit begins, and no special place."""
    by_itself = step.gradient_step

    def gradient_step(template, state, metrics, batch):
        gradients, *others = by_itself(template, state, metrics, batch)
        at_zero = [tf.reduce_all(weight == 0) for weight in state[: len(gradients)]]
        gradients = [
            tf.where(zero, 1.01 * gradient, gradient)
            for zero, gradient in zip(at_zero, gradients, strict=True)
        ]
        return (gradients, *others)

    monkeypatch.setattr(step, "gradient_step", gradient_step)
    (result,) = train([job(make(optimizer="SGD"))])
    assert result.training.engine == "keras"
    assert "differs from Keras's" in result.training.reason


class Offset(keras.layers.Layer):
    """Adds what begins at the kink of a relu."""

    def build(self, shape):
        self.offset = self.add_weight(shape=shape[1:], initializer="zeros")

    def call(self, x):
        return x + keras.ops.relu(self.offset)


def test_a_kink_where_a_fit_begins_is_no_fault(monkeypatch):
    """Keras's relu has no slope at zero; a right program may find the other side."""
    by_itself = step.gradient_step

    def gradient_step(template, state, metrics, batch):
        n = len(template.trainable)
        weights = [tf.where(weight == 0, 1e-30, weight) for weight in state[:n]]
        return by_itself(template, [*weights, *state[n:]], metrics, batch)

    monkeypatch.setattr(step, "gradient_step", gradient_step)
    (result,) = train([job(make(layers=(Offset,)))])
    assert result.training.engine == "compiled", result.training.reason


@pytest.mark.parametrize(("fault", "engine"), [(0.0, "fused"), (1e-3, "keras")])
def test_one_fit_whose_steps_differ_is_left_out(monkeypatch, fault, engine):
    """Until a second one differs as well: then the program is not believed."""
    by_itself, asked = Audit.check, []

    def check(audit, outcome):
        asked.append(audit)
        wrong = 1 + (1e-3 if len(asked) == 1 else fault)
        state = [wrong * value for value in outcome.state]
        by_itself(audit, outcome._replace(state=state) if wrong != 1 else outcome)

    monkeypatch.setattr(Audit, "check", check)
    models = [make(optimizer="SGD")]
    models += [copy_of(models[0], optimizer="SGD") for _ in range(3)]
    results = train([job(model) for model in models])
    assert [r.training.engine for r in results] == ["keras", *[engine] * 3]
    assert "differs from Keras's" in results[0].training.reason
    later = train([job(copy_of(models[0], optimizer="SGD")) for _ in range(3)])
    assert {r.training.engine for r in later} == {engine}


@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError])
def test_one_fit_that_cannot_be_audited_is_left_out(monkeypatch, error):
    by_itself, asked = Audit.__init__, []

    def begin(audit, *arguments):
        asked.append(audit)
        if len(asked) == 1:
            raise error("at these rows")
        by_itself(audit, *arguments)

    monkeypatch.setattr(Audit, "__init__", begin)
    models = [make()]
    models += [copy_of(models[0]) for _ in range(2)]
    results = train([job(model) for model in models])
    assert [r.training.engine for r in results] == ["keras", "fused", "fused"]
    assert "at these rows" in results[0].training.reason
    (again,) = train([job(copy_of(models[0]))])
    assert again.training.engine == "compiled"


def when_run(monkeypatch, action):
    """Do something each time before a program is run, which XLA compiles at first."""

    class Watched(InSession):
        def __call__(self, *arguments):
            action()
            return super().__call__(*arguments)

    monkeypatch.setattr("skkeras.training.program.program.executable", Watched)


def test_keras_takes_its_steps_while_xla_compiles(monkeypatch):
    by_itself, stepped, overlapped = Audit.__init__, Event(), []

    def begin(audit, *arguments):
        by_itself(audit, *arguments)
        stepped.set()

    monkeypatch.setattr(Audit, "__init__", begin)
    when_run(monkeypatch, lambda: overlapped.append(stepped.wait(20)))
    (result,) = train([job(make())])
    assert result.training.engine == "compiled", result.training.reason
    assert overlapped
    assert all(overlapped)


@pytest.mark.parametrize("keras_fails", [False, True])
def test_what_xla_cannot_compile_is_left_to_keras(monkeypatch, keras_fails):
    """Whatever Keras makes of its own steps meanwhile."""

    def fail():
        raise ValueError("XLA cannot")

    def begin(audit, *arguments):
        raise ZeroDivisionError("at these rows")

    when_run(monkeypatch, fail)
    if keras_fails:
        monkeypatch.setattr(Audit, "__init__", begin)
    models = [make()]
    models += [copy_of(models[0]) for _ in range(2)]
    reference = train([job(copy_of(models[0]), engine="keras")])[0]
    for result in train([job(model) for model in models]):
        assert result.training.engine == "keras"
        assert "XLA cannot" in result.training.reason
        assert result.history == reference.history


def test_a_wrong_evaluation_is_not_used(monkeypatch):
    def test_step(template, state, metrics, batch):
        total, *others = by_itself(template, state, metrics, batch)
        return [1.01 * total, *others]  # not the count as well, which would cancel it

    from skkeras.training.program import program

    by_itself = program.test_step
    monkeypatch.setattr(program, "test_step", test_step)
    (result,) = train([job(make(), validation_data=(X[:19], Y[:19]))])
    assert result.training.engine == "keras"
    assert "val_" in result.training.reason


@pytest.mark.parametrize("optimizer", ["Lion", "Adam", "Adamax", "Lamb"])
def test_gradients_that_are_rounding_are_no_difference(optimizer):
    """What stands before a normalization has a bias with no gradient but noise."""
    layers = (keras.layers.BatchNormalization,)
    for _ in range(2):
        (result,) = train([job(make(optimizer=optimizer, layers=layers))])
        assert result.training.engine == "compiled", result.training.reason


@pytest.mark.parametrize("layers", [(), (lambda: keras.layers.Dropout(0.3),)])
def test_a_proof_leaves_no_trace(layers):
    """A fit that proves its program ends as one that found it proven."""
    first = make(layers=layers)
    second = copy_of(first, layers=layers)
    for variable, other in zip(second.variables, first.variables, strict=True):
        variable.assign(other)
    results = [train([job(model)])[0] for model in (first, second)]
    assert results[0].training.compile_seconds > 0
    assert results[1].training.compile_seconds == 0
    assert results[0].history == results[1].history
    for model in (first, second):
        assert int(model.optimizer.iterations) == 12
    for value, other in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(value, other)


def test_a_wrong_draw_is_left_out_and_the_rest_is_compared(monkeypatch):
    monkeypatch.setattr(step, "gradient_step", off_by(0, 1.01))
    (result,) = train([job(make(layers=(lambda: keras.layers.Dropout(0.5),)))])
    assert "differs from Keras's" in result.training.reason


def test_layers_that_draw_in_their_own_way_are_left_to_keras():
    class Noise(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(1)

        def call(self, x):
            return x + keras.random.normal(keras.ops.shape(x), seed=self.seeds)

    (result,) = train([job(make(layers=(Noise,)))])
    assert result.training.engine == "keras"
    assert "Noise draws random numbers" in result.training.reason


def test_a_step_that_reads_a_foreign_variable_is_not_compiled():
    outside = tf.Variable(2.0)

    def loss(y, p):
        return outside * keras.ops.mean(keras.ops.square(y - p), axis=-1)

    results = train([job(make(loss=loss)) for _ in range(2)])
    for result in results:
        assert result.training.engine == "keras"
        assert "no part of its state" in result.training.reason


def test_only_the_fit_that_proves_a_program_has_its_optimizer_built():
    models = [make()]
    models += [copy_of(models[0]) for _ in range(2)]
    results = train([job(model, defer_optimizer=True) for model in models])
    results += train([job(copy_of(models[0]), defer_optimizer=True)])
    assert {result.training.engine for result in results} == {"fused", "compiled"}
    built = [model.optimizer.built for model in models]
    assert built == [True, False, False]


def test_a_new_program_says_nothing_in_tensorflow_s_log(caplog):
    train([job(make(layers=(lambda: keras.layers.Dropout(0.3),)))])
    assert [r.getMessage() for r in caplog.records if r.name == "tensorflow"] == []


@pytest.mark.parametrize("place", [0, 1])
def test_a_fit_that_diverges_proves_nothing_and_others_are_fused(place):
    layers = (keras.layers.BatchNormalization,)
    models = [make(layers=layers)]
    models += [copy_of(models[0], layers=layers) for _ in range(2)]
    references = [copy_of(model, layers=layers) for model in models]
    for model in (models[place], references[place]):
        model.optimizer.learning_rate = np.inf
    results = train([job(model) for model in models])
    expected = train([job(model, engine="keras") for model in references])
    engines = [result.training.engine for k, result in enumerate(results) if k != place]
    assert engines == ["fused"] * 2
    for result, other in zip(results, expected, strict=True):
        np.testing.assert_allclose(
            result.history["loss"], other.history["loss"], rtol=1e-4
        )


class Mixing(keras.layers.Layer):
    def call(self, x):
        return x + 0.1 * keras.ops.mean(x, axis=0, keepdims=True)


@pytest.mark.parametrize("n_rows", [8, 16, 32])
def test_short_batches_are_proven_by_a_fit_that_has_none(monkeypatch, n_rows):
    """Others that share its program have some."""
    monkeypatch.setattr(program_family, "rows_are_independent", lambda *_: True)
    first = replace(job(make(layers=[Mixing])), x=X[:n_rows], y=Y[:n_rows])
    (result,) = train([first])
    assert result.training.engine == "keras"
    assert "a compiled step differs from Keras's" in result.training.reason


class MixingInEvaluation(Mixing):
    def call(self, x, training=False):
        return x if training else super().call(x)


@pytest.mark.parametrize("held_out", [8, 24])
def test_so_are_those_of_held_out_rows(monkeypatch, held_out):
    monkeypatch.setattr(program_family, "rows_are_independent", lambda *_: True)
    data = X[:held_out], Y[:held_out]
    (result,) = train([job(make(layers=[MixingInEvaluation]), validation_data=data)])
    assert "differs from Keras's in val_" in result.training.reason
