"""One table in pandas, polars and pyarrow is one matrix."""

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

from skkeras.preprocessing import TableEncoder


@pytest.fixture
def encoder():
    return TableEncoder(min_frequency=2, max_one_hot=5)


def test_every_type_in_pandas(encoder):
    matrix = encoder.fit_transform(with_pandas())
    assert encoder.columns_ == {
        **dict.fromkeys(["whole", "whole with gaps", "float", "decimal"], "number"),
        **dict.fromkeys(["flag", "flag with gaps"], "boolean"),
        "word": "category one-hot",
        "person": "category embedding",
        **dict.fromkeys(["day", "time", "clock"], "date"),
        "duration": "number",
        **dict.fromkeys(["constant", "nothing"], "constant"),
        "category": "category one-hot",
        "zoned": "date",
    }
    assert np.isfinite(matrix).all()
    assert encoder.cardinalities_ == [11]
    changed = with_pandas().assign(word="new", category="new", person="new")
    other = encoder.transform(changed.map(lambda value: value))
    different = (other != matrix).any(axis=0)
    words = ("word_", "category_", "person")
    for name, differs in zip(encoder.get_feature_names_out(), different, strict=True):
        assert differs == name.startswith(words)
    assert not other[:, different].any()


OTHERS = [with_polars, with_pyarrow, with_arrow_in_pandas]


@pytest.mark.parametrize("table", OTHERS)
def test_other_libraries_tables_are_the_same(encoder, table):
    expected = encoder.fit_transform(with_pandas())
    X = table()
    np.testing.assert_array_equal(encoder.transform(X), expected)
    fitted = TableEncoder(min_frequency=2, max_one_hot=5).fit(X)
    assert fitted.columns_ == encoder.columns_
    np.testing.assert_array_equal(fitted.transform(with_pandas()), expected)
    assert list(fitted.feature_names_in_) == list(with_pandas())


def test_rows_of_polars_one_by_one(encoder):
    X = with_polars()
    matrix = encoder.fit_transform(X)
    rows = np.vstack([encoder.transform(X[i]) for i in range(ROWS)])
    np.testing.assert_array_equal(rows, matrix)


def test_polars_comes_out_where_it_is_asked_for(encoder):
    X = with_polars()
    matrix = encoder.fit_transform(X)
    table = encoder.set_output(transform="polars").transform(X)
    np.testing.assert_array_equal(table.to_numpy(), matrix)
    assert table.columns == list(encoder.get_feature_names_out())


def test_tables_that_are_none_yet_and_columns_of_columns():
    pl = pytest.importorskip("polars")
    with pytest.raises(ValueError, match=r"pass X.collect\(\)"):
        TableEncoder().fit(with_polars().lazy())
    for values in ([{"a": 1}, {"a": 2}], [[1, 2], [3, 4]]):
        with pytest.raises(ValueError, match="Column 'x' holds what is neither"):
            TableEncoder().fit(pl.DataFrame({"x": values}))


def test_columns_of_one_name_in_pyarrow():
    table = with_pyarrow()
    with pytest.raises(ValueError, match="'word' 2 times"):
        TableEncoder().fit(table.append_column("word", table["word"]))


def test_rows_as_objects_are_the_same(encoder):
    """What a web service has: values of Python, one row at a time."""
    frame = with_pandas()
    matrix = encoder.fit_transform(frame)
    for i in range(6):
        row = pd.DataFrame([frame.iloc[i].to_dict()], dtype=object)
        np.testing.assert_array_equal(encoder.transform(row)[0], matrix[i])
