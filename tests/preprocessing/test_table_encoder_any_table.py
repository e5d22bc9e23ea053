"""Random tables: each row is encoded by itself, whatever its columns hold."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skkeras.preprocessing import TableEncoder

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TIMES = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))
# Values of a column, and the types that it can have.
COLUMNS = [
    (st.integers(-(2**40), 2**40), ["object", "Int64"]),
    (FINITE, ["object", "float64", "Float64", "category"]),
    (st.floats(width=32, allow_infinity=False), ["float32", "object"]),
    (st.booleans(), ["object", "boolean", "category"]),
    (st.text(max_size=3), ["object", "str", "string", "category"]),
    (st.sampled_from("abc"), ["object", "str", "category"]),
    (st.decimals(-99, 99, places=2), ["object"]),
    (TIMES, ["object", "datetime64[us]", "datetime64[us, Asia/Tokyo]"]),
    (st.dates(date(1700, 1, 1), date(2200, 1, 1)), ["object"]),
    (st.times(), ["object"]),
    (st.timedeltas(timedelta(-999), timedelta(999)), ["object", "timedelta64[us]"]),
    (st.sampled_from([0, 1, 2.0, True, "1", "x", Decimal(3), time(4)]), ["object"]),
]


@st.composite
def tables(draw):
    n_rows = draw(st.integers(1, 12))
    columns = {}
    for i in range(draw(st.integers(1, 5))):
        values, dtypes = draw(st.sampled_from(COLUMNS))
        values = st.one_of(values, st.none()) if draw(st.booleans()) else values
        rows = draw(st.lists(values, min_size=n_rows, max_size=n_rows))
        columns[f"c{i}"] = pd.Series(rows, dtype=draw(st.sampled_from(dtypes)))
    return pd.DataFrame(columns)


encoders = st.builds(
    TableEncoder,
    max_one_hot=st.integers(0, 5),
    min_frequency=st.sampled_from([None, 1, 2, 0.2]),
)


@settings(max_examples=80)
@given(tables(), encoders, st.booleans())
def test_rows_are_encoded_one_by_one(table, encoder, all_are_categories):
    if all_are_categories:
        encoder.set_params(categorical_features=list(table))
    matrix = encoder.fit(table).transform(table)
    rows = [encoder.transform(table.iloc[[i]]) for i in range(len(table))]
    np.testing.assert_allclose(np.vstack(rows), matrix, rtol=1e-6, atol=1e-7)
    assert np.isfinite(matrix).all()
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous

    ends = [encoder.n_numbers_, encoder.n_numbers_ + encoder.n_flags_]
    numbers, flags, codes = np.split(matrix, ends, axis=1)
    assert np.abs(numbers).max(initial=0) <= 3
    assert set(flags.ravel()) <= {0, 1}
    assert codes.shape[1] == len(encoder.cardinalities_)
    for column, cardinality in zip(codes.T, encoder.cardinalities_, strict=True):
        assert set(column) <= set(range(cardinality))

    names = encoder.get_feature_names_out()
    assert len(set(names)) == len(names) == matrix.shape[1]
    if "constant" not in names:
        assert (matrix[:, len(names) - codes.shape[1] :] == codes).all()
        assert list(encoder.columns_) == list(table)


@settings(max_examples=80)
@given(tables(), encoders, st.booleans())
def test_few_rows_are_read_as_many_are(table, encoder, all_are_categories):
    """Their values one by one, those of many column by column."""
    if all_are_categories:
        encoder.set_params(categorical_features=list(table))
    many = pd.concat([table] * 17, ignore_index=True)
    encoded = encoder.fit(many).transform(many)
    few = np.tile(encoder.transform(table), (17, 1))
    np.testing.assert_array_equal(few, encoded)


@pytest.mark.parametrize("n_rows", [1, 40])
def test_few_rows_and_many_are_refused_alike(n_rows):
    fitted = pd.DataFrame({"c": list("abab") * 10, "n": np.arange(40.0), "k": 1.5})
    encoder = TableEncoder().fit(fitted)
    lists = fitted.assign(c=[[1]] * 40).iloc[:n_rows]
    with pytest.raises(ValueError, match="'c' holds what is neither number nor word"):
        encoder.transform(lists)
    words = fitted.assign(n="x").iloc[:n_rows]
    with pytest.raises(ValueError, match="'n' is read as numbers, but holds others"):
        encoder.transform(words)
    with pytest.raises(ValueError, match="contains infinity"):
        encoder.transform(fitted.assign(n=np.inf).iloc[:n_rows])
    with pytest.raises(ValueError, match="feature names"):
        encoder.transform(fitted[["n", "c", "k"]].iloc[:n_rows])


def test_what_lies_column_by_column_is_put_together_row_by_row():
    table = pd.DataFrame({"c0": [None, True, *[False] * 8], "c1": [False] * 9 + [True]})
    matrix = TableEncoder(max_one_hot=0).fit(table).transform(table)
    assert matrix.flags.c_contiguous


@settings(max_examples=40)
@given(st.data())
def test_other_rows_are_encoded_to_the_same_width(data):
    table = data.draw(tables())
    encoder = TableEncoder(min_frequency=2).fit(table)
    shuffled = {c: data.draw(st.permutations(table[c].tolist())) for c in table}
    others = pd.DataFrame(
        {c: pd.Series(v, dtype=table[c].dtype) for c, v in shuffled.items()}
    )
    matrix = encoder.transform(others)
    assert matrix.shape[1] == len(encoder.get_feature_names_out())
    assert np.isfinite(matrix).all()
