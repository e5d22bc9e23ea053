"""What has no value to compare has a program of its own, which nobody uses again."""

import threading

import numpy as np
import pytest
from strangers import L, check, net

from skkeras.training import train
from skkeras.training.engines.population_plans import FAMILIES

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("fresh_programs"),
]


class Holds(L.Layer):
    """Multiplies by what it holds an object for."""

    def __init__(self, held, **kwargs):
        super().__init__(**kwargs)
        self.held = held

    def call(self, x):
        return x * 2.0

    def get_config(self):
        return super().get_config() | {"held": self.held}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


HELD = {
    "generator": lambda: np.random.default_rng(0),
    "lock": threading.Lock,
    "iterator": lambda: iter([1.0]),
}


@pytest.mark.parametrize("kind", HELD)
def test_fits_that_hold_such_a_thing_are_trained_alone(kind):
    things = [HELD[kind]() for _ in range(2)]
    jobs = check(lambda member: net(Holds(things[member]), L.Dense(3)))
    for result in train(jobs):
        assert result.training.engine in ("compiled", "keras")
        assert result.training.members == 1
    assert not FAMILIES.keys()
