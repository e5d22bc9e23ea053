"""Weights of members, chosen one at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skkeras.ensembles.greedy_weights import greedy_weights


def squared_error(y):
    return lambda p: ((p[..., 0] - y) ** 2).mean(axis=1)


def drawn(seed, n_members=4, n_rows=9):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_members, n_rows, 1)), rng.normal(size=n_rows)


@given(st.integers(0, 200), st.integers(1, 12))
def test_weights_are_shares_of_at_most_as_many_additions(seed, n_rounds):
    members, y = drawn(seed)
    weights = greedy_weights(members, squared_error(y), n_rounds)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(), 1)
    counts = [weights * n for n in range(1, n_rounds + 1)]
    assert any(np.allclose(c, np.round(c), atol=1e-9) for c in counts)


@given(st.integers(0, 200))
def test_one_addition_takes_the_best_member(seed):
    members, y = drawn(seed)
    weights = greedy_weights(members, squared_error(y), 1)
    assert weights.argmax() == squared_error(y)(members).argmin()


@settings(max_examples=30)
@given(st.integers(0, 200))
def test_the_mean_is_never_worse_than_any_member_nor_than_fewer_additions(seed):
    members, y = drawn(seed)
    loss = squared_error(y)
    last = loss(members).min()
    for n_rounds in range(1, 8):
        weights = greedy_weights(members, loss, n_rounds)
        now = loss(np.tensordot(weights, members, axes=1)[None])[0]
        assert now <= last + 1e-12
        last = now


def test_each_step_is_the_best_of_all_by_brute_force():
    members, y = drawn(3)
    loss, chosen = squared_error(y), []
    losses = []
    for _ in range(5):
        found = [
            loss(np.mean(members[[*chosen, i]], axis=0)[None])[0] for i in range(4)
        ]
        chosen.append(int(np.argmin(found)))
        losses.append(min(found))
    best = int(np.argmin(losses)) + 1
    expected = np.bincount(chosen[:best], minlength=4) / best
    np.testing.assert_allclose(greedy_weights(members, loss, 5), expected)


def test_members_that_are_not_finite_get_no_weight():
    members, y = drawn(0)
    members[1], members[2, 0] = np.nan, np.inf
    weights = greedy_weights(members, squared_error(y), 10)
    assert weights[1] == weights[2] == 0
    np.testing.assert_allclose(weights.sum(), 1)
