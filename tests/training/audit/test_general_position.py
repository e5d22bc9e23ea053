"""Weights that are moved a little, and put back."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.training.audit.general_position import in_general_position

SIZE = 1e-3


@pytest.fixture
def models():
    """Two models, whose biases are zero and whose weights are of both signs."""
    nets = [keras.Sequential([keras.Input((4,)), keras.layers.Dense(30)])]
    nets += [keras.Sequential([keras.Input((3,)), keras.layers.Dense(20, "relu")])]
    return nets


def weights(models):
    return [np.array(v.value) for model in models for v in model.trainable_variables]


def changes(before, after):
    """Return by how much weights changed: relative, and those of zero as they are."""
    return [
        np.where(a == 0, b, b / np.where(a == 0, 1, a) - 1)
        for a, b in zip(before, after, strict=True)
    ]


def test_every_weight_moves_by_half_to_all_of_the_size(models):
    before = weights(models)
    with in_general_position(models, SIZE):
        moved = changes(before, weights(models))
    for change in moved:
        assert_allclose(np.abs(change), 0.75 * SIZE, atol=0.2501 * SIZE)
        assert len(np.unique(np.abs(change))) > change.size / 2
        assert 0 < np.sum(change > 0) < change.size  # some either way


def test_the_other_sign_moves_each_weight_the_other_way(models):
    before, moved = weights(models), []
    for sign in (1, -1):
        with in_general_position(models, SIZE, sign):
            moved.append(changes(before, weights(models)))
    for change, other in zip(*moved, strict=True):
        assert_allclose(change, -other, rtol=1e-3)


def test_weights_come_back_where_the_block_fails(models):
    before = weights(models)
    with pytest.raises(ZeroDivisionError), in_general_position(models, SIZE):
        raise ZeroDivisionError
    for value, other in zip(before, weights(models), strict=True):
        assert_array_equal(value, other)
