"""Users' classes: what they override counts, and what they raise is theirs alone."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from strangers import (
    L,
    assert_as,
    assert_has_reason,
    check,
    compiled,
    copies,
    jobs_of,
    net,
    table,
)

from skkeras.training import train

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.in_turn]


# Overridden in a class, or on an instance


def parent(model):
    """Return what a model is without its own class, as super() does."""
    return super(type(model), model)


def fit(self, *args, **kwargs):
    self.optimizer.learning_rate = 0.01
    return parent(self).fit(*args, **kwargs)


def train_step(self, data):
    x, y = data[:2]
    return parent(self).train_step((x, 2.0 * y))


def test_step(self, data):
    x, y = data[:2]
    return parent(self).test_step((x, 3.0 * y))


def compute_loss(self, *args, **kwargs):
    return 2.0 * parent(self).compute_loss(*args, **kwargs)


def compute_metrics(self, x, y, y_pred, sample_weight=None):
    logs = parent(self).compute_metrics(x, y, y_pred, sample_weight)
    return {**logs, "double": 2.0 * logs["mae"]}


def get_metrics_result(self):
    return {"last": 3.0 * parent(self).get_metrics_result()["mae"]}


def call(self, inputs, training=None, mask=None):
    return ops.tanh(parent(self).call(inputs))


OVERRIDES = {
    each.__name__: each
    for each in (
        fit,
        train_step,
        test_step,
        compute_loss,
        compute_metrics,
        get_metrics_result,
        call,
    )
}
test_step.__test__ = False  # Keras's name


def overriding(plain, names):
    """Return a subclass that overrides something."""
    return type("Own", (plain,), {name: OVERRIDES[name] for name in names})


def model_of(kind):
    """Return a model of a class, Sequential or functional."""
    if issubclass(kind, keras.Sequential):
        model = kind([keras.Input((4,)), L.Dense(3), L.Dense(1)])
    else:
        inputs = keras.Input((4,))
        model = kind(inputs, L.Dense(1)(L.Dense(3)(inputs)))
    return compiled(model, metrics=["mae"])


@pytest.mark.parametrize("plain", [keras.Sequential, keras.Model])
@pytest.mark.parametrize("name", OVERRIDES)
def test_overridden_in_a_class(plain, name):
    kind = overriding(plain, [name])
    check(lambda member: model_of(kind), epochs=1, validation_data=table(1, 9))


@pytest.mark.parametrize("name", OVERRIDES)
def test_overridden_on_an_instance(name):
    kind = overriding(keras.Sequential, [])

    def make(member):
        model = model_of(kind)
        if member:  # beside a fit whose model is as it was
            setattr(model, name, types.MethodType(OVERRIDES[name], model))
        return model

    check(make, epochs=1, validation_data=table(1, 9))


def shuffled_fit():
    """Train a model with a fit of its own; return what that got, and the weights."""
    seen = {}
    keras.utils.set_random_seed(3)
    model = model_of(keras.Sequential)

    def fit(x, y, **given):
        seen.update(given, x=x, y=y)
        return keras.Sequential.fit(model, x, y, **given)

    model.fit = fit
    tf.random.set_seed(5)
    (job,) = jobs_of([model], table())
    (result,) = train([job])
    assert result.error is None
    assert "fit of its own" in result.training.reason
    drawn = float(tf.random.uniform(()))
    return seen, [np.array(w) for w in job.model.weights], drawn


def test_a_fit_of_ones_own_gets_the_arrays():
    """In Keras's own order, which the seed decides without a trace."""
    tf.random.set_seed(5)
    expected = float(tf.random.uniform(()))
    (seen, weights, drawn), (_, again, _) = shuffled_fit(), shuffled_fit()
    assert type(seen["x"]) is type(seen["y"]) is np.ndarray
    assert {"batch_size": 8, "epochs": 2, "shuffle": True}.items() <= seen.items()
    assert "sample_weight" not in seen
    for one, other in zip(weights, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert drawn == expected


class ScalingLoss(keras.losses.Loss):
    """A loss that divides by a mean error that it follows itself."""

    def __init__(self):
        super().__init__()
        self.scale = keras.Variable(1.0, trainable=False, name="scale")

    def call(self, y_true, y_pred):
        errors = ops.abs(y_true - y_pred)
        self.scale.assign(0.5 * self.scale + 0.5 * ops.mean(errors))
        return ops.mean(errors / ops.stop_gradient(self.scale + 0.1), axis=-1)


def test_a_loss_with_a_variable_of_its_own():
    check(
        lambda member: net(L.Dense(2), loss=ScalingLoss()),
        also=lambda model: [model.loss.scale],
    )


class CountingConstraint(keras.constraints.Constraint):
    """A constraint that tightens with each step."""

    def __init__(self):
        self.bound = keras.Variable(1.0, trainable=False, name="bound")

    def __call__(self, weight):
        self.bound.assign(0.8 * self.bound)
        return ops.clip(weight, -self.bound, self.bound)


def test_a_constraint_with_a_variable_of_its_own():
    check(
        lambda member: net(L.Dense(2, kernel_constraint=CountingConstraint())),
        also=lambda model: [model.layers[0].kernel_constraint.bound],
    )


# Trouble in one of several fits


class Trouble(Exception):
    pass


class SilentSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that has no get_config."""

    def __call__(self, step):
        return 0.05 / (1.0 + ops.cast(step, "float32"))


class SilentRegularizer(keras.regularizers.Regularizer):
    """A regularizer that has no get_config."""

    def __call__(self, weight):
        return 0.1 * ops.sum(ops.abs(weight))


class RaisingLayer(L.Layer):
    """Raises where training calls it."""

    def call(self, inputs, training=False):
        if training:
            raise Trouble("layer")
        return inputs


class RaisingConfig(L.Layer):
    """Raises where its config is asked for."""

    def call(self, inputs):
        return 2 * inputs

    def get_config(self):
        raise Trouble("config")


class RaisingCallback(keras.callbacks.Callback):
    """Raises at a moment of the fit."""

    def __init__(self, moment):
        super().__init__()
        setattr(self, moment, self._raise)

    def _raise(self, *args, **kwargs):
        raise Trouble("callback")


def raising_loss(y_true, y_pred):
    raise Trouble("loss")


def regularized_later():
    model = net(L.Dense(3))
    model.layers[0].kernel.regularizer = SilentRegularizer()
    return model


def scheduled():
    model = net(L.Dense(3))
    model.compile(keras.optimizers.SGD(SilentSchedule()), loss="mse")
    return model


def with_callback(moment):
    return lambda: (net(L.Dense(3)), [RaisingCallback(moment)])


# What it is: (its model, its callbacks), and whether the fit itself must fail.
TROUBLED = {
    "schedule without get_config": (scheduled, False),
    "regularizer set later, without get_config": (regularized_later, False),
    "get_config that raises": (lambda: net(L.Dense(3), RaisingConfig()), False),
    "layer that raises in training": (lambda: net(L.Dense(3), RaisingLayer()), True),
    "loss that raises": (lambda: net(L.Dense(3), loss=raising_loss), True),
    "set_model": (with_callback("set_model"), True),
    "on_train_begin": (with_callback("on_train_begin"), True),
    "on_epoch_end": (with_callback("on_epoch_end"), True),
    "on_train_batch_end": (with_callback("on_train_batch_end"), True),
}


def neighbour(member):
    """Return one of two models that are always the same."""
    model, rng = net(L.Dense(3)), np.random.default_rng(member)
    for variable in model.variables:
        variable.assign(rng.normal(0, 0.5, variable.shape))
    return model


@pytest.fixture(scope="module")
def by_keras():
    """Return jobs of the two neighbours that Model.fit trained, and their results."""
    jobs = jobs_of([neighbour(0), neighbour(1)], table(), engine="keras")
    return list(zip(jobs, train(jobs), strict=True))


@pytest.fixture(scope="module")
def untroubled():
    """Return how the two neighbours are trained without a third."""
    results = train(jobs_of([neighbour(0), neighbour(1)], table()))
    return [result.training.engine for result in results]


@pytest.mark.parametrize("kind", TROUBLED)
@pytest.mark.parametrize("place", [0, 1])
def test_a_troubled_fit_leaves_its_neighbours_alone(kind, place, by_keras, untroubled):
    make, fails = TROUBLED[kind]
    made = make()
    model, callbacks = made if isinstance(made, tuple) else (made, [])
    (troubled,) = jobs_of([model], table(), callbacks=callbacks)
    reference = None if fails else copies([model], lambda k: make())
    jobs = jobs_of([neighbour(0), neighbour(1)], table())
    results = train([*jobs[:place], troubled, *jobs[place:]])
    own = results.pop(place)
    for job, result, (other, expected) in zip(jobs, results, by_keras, strict=True):
        assert_as(job, result, other, expected)
    assert [result.training.engine for result in results] == untroubled
    if fails:
        assert isinstance(own.error, Trouble)
        return
    assert_has_reason(own)
    (reference,) = jobs_of(reference, table(), engine="keras")
    assert_as(troubled, own, reference, train([reference])[0])
