"""How many weights a row meets, beside numbers worked out by hand.

Those of convolutions six times.
"""

import keras
import pytest

from skkeras.training.routing.cost import multiplications

L = keras.layers


def nested():
    return keras.Sequential([keras.Input((7, 3)), L.Dense(4), L.Flatten(), L.Dense(2)])


@pytest.mark.parametrize(
    ("shape", "layers", "expected"),
    [
        ((8,), [L.Dense(16, use_bias=False), L.Dense(1)], 8 * 16 + 16),
        ((7, 3), [L.Dense(4)], 7 * 3 * 4),
        ((7, 3), [L.TimeDistributed(L.Dense(4))], 7 * 3 * 4),
        ((8, 1), [L.Conv1D(4, 3), L.Flatten(), L.Dense(1)], 6 * (6 * 3 * 4) + 6 * 4),
        ((9, 9, 2), [L.Conv2D(5, 3, strides=2)], 6 * (4 * 4 * 3 * 3 * 2 * 5)),
        ((7, 3), [L.LSTM(5)], 7 * (3 + 5) * 4 * 5),
        ((7, 3), [L.Bidirectional(L.SimpleRNN(5))], 2 * 7 * (3 + 5) * 5),
        ((7, 3), [nested(), L.Dense(3)], 7 * 3 * 4 + 28 * 2 + 2 * 3),
        ((8,), [L.BatchNormalization(), L.Dropout(0.5), L.Activation("relu")], 0),
    ],
)
def test_multiplications_of_a_row(shape, layers, expected):
    model = keras.Sequential([keras.Input(shape), *layers])
    assert multiplications(model) == expected
