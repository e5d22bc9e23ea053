"""Pipelines drawn at random on tables drawn at random, as ONNX files.

A day draws other ones; ``TESTS_DAY=2026-11-26`` repeats a day.
"""

import datetime
import os

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from skkeras import (
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasTabularClassifier,
    KerasTabularRegressor,
)
from skkeras.preprocessing import PiecewiseLinear, SmoothClipScaler, TableEncoder

pytestmark = [
    pytest.mark.in_turn,
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of one draw or another, by every library
]
N, DRAWS = 60, 6
NAMES = ("age", "town size", "label", "x", "variable", "probabilities", "n°")
SMALL = {"epochs": 1, "random_state": 0}


def gaps(rng, values, missing):
    return np.where(rng.random(N) < 0.2, missing, np.asarray(values, object))


def days(rng):
    return pd.to_timedelta(rng.integers(-20_000, 20_000, N), unit="D")


NUMBERS = {
    "double": lambda rng: rng.lognormal(3, 1, N),
    "float": lambda rng: rng.normal(100, 5, N).astype("float32"),
    "whole": lambda rng: rng.integers(0, 6, N),
    "boolean": lambda rng: rng.random(N) > 0.4,
    "gaps": lambda rng: gaps(rng, rng.normal(0, 1e3, N), np.nan).astype(float),
    "nullable": lambda rng: pd.array(gaps(rng, rng.integers(0, 4, N), None), "Int64"),
    "nullable boolean": lambda rng: pd.array(
        gaps(rng, rng.random(N) > 0.5, None), "boolean"
    ),
}
WORDS = {
    "words": lambda rng: rng.choice(["a", "bb", "ü c"], N).astype(object),
    "gappy words": lambda rng: gaps(rng, rng.choice(["a", "b"], N), None),
    "categories": lambda rng: pd.Categorical(rng.choice(["u", "v", "w"], N)),
    "many": lambda rng: np.array([f"w{i}" for i in rng.integers(0, 25, N)], object),
}
DATES = {
    "times": lambda rng: (
        pd.Timestamp("1995-03-01 13:01")
        + days(rng)
        + pd.to_timedelta(days(rng).days, "s")
    ),
    "gappy dates": lambda rng: pd.Series(pd.Timestamp("2020-02-28") + days(rng)).where(
        rng.random(N) > 0.2
    ),
}
KINDS = {**NUMBERS, **WORDS, **DATES}


def drawn_columns(rng):
    """Draw what each column of a table holds."""
    names = rng.permutation(NAMES)[: rng.integers(1, 6)]
    return {str(name): str(rng.choice(list(KINDS))) for name in names}


def drawn_rows(rng, columns):
    return pd.DataFrame({name: KINDS[kind](rng) for name, kind in columns.items()})


def drawn_number_step(rng):
    steps = [
        StandardScaler(),
        MinMaxScaler(),
        RobustScaler(),
        MaxAbsScaler(),
        SmoothClipScaler(),
        make_pipeline(SmoothClipScaler(), PiecewiseLinear(n_bins=3)),
        make_pipeline(StandardScaler(), PCA(1)),
        make_pipeline(StandardScaler(), PolynomialFeatures(2)),
        QuantileTransformer(n_quantiles=10),
        PowerTransformer(),
        KBinsDiscretizer(
            3, encode="onehot-dense", quantile_method="averaged_inverted_cdf"
        ),
        "passthrough",
    ]
    return steps[rng.integers(len(steps))]


def drawn_word_step(rng):
    steps = [
        OneHotEncoder(handle_unknown="ignore", sparse_output=bool(rng.random() < 0.5)),
        make_pipeline(
            SimpleImputer(strategy="most_frequent"),
            OneHotEncoder(handle_unknown="ignore"),
        ),
        make_pipeline(
            SimpleImputer(strategy="constant", fill_value="none"),
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        ),
        TableEncoder(min_frequency=2),
    ]
    return steps[rng.integers(len(steps))]


def drawn_front(rng, columns):
    """Draw what turns the table into numbers."""
    by_kind = {
        kind: [name for name, each in columns.items() if each in kinds]
        for kind, kinds in [("n", NUMBERS), ("w", WORDS), ("d", DATES)]
    }
    if rng.random() < 0.4 or not (by_kind["n"] or by_kind["w"]):
        return TableEncoder(
            min_frequency=int(rng.integers(1, 4)),
            max_one_hot=int(rng.choice([0, 3, 16])),
        )
    parts = []
    if by_kind["n"]:
        strategy = str(rng.choice(["mean", "median", "most_frequent"]))
        filled = make_pipeline(SimpleImputer(strategy=strategy), drawn_number_step(rng))
        parts.append(("n", filled, by_kind["n"]))
    if by_kind["w"]:
        parts.append(("w", drawn_word_step(rng), by_kind["w"]))
    if by_kind["d"] and rng.random() < 0.6:
        parts.append(("d", TableEncoder(), by_kind["d"]))
    return ColumnTransformer(parts)


TARGETS = {
    "two": lambda rng: rng.integers(0, 2, N),
    "two words": lambda rng: rng.choice(["no", "yes"], N),
    "three": lambda rng: rng.integers(3, 6, N),
    "labels": lambda rng: rng.integers(0, 2, (N, 3)),
    "number": lambda rng: rng.normal(1000, 50, N),
    "numbers": lambda rng: rng.normal(size=(N, 2)) * [1, 1e3],
}


def drawn_model(rng, columns, target):
    is_number = target.startswith("number")
    if rng.random() < 0.15 and target != "labels":
        encoding = str(rng.choice(["plain", "piecewise", "periodic"]))
        cls = KerasTabularRegressor if is_number else KerasTabularClassifier
        model = cls(n_folds=2, portfolio=[{"encoding": encoding}], **SMALL)
    else:
        cls = KerasMLPRegressor if is_number else KerasMLPClassifier
        net = cls(hidden_layer_sizes=(4,), l2=0.01, **SMALL)
        model = make_pipeline(drawn_front(rng, columns), net)
    if is_number and rng.random() < 0.2:
        scalers = StandardScaler(), MinMaxScaler(), RobustScaler()
        return TransformedTargetRegressor(model, transformer=scalers[rng.integers(3)])
    if target.startswith("two") and rng.random() < 0.2:
        threshold = float(rng.uniform(0.3, 0.7))
        return FixedThresholdClassifier(
            model, threshold=threshold, response_method="predict_proba"
        )
    return GridSearchCV(model, {}, cv=2) if rng.random() < 0.1 else model


def seeds():
    day = os.environ.get("TESTS_DAY", datetime.datetime.now(datetime.UTC).isoformat())
    first = int(day[:10].replace("-", "")) * DRAWS
    return range(first, first + DRAWS)


@pytest.mark.parametrize("seed", seeds())
def test_drawn(seed, check_same):
    rng = np.random.default_rng(seed)
    columns, target = drawn_columns(rng), str(rng.choice(list(TARGETS)))
    rows, others = drawn_rows(rng, columns), drawn_rows(rng, columns)
    model = drawn_model(rng, columns, target).fit(rows, TARGETS[target](rng))
    check_same(model, rows, others)
