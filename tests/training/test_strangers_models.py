"""Models that strangers brought: each is trained as Model.fit trains it.

Whether an engine of our own or `Model.fit` trains them is not judged here, only that
weights, state, history and predictions are right, and that `Model.fit` has a reason.
What a user's function reads from outside is in test_strangers_values.py, what a user's
class overrides in test_strangers_classes.py.
"""

import inspect

import keras
import numpy as np
import pytest
from keras import ops
from strangers import (
    MOST_ROWS,
    L,
    assert_has_reason,
    assert_predicts,
    check,
    close,
    compiled,
    jobs_of,
    net,
    table,
)

from skkeras.training import BuiltModel, Job, predict, train

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow, pytest.mark.in_turn]


# Layers that learn constants from data before training


def adapted_normalization(member):
    rng = np.random.default_rng(member)
    layer = L.Normalization()
    layer.adapt(rng.normal(member, 1 + member, (30, 4)).astype("float32"))
    return layer


def adapted_discretization(member):
    layer = L.Discretization(num_bins=4)
    layer.adapt(np.random.default_rng(member).normal(member, 1, 50).astype("float32"))
    return layer


@pytest.mark.parametrize("layer", [adapted_normalization, adapted_discretization])
def test_constants_adapted_in_the_factory(layer):
    check(lambda member: net(layer(member), L.Dense(3, activation="tanh")))


def lookup(member, output_mode="int"):
    layer = L.IntegerLookup(output_mode=output_mode)
    layer.adapt(np.arange(4 + member, 0, -1))
    return layer


@pytest.mark.parametrize(
    "hidden",
    [
        lambda member: [lookup(member), L.Embedding(6, 2)],
        lambda member: [lookup(member, "multi_hot")],
        lambda member: [lookup(0), L.CategoryEncoding(5, output_mode="multi_hot")],
    ],
    ids=["Embedding", "multi_hot", "CategoryEncoding"],
)
def test_integer_lookup(hidden):
    def make(member):
        layers = [keras.Input((2,), dtype="int64"), *hidden(member)]
        return compiled(keras.Sequential([*layers, L.Flatten(), L.Dense(1)]))

    codes = np.random.default_rng(0).integers(1, 5, (MOST_ROWS, 2))
    check(make, (codes, table()[1]))


def test_string_lookup():
    words = np.random.default_rng(0).choice(["a", "b", "c"], (MOST_ROWS, 2))
    words = words.astype(object)
    layer = L.StringLookup()
    layer.adapt(["b", "a", "a"])
    layers = [keras.Input((2,), dtype="string"), layer, L.Embedding(6, 2)]
    model = compiled(keras.Sequential([*layers, L.Flatten(), L.Dense(1)]))
    close(predict(model, words), model(ops.convert_to_tensor(words)))
    (result,) = train([Job(BuiltModel(model), words, table()[1], seed=0)])
    assert_has_reason(result)
    if result.error is None:
        close(predict(model, words), model(ops.convert_to_tensor(words)))


# Arguments that a config loses

VALUES = {
    ("Huber", "delta"): (0.1, 2.0),
    ("CosineSimilarity", "axis"): (-1, 0),
    ("SparseTopKCategoricalAccuracy", "from_sorted_ids"): (False, True),
    ("AUC", "thresholds"): ([0.2, 0.4], [0.6, 0.9]),
}
REQUIRED = {"num_classes": 3, "target_class_ids": [1]}
BASES = ("Loss", "Metric", "MeanMetricWrapper")


def lost_arguments(module):
    """Yield (class, argument) where no config tells the argument's value."""
    for name, kind in vars(module).items():
        if not isinstance(kind, type) or name in BASES:
            continue
        parameters = inspect.signature(kind).parameters
        required = {
            k: REQUIRED.get(k, 0.5)
            for k, p in parameters.items()
            if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
        }
        config = kind(**required).get_config()
        yield from ((kind, k) for k in parameters if k not in config)


