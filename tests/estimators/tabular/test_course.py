"""How long nets are trained, by a clock that the tests move."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from skkeras.estimators.tabular.course import Course


class Nets:
    """Configurations whose epochs take time on a clock of their own."""

    def __init__(self, n_configurations, an_epoch=0.0, compiling=0.0):
        self.n_configurations, self.n_trained = n_configurations, n_configurations
        self._an_epoch, self._compiling = an_epoch, compiling
        self.now, self.rates, self.n_epochs = 1000.0, [], 0

    def clock(self):
        return self.now

    def train(self, epochs, has_rung=False, time_limit=None):
        """Train along a course; return how many configurations went on after it."""
        deadline = None if time_limit is None else self.now + time_limit
        course = Course(epochs, self.n_configurations, has_rung, deadline, self.clock)
        legs = []
        while leg := course.next_leg():
            legs.append(leg)
            assert leg.first == self.n_epochs
            self.now += self._compiling if leg.first == 0 else 0.0
            share = self.n_trained / self.n_configurations
            self.now += (leg.last - leg.first) * self._an_epoch * share
            self.rates += [leg.rate_share(e) for e in range(leg.first, leg.last)]
            self.n_epochs = leg.last
            if course.n_to_keep:
                self.n_trained = course.n_to_keep
        return legs


def cosine(epochs):
    return np.maximum(0.01, (1 + np.cos(np.pi * np.arange(epochs) / epochs)) / 2)


@given(st.integers(1, 300), st.integers(1, 20), st.booleans())
def test_without_a_limit_all_epochs_are_trained_along_one_cosine(epochs, n, has_rung):
    nets = Nets(n)
    legs = nets.train(epochs, has_rung)
    assert nets.n_epochs == epochs
    assert_allclose(nets.rates, cosine(epochs), atol=1e-12)
    assert_allclose(legs[-1].end, 1)
    assert len(legs) <= 1 + has_rung


@given(st.integers(4, 300), st.integers(2, 30))
def test_at_a_rung_a_third_goes_on_after_a_quarter(epochs, n):
    nets = Nets(n)
    first = nets.train(epochs, has_rung=True)[0]
    assert first.last == -(-epochs // 4)
    assert nets.n_trained == -(-n // 3)


@given(st.integers(2, 30))
def test_nobody_stops_after_the_last_epoch(n):
    nets = Nets(n)
    nets.train(1, has_rung=True)
    assert nets.n_trained == n


seconds = st.floats(0.01, 50)


@given(st.integers(1, 200), st.integers(1, 20), seconds, seconds, st.floats(0.1, 500))
def test_a_limit_is_kept_but_for_an_epoch_or_two(epochs, n, an_epoch, compiling, limit):
    nets = Nets(n, an_epoch, compiling)
    nets.train(epochs, time_limit=limit)
    assert nets.n_epochs >= 1
    assert nets.now - 1000 <= max(limit, compiling + 2 * an_epoch) + 1e-6
    assert (np.diff(nets.rates) <= 1e-12).all()


@given(st.integers(1, 200), st.integers(1, 20), seconds)
def test_a_limit_that_is_long_enough_changes_nothing(epochs, n, an_epoch):
    nets = Nets(n, an_epoch, compiling=5.0)
    nets.train(epochs, time_limit=2 * (epochs * an_epoch + 5))
    assert nets.n_epochs == epochs
    assert nets.n_trained == n
    assert_allclose(nets.rates, cosine(epochs), atol=1e-9)


@given(st.integers(20, 200), st.integers(3, 20))
def test_a_short_time_is_used_and_its_rates_fall_to_the_end(epochs, n):
    an_epoch = 1.0
    limit = 0.4 * epochs * an_epoch
    nets = Nets(n, an_epoch, compiling=1.0)
    nets.train(epochs, time_limit=limit)
    assert nets.now - 1000 >= 0.6 * limit
    assert nets.n_trained < n
    assert nets.rates[-1] < 0.2
