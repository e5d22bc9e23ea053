"""Where rounding ends and a difference begins, by its formulas."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.training.audit.rounding import (
    Nudge,
    first_difference,
    largest_move,
    rounding_unit,
)

UNIT = 2.0**-24


def path(*values):
    return [{"a": np.atleast_1d(np.float64(value))} for value in values]


def is_difference(way, found, unit=UNIT, again=None):
    """Tell whether a result differs from the end of a way, where nudges do little."""
    found = {"a": np.atleast_1d(np.float64(found))}
    difference = first_difference(way, found, again or (lambda nudge: way), unit)
    return difference is not None


@pytest.mark.parametrize(
    ("values", "unit", "bound"),
    [
        ((0, 1), UNIT, 408 * UNIT),
        ((0, 10, 10.5), UNIT, 4084 * UNIT),  # the longest step, the largest number
        ((1000, 1000), UNIT, 8000 * UNIT),
        ((-3, -3), UNIT, 24 * UNIT),
        ((1000, 1), UNIT, (400 * 999 + 8 * 1000) * UNIT),
        ((0, 1), 2.0**-11, 0.1 + 8 * UNIT),  # not 400 units, which are a fifth
        ((0, 1), 2.0**-13, 400 * 2.0**-13 + 8 * UNIT),
        ((0, 0), UNIT, 0.0),
    ],
)
def test_a_difference_is_larger_than_sums_of_a_step_are_rounded_by(values, unit, bound):
    way = path(*values)
    for sign in (1, -1):
        assert not is_difference(way, values[-1] + sign * 0.99 * bound, unit)
        assert is_difference(way, values[-1] + sign * (1.01 * bound + 1e-12), unit)


def test_the_largest_distance_in_an_array_counts():
    way = [{"a": np.zeros(3)}, {"a": np.ones(3)}]
    found = {"a": np.array([1.0, 0.25, 1.5])}
    assert first_difference(way, found, lambda nudge: way, UNIT) == ("a", 0.75)


def test_what_is_not_finite_makes_no_bound_wider():
    way = [{"a": np.array([0.0, 0.0])}, {"a": np.array([1.0, np.inf])}]
    found = {"a": np.array([1.0 + 1e-3, np.inf])}
    name, size = first_difference(way, found, lambda nudge: way, UNIT)
    assert name == "a"
    assert size == pytest.approx(1e-3)


def test_the_first_that_differs_is_named():
    way = [dict.fromkeys("abc", np.zeros(1)), dict.fromkeys("abc", np.ones(1))]
    found = {"a": np.ones(1), "b": np.full(1, 1.25), "c": np.full(1, 1.5)}
    assert first_difference(way, found, lambda nudge: way, UNIT) == ("b", 0.25)


@pytest.mark.parametrize("moves_at", [1, 8])
def test_a_nudge_that_moves_a_result_excuses_sixteen_times_as_much(moves_at):
    """One of the eight is enough: a sign may not turn in the first."""
    way, asked = path(0, 1), []

    def again(nudge):
        asked.append(nudge)
        return path(0, 1.01) if len(asked) == moves_at else way

    assert not is_difference(way, 1.159, again=again)
    assert len(asked) == moves_at
    asked.clear()
    assert is_difference(way, 1.161, again=again)
    assert len(asked) == 8
    assert len(set(map(id, asked))) == 1  # which goes on drawing


def test_without_a_difference_nothing_is_nudged():
    assert not is_difference(path(0, 1), 1, again=lambda nudge: pytest.fail("asked"))


def test_a_nudge_that_moves_both_ends_alike_moves_nothing():
    assert is_difference(path(0, 1), 1.5, again=lambda nudge: path(5, 6))
    assert not is_difference(path(0, 1), 1.5, again=lambda nudge: path(5, 6.1))


def test_results_that_no_nudge_moves_are_found_beside_others():
    way = [dict.fromkeys("ab", np.zeros(1)), dict.fromkeys("ab", np.ones(1))]
    other = [way[0], {"a": np.full(1, 3.0), "b": np.ones(1)}]
    found = dict.fromkeys("ab", np.full(1, 1.5))
    assert first_difference(way, found, lambda nudge: other, UNIT) == ("b", 0.5)


def test_a_nudge_moves_weights_by_four_units_either_way():
    values = np.linspace(-3, 3, 101)  # the middle one is zero
    moved = Nudge(2.0**-10).weights(values)
    change = np.where(values == 0, moved, moved / np.where(values == 0, 1, values) - 1)
    assert_allclose(np.abs(change), 4 * 2.0**-10)
    assert 20 < np.sum(change > 0) < 80
    assert Nudge(2.0**-10).weights(values.astype("float32")).dtype == "float32"


def test_a_nudge_moves_gradients_by_four_units_of_the_largest():
    arrays = [np.linspace(-1, 1, 51), np.array([5.0, -8.0]), np.zeros((2, 3), "f4")]
    moved = Nudge(2.0**-10).gradients(arrays)
    for value, other in zip(arrays, moved, strict=True):
        assert_allclose(np.abs(other - value), 4 * 2.0**-10 * 8, rtol=1e-6)
        assert other.dtype == value.dtype
    assert len({*np.sign(moved[0] - arrays[0])}) == 2
    assert Nudge(2.0**-10).gradients([]) == []


def test_a_nudge_moves_a_constant_by_four_units_of_itself():
    nudge = Nudge(2.0**-10)
    moved = [nudge.constant(0.9) for _ in range(30)]
    assert_allclose(np.abs(np.array(moved) / 0.9 - 1), 4 * 2.0**-10)
    assert len(set(moved)) == 2
    assert type(moved[0]) is float


def test_nudges_are_the_same_in_every_proof():
    values = np.arange(20.0)
    assert_array_equal(Nudge(UNIT).weights(values), Nudge(UNIT).weights(values))


def test_the_largest_move_is_from_the_way_to_any_of_others():
    others = [path(0, 1.25), path(7, 7.5), path(3, 4)]
    assert largest_move(path(0, 1), others, "a") == 0.5
    assert largest_move(path(2, 9, 3), others[:1], "a") == 0.25


@pytest.mark.parametrize(
    ("policies", "bits"),
    [
        (["float32"], 24),
        (["float64"], 24),  # Keras's scalars are no finer than float32
        (["float64", "float32"], 24),
        (["mixed_float16"], 11),
        (["mixed_bfloat16"], 8),
        (["mixed_bfloat16", "mixed_float16", "float32"], 8),
    ],
)
def test_the_unit_is_that_of_the_coarsest_layer(policies, bits):
    layers = [keras.layers.Dense(1, dtype=policy) for policy in policies]
    model = keras.Sequential([keras.Input((2,)), *layers])
    assert rounding_unit(model) == 2.0**-bits


@pytest.mark.parametrize(("share", "is_fault"), [(1e-5, False), (1.0, True)])
def test_rounding_is_judged_by_how_far_nudges_move_results(share, is_fault):
    """Where digits cancel, a difference is rounding that is a fault elsewhere."""
    weights = np.array([1.0, 2.0, 3.0], "float32")

    def along(nudge=None):
        large, small = np.float32(1 / share), np.float32(1 / share - 1)
        moved = weights if nudge is None else nudge.weights(weights)
        found = large * moved - small * weights  # of the size of the weights
        return [{"out": np.zeros(3)}, {"out": found}]

    found = {"out": along()[-1]["out"] + np.float32(1e-2)}
    difference = first_difference(along(), found, along, UNIT)
    assert (difference is not None) == is_fault


def test_numbers_beyond_all_bounds_are_compared_without_a_warning():
    ends = {"a": np.array([np.inf, -np.inf, 1e38], "float32")}
    way = [{"a": ends["a"] * 1}, ends]
    assert first_difference(way, ends, lambda nudge: way, UNIT) is None
    other = {"a": np.array([np.inf, np.inf, 1e38], "float32")}
    assert first_difference(way, other, lambda nudge: way, UNIT)[1] == np.inf


@pytest.mark.parametrize("unit", [2.0**-24, 2.0**-11, 2.0**-8])
def test_half_a_step_is_a_fault_however_coarse_the_numbers(unit):
    way = [{"a": np.zeros(2)}, {"a": np.ones(2)}]
    found = {"a": np.array([1.0, 1.5])}
    assert first_difference(way, found, lambda nudge: way, unit) == ("a", 0.5)


@pytest.mark.parametrize("kind", ["nan", "integer", "shape of NaN"])
def test_what_is_not_a_number_must_be_the_same(kind):
    expected = {"a": np.array([1.0, np.nan])}
    found = {"a": np.array([1.0, np.nan if kind == "nan" else 2.0])}
    if kind == "integer":
        expected, found = {"a": np.array(3)}, {"a": np.array(4)}
    way = [{"a": np.zeros_like(expected["a"])}, expected]
    result = first_difference(way, found, lambda nudge: way, UNIT)
    assert (result is None) == (kind == "nan")