LOST = [*lost_arguments(keras.losses), *lost_arguments(keras.metrics)]
# TensorFlow's sparse cross-entropy knows but one axis.
ONE_AXIS = (keras.losses.SparseCategoricalCrossentropy, "axis")
LOST_NUMBERS = [each for each in LOST if each[1] != "dtype" and each != ONE_AXIS]


def judged(kind, member, **arguments):
    """Return a model whose loss or metric is of a kind, and the data for it."""
    name, is_loss = kind.__name__, issubclass(kind, keras.losses.Loss)
    made = kind(name="judged", **arguments)
    x, y = table()
    layers, loss = [L.Dense(2)], "mse"
    if name == "SparseTopKCategoricalAccuracy":
        y, loss = np.digitize(y, [-0.5, 0.5]), "sparse_categorical_crossentropy"
        layers = [L.Dense(8, activation="softmax")]
    elif name == "AUC":
        y, layers = (y > 0) * 1.0, [L.Dense(1, activation="sigmoid")]
    else:
        y = np.hstack([y, 1 - y])
    model = keras.Sequential([keras.Input((4,)), *layers])
    if is_loss:
        compiled(model, made)
    else:
        compiled(model, loss, metrics=[made])
    return model, (x, y.astype("float32"))


@pytest.mark.parametrize(("kind", "argument"), LOST_NUMBERS)
def test_lost_arguments(kind, argument):
    values = VALUES[kind.__name__, argument]
    _, data = judged(kind, 0)
    check(lambda member: judged(kind, member, **{argument: values[member]})[0], data)


@pytest.mark.parametrize("name", ["MeanSquaredError", "Huber", "CosineSimilarity"])
def test_lost_dtypes(name):
    kind, dtypes = getattr(keras.losses, name), ("float32", "bfloat16")
    assert (kind, "dtype") in LOST
    _, data = judged(kind, 0)
    check(
        lambda member: judged(kind, member, dtype=dtypes[member])[0],
        data,
        # Two compilers may round a loss of eight bits differently.
        coarse=True,
    )


# Rows that mix


def functional(middle):
    def make(member):
        inputs = keras.Input((4,))
        outputs = L.Dense(1)(middle(L.Dense(3)(inputs)))
        return compiled(keras.Model(inputs, outputs))

    return make


def over_the_batch(inputs):
    return inputs - ops.mean(inputs, axis=0, keepdims=True)


MIXING = {
    "ops of a functional model": functional(
        lambda x: x / (1 + ops.std(x, axis=0, keepdims=True))
    ),
    "ops.softmax": functional(lambda x: ops.softmax(x, axis=0)),
    "ops.cumsum": functional(lambda x: ops.cumsum(x, axis=0)),
    "ops.roll": functional(lambda x: x + ops.roll(x, 1, axis=0)),
    "an activation of one's own": lambda k: net(L.Dense(3, activation=over_the_batch)),
    "Activation": lambda k: net(L.Dense(3), L.Activation(over_the_batch)),
    "Softmax": lambda k: net(L.Dense(3), L.Softmax(axis=0)),
    "UnitNormalization": lambda k: net(L.Dense(3), L.UnitNormalization(axis=0)),
    "activity regularizer": lambda k: net(
        L.Dense(3, activity_regularizer=lambda x: ops.max(ops.sum(x, axis=0)))
    ),
}


@pytest.mark.parametrize("kind", MIXING)
def test_rows_that_mix(kind):
    check(MIXING[kind])


def test_masked_steps_before_batch_normalization():
    x = np.random.default_rng(0).normal(size=(MOST_ROWS, 5, 2)).astype("float32")
    x[np.arange(5) >= np.arange(len(x))[:, None] % 5 + 1] = 0

    def make(member):
        normalization = L.BatchNormalization(momentum=0.7)
        layers = [L.Masking(0.0), L.Dense(3), normalization, L.LSTM(2), L.Dense(1)]
        return compiled(keras.Sequential([keras.Input((5, 2)), *layers]))

    check(make, (x, table()[1]))


