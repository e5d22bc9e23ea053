"""Whole pipelines as one ONNX file, from tables with named columns."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

import skkeras
from skkeras import KerasMLPClassifier, KerasMLPRegressor, KerasRegressor
from skkeras.preprocessing import (
    ColumnInputs,
    PiecewiseLinear,
    SmoothClipScaler,
    TableEncoder,
)

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.in_turn,
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
N = 120


def people(seed=0):
    """Make a table of all that a column may hold."""
    rng = np.random.default_rng(seed)
    towns = rng.choice(["Ghent", "Brügge", "x y"], N).astype(object)
    days = pd.to_timedelta(rng.integers(0, 9000, N), unit="D")
    table = pd.DataFrame(
        {
            "age": rng.normal(40, 10, N),
            "income": rng.lognormal(8, 1, N).astype("float32"),
            "rooms": rng.integers(0, 5, N),
            "owner": rng.random(N) > 0.5,
            "town": np.where(rng.random(N) < 0.2, None, towns),
            "grade": pd.Categorical(rng.choice(["a", "b"], N)),
            "name": [f"n{number}" for number in rng.integers(0, 40, N)],
            "since": pd.Timestamp("1999-12-31 23:00") + days,
        }
    )
    table.loc[::7, "age"] = np.nan
    table["since"] = table["since"].where(rng.random(N) > 0.1)
    return table


TABLE, OTHERS = people(), people(1)
NUMBERS, WORDS = ["age", "income", "rooms"], ["town", "grade"]
RNG = np.random.default_rng(2)
TWO = np.where(TABLE["income"] > 3000, "rich", "poor")
AMOUNT = (TABLE["income"] * 3 + 100).to_numpy(float)
SMALL = {"epochs": 1, "random_state": 0, "hidden_layer_sizes": (4,), "l2": 0.01}


def mixed():
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
            (
                "words",
                make_pipeline(
                    SimpleImputer(strategy="most_frequent"),
                    OneHotEncoder(handle_unknown="ignore"),
                ),
                WORDS,
            ),
            ("as they are", "passthrough", ["owner"]),
        ]
    )


def after(*steps):
    return make_pipeline(*steps, KerasMLPClassifier(**SMALL))


FILLED = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
NUMBER_STEPS = [
    StandardScaler(),
    MinMaxScaler(),
    RobustScaler(),
    SmoothClipScaler(),
    PiecewiseLinear(n_bins=4),
    make_pipeline(StandardScaler(), PCA(2)),
    make_pipeline(StandardScaler(), PolynomialFeatures(2)),
    make_pipeline("passthrough", SelectKBest(k=2), MinMaxScaler()),
    FeatureUnion([("scaled", StandardScaler()), ("bins", PiecewiseLinear(n_bins=2))]),
]


@pytest.mark.parametrize("step", NUMBER_STEPS, ids=lambda step: str(step)[:40])
def test_steps_for_numbers(step, check_same):
    rows = TABLE[NUMBERS].ffill().bfill()
    check_same(after(step).fit(rows, TWO), rows, OTHERS[NUMBERS].ffill().bfill())


def test_columns_of_all_kinds(check_same):
    check_same(after(mixed()).fit(TABLE, TWO), TABLE, OTHERS)


def test_words_with_gaps_as_categories(check_same):
    columns = ColumnTransformer(
        [
            ("one-hot", OneHotEncoder(handle_unknown="ignore"), ["town"]),
            ("whole", OneHotEncoder(handle_unknown="ignore"), ["rooms"]),
            (
                "ordinal",
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
                ["grade", "name"],
            ),
        ]
    )
    check_same(after(columns).fit(TABLE, TWO), TABLE, OTHERS)


@pytest.mark.parametrize("options", [{}, {"max_one_hot": 0, "min_frequency": 1}])
def test_table_encoder(options, check_same):
    model = make_pipeline(TableEncoder(**options), KerasMLPRegressor(**SMALL))
    found = check_same(model.fit(TABLE, AMOUNT), TABLE, OTHERS)
    assert np.abs(found["prediction"]).max() > 100  # in the target's unit


def test_table_encoder_for_some_columns(check_same):
    columns = ColumnTransformer(
        [
            ("table", TableEncoder(), ["town", "since", "owner", "age"]),
            ("scaled", SmoothClipScaler(), ["income", "rooms"]),
        ]
    )
    check_same(after(columns).fit(TABLE, TWO), TABLE, OTHERS)


def test_transformer_alone(check_same):
    check_same(TableEncoder().fit(TABLE), TABLE, OTHERS)


def test_columns_as_inputs(check_same):
    def two_inputs(meta):
        numbers, town = (
            keras.Input((3,), name="numbers"),
            keras.Input((1,), name="town"),
        )
        vector = layers.Flatten()(layers.Embedding(9, 2)(town))
        return keras.Model(
            {"town": town, "numbers": numbers},
            layers.Dense(1)(layers.concatenate([numbers, vector])),
        )

    inputs = ColumnInputs(
        [
            ("numbers", FILLED, NUMBERS),
            (
                "town",
                make_pipeline(
                    SimpleImputer(strategy="constant", fill_value="none"),
                    OrdinalEncoder(),
                ),
                ["town"],
            ),
        ]
    )
    net = KerasRegressor(two_inputs, loss="mse", verbose=0, random_state=0)
    check_same(make_pipeline(inputs, net).fit(TABLE, AMOUNT), TABLE, OTHERS)


@pytest.mark.parametrize(
    "options",
    [
        {"transformer": StandardScaler()},
        {"transformer": MinMaxScaler()},
        {"func": np.log1p, "inverse_func": np.expm1},
        {"func": np.sqrt, "inverse_func": np.square},
    ],
)
def test_transformed_targets(options, check_same):
    pipeline = make_pipeline(mixed(), KerasMLPRegressor(**SMALL))
    model = TransformedTargetRegressor(pipeline, **options)
    check_same(model.fit(TABLE, AMOUNT), TABLE, OTHERS)


def test_thresholds(check_same):
    fixed = FixedThresholdClassifier(
        after(mixed()), threshold=0.37, response_method="predict_proba"
    )
    check_same(fixed.fit(TABLE, TWO), TABLE, OTHERS)
    tuned = TunedThresholdClassifierCV(after(mixed()), cv=2)
    check_same(tuned.fit(TABLE, TWO), TABLE, OTHERS)


def test_searches(check_same):
    search = GridSearchCV(after(mixed()), {"kerasmlpclassifier__l2": [0.1]}, cv=2)
    check_same(search.fit(TABLE, TWO), TABLE, OTHERS)


def test_search_by_optuna(check_same):
    from skkeras.model_selection import OptunaSearchCV

    search = OptunaSearchCV(after(mixed()), {"kerasmlpclassifier__l2": [0.1, 0.2]})
    search.set_params(n_trials=1, cv=2)
    check_same(search.fit(TABLE, TWO), TABLE, OTHERS)


def test_calibrated(check_same):
    rows = TABLE[NUMBERS].ffill().bfill()
    scaled = StandardScaler().fit_transform(rows)
    model = CalibratedClassifierCV(KerasMLPClassifier(**SMALL), cv=2)
    pipeline = make_pipeline(StandardScaler(), model).fit(rows, TWO)
    assert scaled.shape == (N, 3)
    check_same(pipeline, rows)


def test_votes(check_same):
    rows = TABLE[NUMBERS].ffill().bfill()
    votes = VotingClassifier(
        [("net", KerasMLPClassifier(**SMALL)), ("line", LogisticRegression())],
        voting="soft",
        flatten_transform=False,
    )
    check_same(make_pipeline(StandardScaler(), votes).fit(rows, TWO), rows)


def test_a_column_called_as_an_output(tmp_path, predicted):
    rows = TABLE[["rooms"]].rename(columns={"rooms": "label"})
    model, path = KerasMLPClassifier(**SMALL).fit(rows, TWO), str(tmp_path / "m.onnx")
    skkeras.export(model, path, rows)
    found = predicted(path, rows)
    assert set(found) == {"predicted_label", "probabilities"}
    assert (found["predicted_label"] == model.predict(rows)).all()
