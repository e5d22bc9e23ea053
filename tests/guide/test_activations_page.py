"""The page of activations has every one, and its formulas are Keras's."""

from pathlib import Path

import keras
import numpy as np
import pages
import pytest
from scipy.optimize import minimize_scalar

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "activations.md"
TEXT = PAGE.read_text(encoding="utf-8")
ACTIVATIONS = [n for n in dir(keras.activations) if not n.startswith("_")]
NOT_FUNCTIONS_OF_X = {"get", "serialize", "deserialize", "threshold"}
WRONG_IN_KERAS = {"sparsemax"}


@pytest.fixture(scope="module")
def page():
    namespace = {"__name__": "page"}
    pages.run(TEXT, str(PAGE), namespace)
    return namespace


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_explained(name):
    assert f"`{name}`" in TEXT


def test_every_formula_is_compared(page):
    assert (
        set(page["FORMULAS"]) == set(ACTIVATIONS) - NOT_FUNCTIONS_OF_X - WRONG_IN_KERAS
    )


def test_formulas_are_keras_own(page):
    for name, difference in page["worst"].items():
        assert difference < 1e-5, name


def test_a_wrong_formula_would_show(page):
    x = page["x"]
    difference = page["FORMULAS"]["relu"](x) - page["FORMULAS"]["elu"](x)
    assert np.abs(difference).max() > 0.1


@pytest.mark.parametrize(
    ("name", "turns_at"), [("gelu", -0.75), ("silu", -1.28), ("mish", -1.19)]
)
def test_where_the_derivative_becomes_negative(page, name, turns_at):
    function = page["FORMULAS"][name]
    lowest = minimize_scalar(function, bounds=(-3, 0), method="bounded").x
    assert lowest == pytest.approx(turns_at, abs=0.005)


@pytest.mark.parametrize(("name", "beyond"), [("sigmoid", 4.6), ("tanh", 3.0)])
def test_where_the_derivative_is_below_a_hundredth(page, name, beyond):
    function = page["FORMULAS"][name]
    slope = (function(beyond + 1e-4) - function(beyond - 1e-4)) / 2e-4
    assert slope == pytest.approx(0.01, abs=0.0005)


@pytest.mark.xfail(
    strict=True, reason="Keras adds up all partial sums; the page says so"
)
def test_sparsemax_sums_to_one():
    scores = np.random.default_rng(0).normal(size=(20, 5)).astype("float32")
    total = keras.ops.sum(keras.activations.sparsemax(scores), axis=-1)
    assert keras.ops.convert_to_numpy(total) == pytest.approx(np.ones(20), abs=1e-4)