# Random numbers


class Sampling(L.Layer):
    """Noise without a seed, that counts how often a draw was the one before."""

    def __init__(self, draw, in_prediction=False):
        super().__init__()
        self.draw, self.in_prediction = draw, in_prediction

    def build(self, shape):
        options = {"shape": (), "initializer": "zeros", "trainable": False}
        self.last = self.add_weight(name="last", **options)
        self.repeated = self.add_weight(name="repeated", **options)

    def call(self, inputs, training=False):
        if not (training or self.in_prediction):
            return inputs
        noise = ops.cast(self.draw(), "float32")
        if training:
            first = ops.sum(ops.cos(noise))  # whole numbers may have one sum
            self.repeated.assign(
                self.repeated + ops.cast(ops.equal(first, self.last), "float32")
            )
            self.last.assign(first)
        return inputs + ops.mean(noise)


DRAWS = {
    "normal": lambda: keras.random.normal((4, 3)),
    "uniform": lambda: keras.random.uniform((4, 3)),
    "dropout": lambda: keras.random.dropout(ops.arange(1.0, 50.0), 0.5),
    "shuffle": lambda: keras.random.shuffle(ops.arange(50.0))[:5] ** 1.5,
    "randint": lambda: keras.random.randint((30,), 0, 1000),
}


@pytest.mark.parametrize("kind", DRAWS)
def test_draws_without_a_seed_differ_from_step_to_step(kind):
    def models():
        return [net(Sampling(DRAWS[kind]), L.Dense(2)) for _ in range(2)]

    last = []
    for made in (models(), models()):
        for job, result in zip(
            jobs := jobs_of(made, table()), train(jobs), strict=True
        ):
            if result.error is not None:
                raise result.error
            assert_has_reason(result)
            layer = job.model.layers[0]
            assert float(layer.repeated.numpy()) == 0
            last.append(float(layer.last.numpy()))
            assert_predicts(job.model, job.x)
    assert len(set(last)) == 4


def test_draws_without_a_seed_differ_from_prediction_to_prediction():
    model, (x, _) = net(Sampling(DRAWS["normal"], in_prediction=True)), table()
    first, second = (predict(model, x) for _ in range(2))
    assert not np.allclose(first, second)


# Gradients and what was just assigned


class RunningMean(L.Layer):
    """Takes off a mean right after it was moved: no gradient runs through it."""

    def build(self, shape):
        self.mean = self.add_weight(
            shape=(shape[-1],), initializer="zeros", trainable=False
        )

    def call(self, inputs, training=False):
        if training:
            self.mean.assign(0.5 * self.mean + 0.5 * ops.mean(inputs, axis=0))
        return inputs - self.mean


class Added(RunningMean):
    """The same by assign_add, and twice."""

    def call(self, inputs, training=False):
        if training:
            self.mean.assign_add(0.3 * ops.sum(inputs, axis=0))
            self.mean.assign_sub(0.1 * ops.max(inputs, axis=0))
        return inputs * (1.0 + self.mean)


class VectorQuantizer(L.Layer):
    """The nearest entry of a codebook that follows the rows."""

    def build(self, shape):
        self.book = self.add_weight(
            shape=(3, shape[-1]), initializer="random_normal", trainable=False
        )

    def call(self, inputs, training=False):
        gaps = ops.sum((inputs[:, None] - self.book[None]) ** 2, axis=-1)
        nearest = ops.one_hot(ops.argmin(gaps, axis=-1), 3)
        if training:
            sums = ops.matmul(ops.transpose(nearest), inputs)
            counts = ops.sum(nearest, axis=0)[:, None] + 1.0
            self.book.assign(0.9 * self.book + 0.1 * sums / counts)
        quantized = ops.matmul(nearest, self.book)
        self.add_loss(0.25 * ops.mean((inputs - quantized) ** 2))
        return inputs + ops.stop_gradient(quantized - inputs)


