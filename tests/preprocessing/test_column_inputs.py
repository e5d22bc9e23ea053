"""Columns of a table, by name, to several inputs of a model."""

import keras
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from skkeras import KerasClassifier
from skkeras.preprocessing import ColumnInputs

pytestmark = pytest.mark.in_turn


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "age": rng.normal(40, 10, 160),
            "town": rng.choice(["Bruges", "Ghent", "Leuven"], 160),
            "income": rng.normal(3000, 500, 160),
        }
    )
    return table, ((table["age"] > 40) ^ (table["town"] == "Ghent")).astype(int)


BLOCKS = [
    ("numbers", StandardScaler(), ["income", "age"]),
    ("town", OrdinalEncoder(), ["town"]),
]


def two_inputs(meta):
    numbers = keras.Input(meta["X_shape_"]["numbers"][1:], name="numbers")
    town = keras.Input((1,), name="town")
    place = keras.layers.Flatten()(keras.layers.Embedding(3, 4)(town))
    hidden = keras.layers.Dense(16, activation="tanh")(
        keras.layers.Concatenate()([numbers, place])
    )
    output = keras.layers.Dense(1, activation="sigmoid")(hidden)
    return keras.Model({"numbers": numbers, "town": town}, output)


def classifier(**params):
    return KerasClassifier(
        two_inputs,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.05,
        epochs=25,
        verbose=0,
        random_state=0,
        **params,
    )


def test_blocks_are_those_of_a_column_transformer(people):
    X, y = people
    blocks = [*BLOCKS, ("hot", OneHotEncoder(), ["town"])]
    with sklearn.config_context(transform_output="pandas"):
        inputs = ColumnInputs(blocks).fit_transform(X, y)
    together = ColumnTransformer(blocks, sparse_threshold=0).fit_transform(X)
    assert list(inputs) == ["numbers", "town", "hot"]
    np.testing.assert_array_equal(np.hstack(list(inputs.values())), together)
    assert inputs["numbers"].shape == (160, 2)


def test_columns_are_found_by_name_in_any_order(people):
    X, _ = people
    columns = ColumnInputs(BLOCKS).fit(X)
    assert list(columns.feature_names_in_) == ["age", "town", "income"]
    for name, array in columns.transform(X[["town", "income", "age"]]).items():
        np.testing.assert_array_equal(array, columns.transform(X)[name])


def test_two_inputs_in_a_pipeline_under_cross_validation(people):
    pipeline = make_pipeline(ColumnInputs(BLOCKS), classifier(validation_split=0.1))
    scores = cross_val_score(pipeline, *people, cv=2, error_score="raise")
    assert scores.mean() > 0.8
    fitted = pipeline.fit(*people)[-1]
    assert fitted.X_shape_ == {"numbers": (160, 2), "town": (160, 1)}
    assert "val_loss" in fitted.history_


def test_weights_choose_rows_of_every_input(people):
    X, y = people
    inputs = ColumnInputs(BLOCKS).fit_transform(X)
    kept = np.arange(len(y)) % 2 == 0
    weighted = classifier().fit(inputs, y, sample_weight=kept.astype(float))
    chosen = classifier().fit({n: x[kept] for n, x in inputs.items()}, y[kept])
    np.testing.assert_allclose(
        weighted.history_["loss"], chosen.history_["loss"], rtol=1e-4
    )
    measured = chosen.evaluate(inputs, y)
    assert measured["loss"] > 0
    assert chosen.predict_proba(inputs).shape == (160, 2)


def without(inputs, name):
    return {n: x for n, x in inputs.items() if n != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: {}, "empty dict"),
        (lambda x: without(x, "town"), "no array for the model's input 'town'"),
        (lambda x: x | {"town": x["town"][:9]}, "inconsistent numbers of samples"),
        (lambda x: x | {"numbers": x["numbers"] * np.nan}, "contains NaN"),
        (lambda x: x["numbers"], "2 inputs .*, but X is 1 array"),
        (lambda x: x | {"town": np.hstack([x["town"]] * 3)}, "rows of shape"),
    ],
)
def test_misfits_are_named_before_training(people, change, message):
    X, y = people
    changed = change(ColumnInputs(BLOCKS).fit_transform(X))
    plain = classifier()
    if isinstance(changed, np.ndarray):
        plain.set_params(model=lambda: two_inputs({"X_shape_": {"numbers": (0, 2)}}))
    with pytest.raises(ValueError, match=message):
        plain.fit(changed, y)


def test_predict_wants_the_inputs_of_fit(people):
    X, y = people
    inputs = ColumnInputs(BLOCKS).fit_transform(X)
    fitted = classifier().set_params(epochs=1).fit(inputs, y)
    with pytest.raises(
        ValueError, match=r"has the inputs \['numbers'\].*\['numbers', 't"
    ):
        fitted.predict(without(inputs, "town"))
