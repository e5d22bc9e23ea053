import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skkeras.report.preprocessing import make_preprocessor
from skkeras.report.problem import Problem


@pytest.fixture
def mixed_table():
    """Numbers with gaps, words with gaps, and a target they decide."""
    rng = np.random.default_rng(0)
    size = rng.normal(size=60)
    colour = rng.choice(["red", "green", "blue"], size=60)
    y = ((size > 0) ^ (colour == "red")).astype(int)
    X = pd.DataFrame({"size": size, "colour": colour, "constant": 1.0})
    X.loc[::7, "size"] = np.nan
    X.loc[::11, "colour"] = None
    return X, y


@pytest.fixture
def problem(mixed_table):
    X, y = mixed_table
    return Problem(
        "mixed.csv", X, y, "kind", "classification", "two words", ("no", "yes")
    )


@pytest.fixture
def cheap_models():
    tree = DecisionTreeClassifier(max_depth=4, random_state=0)
    return {
        "dummy": make_pipeline(make_preprocessor(scale=False), DummyClassifier()),
        "tree": make_pipeline(make_preprocessor(scale=False), tree),
    }
