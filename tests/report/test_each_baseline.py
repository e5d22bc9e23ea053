"""Each classic model is a question of the same family, adjusted for their number."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skkeras import KerasMLPClassifier
from skkeras.datasets import load_iris
from skkeras.report import compare
from skkeras.report.each_baseline import HEADINGS, against_each, baseline_rows
from skkeras.report.statistics import corrected_resampled_t_test

X, Y = load_iris(return_X_y=True)
MODELS = {
    "net": KerasMLPClassifier(epochs=10, l2=1e-3, random_state=0),
    "linear": LogisticRegression(max_iter=1000),
    "stump": DecisionTreeClassifier(max_depth=1),
    "tree": DecisionTreeClassifier(max_depth=2, random_state=0),
}


@pytest.fixture(scope="module")
def found():
    return compare(MODELS, X, Y, cv=4, scoring="accuracy", random_state=0)


def test_p_values_are_those_of_the_pairs_after_holm(found):
    each = against_each(found, "net")
    assert set(each) == {"linear", "stump", "tree"}
    values = found.values()
    alone = {
        name: corrected_resampled_t_test(
            (values["net"] - values[name]).to_numpy(), found.test_train_ratio
        ).p_value
        for name in each
    }
    highest = 0.0  # Holm by hand: the lowest times three, the next times two, ...
    for place, name in enumerate(sorted(alone, key=alone.get)):
        highest = max(highest, min(1.0, alone[name] * (3 - place)))
        assert each[name].p_value == pytest.approx(highest)
        assert each[name].advantage == pytest.approx(
            (values["net"] - values[name]).mean()
        )


def test_rows_hold_a_cell_for_each_heading(found):
    rows = baseline_rows(found, "net")
    assert len(rows) == 3
    for row in rows:
        assert len(row["cells"]) == len(HEADINGS)
        assert "nan" not in " ".join(row["cells"])


def test_classic_models_ask_nothing(found):
    assert against_each(found, "linear") == {}
    assert np.isfinite(found.values()).all(axis=None)
