"""Ways to put layers together: one after another, in branches, shared, nested."""

import copy
import math

import keras

from random_models.layers import dense, flattening, layer_for

L = keras.layers
MOST_VALUES = 600  # of a row between two layers


def _layers(draws, shape_of, source, count):
    """Yield layers one by one; `shape_of` tells the rows' shape after the last."""
    yield from source.first(draws)
    for _ in range(count):
        if math.prod(shape_of()) > MOST_VALUES:
            yield flattening(draws, shape_of())
        yield layer_for(draws, shape_of())
    if len(shape_of()) != 1:
        yield flattening(draws, shape_of())


def _output(draws, head):
    return L.Dense(head.n_units, activation=head.activation)


def sequential(draws, sources, heads):
    """One layer after another."""
    model = keras.Sequential([sources[0].input()])

    def shape_of():
        return model.output_shape[1:] if model.layers else sources[0].shape

    for layer in _layers(draws, shape_of, sources[0], draws.integer(1, 3)):
        model.add(layer)
    model.add(_output(draws, heads[0]))
    return model


def _applied(draws, source, count):
    tensors = [source.input()]
    for layer in _layers(draws, lambda: tensors[-1].shape[1:], source, count):
        tensors.append(layer(tensors[-1]))
    return tensors[0], tensors[-1]


def functional(draws, sources, heads):
    """Branches that meet, over one or several inputs, and one or several outputs."""
    ends = [_applied(draws, source, draws.integer(1, 2)) for source in sources]
    inputs, tensors = [end[0] for end in ends], [end[1] for end in ends]
    joint = tensors[0] if len(tensors) == 1 else _met(draws, tensors)
    joint = _around(draws, joint)
    outputs = [_output(draws, head)(joint) for head in heads]
    if len(outputs) == 1:
        outputs = outputs[0]
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs)


def _met(draws, tensors):
    if draws.chance(0.5):
        return L.Concatenate()(tensors)
    width = draws.integer(2, 5)
    if draws.chance(0.4):  # one layer for all: a second one brings them to its width
        shared = L.Dense(width, activation="tanh")
        tensors = [shared(L.Dense(3)(tensor)) for tensor in tensors]
    else:
        tensors = [L.Dense(width)(tensor) for tensor in tensors]
    merges = [L.Add, L.Multiply, L.Average, L.Maximum, L.Minimum]
    if len(tensors) == 2:
        merges += [L.Subtract, lambda: L.Dot(axes=-1, normalize=draws.chance(0.5))]
    return draws.choice(merges)()(tensors)


def _around(draws, tensor):
    """Draw what a functional model may have that a Sequential may not."""
    return draws.choice(
        [
            lambda: tensor,
            lambda: L.Add()([tensor, L.Dense(tensor.shape[-1])(tensor)]),
            lambda: _twice(draws, tensor),
            lambda: _nested(draws, tensor),
            lambda: _attention(draws, tensor),
            lambda: keras.ops.sin(tensor) * 2.0 + tensor,
            lambda: tensor - keras.ops.mean(tensor, axis=0, keepdims=True),
        ]
    )()


def _twice(draws, tensor):
    shared = L.Dense(tensor.shape[-1], activation="relu")
    return shared(shared(tensor))


def _nested(draws, tensor):
    inner = keras.Sequential([keras.Input(tensor.shape[1:]), dense(draws, ())])
    if draws.chance(0.5):
        inner.add(L.BatchNormalization())
    return inner(tensor)


def _attention(draws, tensor):
    steps = L.RepeatVector(3)(tensor)
    steps = L.Concatenate()([steps, L.Dense(2)(steps)])
    attended = draws.choice(
        [
            lambda: L.MultiHeadAttention(2, 2)(steps, steps),
            lambda: L.GroupQueryAttention(2, 2, 1)(steps, steps),
            lambda: L.Attention(use_scale=True)([steps, steps]),
            lambda: L.AdditiveAttention()([steps, steps]),
        ]
    )()
    return L.Flatten()(attended)


class Stack(keras.Model):
    """A model whose call is written by hand, of layers that it is given."""

    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def call(self, inputs):
        for part in self.parts:
            inputs = part(inputs)
        return inputs


def subclassed(draws, sources, heads):
    """Give the layers of a Sequential in a class of one's own."""
    same = copy.deepcopy(draws)
    plain = sequential(draws, sources, heads)

    class Net(Stack):
        """The same with layers that it makes itself."""

        def __init__(self):
            super().__init__(sequential(copy.deepcopy(same), sources, heads).layers)

    model = Stack(plain.layers) if draws.chance(0.3) else Net()
    model(keras.ops.zeros((2, *sources[0].shape), plain.inputs[0].dtype))
    return model
