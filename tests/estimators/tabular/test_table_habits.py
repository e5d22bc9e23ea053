"""Table estimators in scikit-learn's inspection, and with tables of every library."""

import numpy as np
import pandas as pd
import pytest
from every_type import (
    ROWS,
    with_arrow_in_pandas,
    with_pandas,
    with_polars,
    with_pyarrow,
)
from sklearn.inspection import partial_dependence, permutation_importance

import skkeras
from skkeras import KerasTabularClassifier, KerasTabularRegressor

FEW = {"portfolio": [{"l2": 1e-3}], "n_folds": 2, "random_state": 0}
LABELS = np.array(["no", "yes"])[(np.arange(ROWS) % 3 == 0).astype(int)]


@pytest.fixture(scope="module")
def of_every_type():
    return KerasTabularClassifier(epochs=60, **FEW).fit(with_pandas(), LABELS)


@pytest.mark.parametrize("table", [with_polars, with_pyarrow, with_arrow_in_pandas])
def test_every_librarys_table_is_fitted_saved_loaded_and_predicted(
    of_every_type, table, tmp_path
):
    X = table()
    fitted = KerasTabularClassifier(epochs=60, **FEW).fit(X, LABELS)
    fitted.save(tmp_path / "model")
    loaded = skkeras.load(tmp_path / "model")
    expected = of_every_type.predict_proba(with_pandas())
    np.testing.assert_allclose(loaded.predict_proba(X), expected, atol=1e-5)
    np.testing.assert_array_equal(loaded.predict(with_pandas()), fitted.predict(X))


def test_rows_of_every_type_are_predicted_one_by_one(of_every_type):
    X = with_pandas()
    together = of_every_type.predict_proba(X)
    alone = np.vstack([of_every_type.predict_proba(X.iloc[[i]]) for i in range(ROWS)])
    np.testing.assert_allclose(alone, together, atol=1e-5)


@pytest.fixture(scope="module")
def slope():
    """A target that one number decides, another column does not, and a word shifts."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "number": rng.uniform(-2, 2, 300),
            "noise": rng.normal(size=300),
            "word": rng.choice(["low", "high"], 300),
        }
    )
    y = 3 * X["number"] + 2 * (X["word"] == "high")
    return KerasTabularRegressor(epochs=40, **FEW).fit(X, y), X, y


def test_permutation_importance_finds_what_decides(slope):
    fitted, X, y = slope
    found = permutation_importance(fitted, X, y, n_repeats=2, random_state=0)
    number, noise, word = found.importances_mean
    assert number > word > 5 * abs(noise)


def test_partial_dependence_follows_numbers_and_words(slope):
    fitted, X, _ = slope
    of_number = partial_dependence(fitted, X, ["number"], grid_resolution=5)
    steps = np.diff(of_number["average"][0]) / np.diff(of_number["grid_values"][0])
    np.testing.assert_allclose(steps, 3, atol=0.4)
    of_word = partial_dependence(
        fitted, X, ["word"], categorical_features=["word"], kind="average"
    )
    high, low = of_word["average"][0]
    np.testing.assert_allclose(high - low, 2, atol=0.3)