@pytest.mark.parametrize("layer", [RunningMean, Added, VectorQuantizer])
def test_no_gradient_runs_through_an_assigned_variable(layer):
    check(lambda member: net(L.Dense(3), layer()))


# Programs


class Doubled(L.Layer):
    def build(self, shape):
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, inputs):
        return 2 * inputs * self.gain


def with_own_layer(member):
    return net(L.Dense(3), Doubled())


def with_classes_of_the_factory(member):
    class Tripled(Doubled):
        def call(self, inputs):
            return 3 * super().call(inputs)

    def own_loss(y_true, y_pred):
        return ops.mean(ops.abs(y_true - y_pred) ** 1.5, axis=-1)

    class OwnLoss(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return own_loss(y_true, y_pred)

    return net(L.Dense(3), Tripled(), loss=OwnLoss())


@pytest.mark.parametrize("make", [with_own_layer, with_classes_of_the_factory])
def test_own_layers_share_a_program(make):
    check(make)
    rounds = [train(jobs_of([make(0), make(1)], table(), (20, 20))) for _ in range(2)]
    for results in rounds:
        ways = [(r.training.engine, r.training.members) for r in results]
        assert ways == [("fused", 2)] * 2, results[0].training.reason
    first, second = (results[0].training.compile_seconds for results in rounds)
    assert second <= first / 10


# Recurrent and convolutional layers


def test_stateful_lstm():
    x = np.random.default_rng(0).normal(size=(16, 5, 2)).astype("float32")

    def make(member):
        inputs = keras.Input(batch_shape=(8, 5, 2))
        outputs = L.Dense(1)(L.LSTM(3, stateful=True)(inputs))
        return compiled(keras.Model(inputs, outputs))

    def predicted(model):
        model.layers[1].reset_state()
        return model.predict(x, batch_size=8, verbose=0)

    check(
        make,
        (x, table()[1][:16]),
        n_rows=(16, 8),
        also=predicted,
        predicts=False,
        shuffle=False,
    )
    model = make(0)
    expected = predicted(model)
    model.layers[1].reset_state()
    close(predict(model, x, batch_size=8), expected)
    model.layers[1].reset_state()
    close(predict(model, x), expected)


class Convolving(L.Layer):
    def build(self, shape):
        self.inner = L.Conv2D(2, 3, activation="tanh")
        self.inner.build(shape)

    def call(self, inputs):
        return self.inner(inputs)


class ConvolvingModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = L.Conv2D(2, 3, padding="same")
        self.last = L.Dense(1)

    def call(self, inputs):
        return self.last(ops.mean(self.first(inputs), axis=(1, 2)))


def convolving_model(member):
    model = ConvolvingModel()
    model(np.zeros((1, 5, 5, 1), "float32"))
    return compiled(model)


CONVOLUTIONS = {
    "TimeDistributed": ((3, 5, 5, 1), lambda: L.TimeDistributed(L.Conv2D(2, 3))),
    "Conv1DTranspose": ((5, 2), lambda: L.Conv1DTranspose(2, 3, strides=2)),
    "Conv2DTranspose": ((5, 5, 1), lambda: L.Conv2DTranspose(2, 3)),
    "Conv3DTranspose": ((3, 3, 3, 1), lambda: L.Conv3DTranspose(2, 2)),
    "ConvLSTM2D": ((3, 5, 5, 1), lambda: L.ConvLSTM2D(2, 3)),
    "in a layer of one's own": ((5, 5, 1), Convolving),
    "in a Model of one's own": ((5, 5, 1), None),
}


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_convolutions(kind):
    shape, layer = CONVOLUTIONS[kind]
    x = np.random.default_rng(0).normal(size=(MOST_ROWS, *shape)).astype("float32")
    make = convolving_model
    if layer is not None:

        def make(member):
            return net(layer(), shape=shape)

    check(make, (x, table()[1]), epochs=1)
