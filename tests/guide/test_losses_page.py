"""The page of losses has every loss, and its formulas are Keras's."""

from pathlib import Path

import keras
import numpy as np
import pages
import pytest

from skkeras import KerasMLPClassifier

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "losses.md"
TEXT = PAGE.read_text(encoding="utf-8")
LOSSES = [
    name
    for name in dir(keras.losses)
    if name.islower()
    and not name.startswith("_")
    and name not in ("deserialize", "get", "serialize")
]


@pytest.fixture(scope="module")
def formulas():
    """What the page's last block defines and compares."""
    *_, (line, source, _) = pages.code_and_output(TEXT)
    namespace = {"keras": keras, "np": np, "rng": np.random.default_rng(7)}
    exec(compile("\n" * line + source, str(PAGE), "exec"), namespace)
    return namespace


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_explained(name):
    assert f"`{name}`" in TEXT


def test_every_formula_is_compared(formulas):
    families = ("NUMBERS", "TWO_CLASSES", "CLASSES", "AREAS")
    compared = {name for family in families for name in formulas[family]}
    assert compared == set(LOSSES) - {"ctc", "circle"}


def test_formulas_are_keras_own(formulas):
    for name, difference in formulas["worst"].items():
        assert difference < 1e-4, name


def test_a_wrong_formula_would_show(formulas):
    y, p = formulas["numbers"], formulas["predicted"]
    assert formulas["differs"]("mean_squared_error", y, p, abs(y - p)[:, 0]) > 0.1


@pytest.mark.parametrize(
    ("name", "lowest"),
    [
        ("mean_squared_error", np.mean),
        ("poisson", np.mean),
        ("mean_absolute_error", np.median),
        (
            "mean_squared_logarithmic_error",
            lambda y: np.expm1(np.log1p(y).mean()),
        ),
    ],
)
def test_what_a_loss_asks_for(name, lowest):
    y = np.random.default_rng(0).gamma(2.0, size=501)
    guesses = np.linspace(0.2, 4, 2000)
    losses = formulas_of(name, y, guesses)
    assert guesses[losses.argmin()] == pytest.approx(lowest(y), abs=0.01)


def test_percentage_error_asks_for_less_than_the_median():
    y = np.random.default_rng(0).gamma(2.0, size=501)
    guesses = np.linspace(0.2, 4, 2000)
    losses = formulas_of("mean_absolute_percentage_error", y, guesses)
    assert guesses[losses.argmin()] < np.median(y) - 0.1


def test_focal_crossentropy_pulls_to_one_half():
    y = np.repeat([0.0, 1.0], [900, 100])
    guesses = np.linspace(0.01, 0.99, 981)
    losses = formulas_of("binary_focal_crossentropy", y, guesses)
    assert 0.15 < guesses[losses.argmin()] < 0.5


def formulas_of(name, y, guesses):
    """Return the mean loss of each guess for all rows."""
    y_true = np.tile(y, (len(guesses), 1))
    loss = getattr(keras.losses, name)(y_true, np.repeat(guesses[:, None], len(y), 1))
    return keras.ops.convert_to_numpy(loss)


@pytest.mark.xfail(strict=True, reason="Keras multiplies all pairs; the page says so")
def test_generalized_crossentropy_of_a_column():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 20).astype("float32")
    y = rng.integers(0, 3, 20)
    loss = keras.losses.CategoricalGeneralizedCrossEntropy(q=0.5)
    assert float(loss(y[:, None], p)) == pytest.approx(float(loss(y, p)), rel=1e-3)


def test_generalized_crossentropy_in_an_estimator():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 2))
    y = np.digitize(X[:, 0], [-0.4, 0.4])
    loss = keras.losses.CategoricalGeneralizedCrossEntropy(q=0.5)

    def gce(y_true, y_pred):
        return loss(y_true[:, 0], y_pred)

    classifier = KerasMLPClassifier(
        (8,), loss=gce, epochs=30, l2=1e-3, random_state=0, engine="keras"
    )
    assert classifier.fit(X, y).score(X, y) > 0.8
