"""Which columns models see, as what, and what the report says of the others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skkeras.report.catalogue import CATALOGUE
from skkeras.report.columns import Choices, use_columns
from skkeras.report.columns.identifiers import is_named_as_identifier
from skkeras.report.errors import InputError

N = 60
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "size": RNG.normal(size=N),
        "colour": RNG.choice(["red", "green"], N),
        "signed": pd.date_range("2020-01-01", periods=N).strftime("%d.%m.%Y"),
        "remark": [f"remark {i}" for i in range(N)],
        "town": [f"town {i // 2}" for i in range(N)],
        "patient_id": np.arange(N) // 4 + 1000,
        "row": RNG.permutation(N) + 7,
        "country": "Belgium",
        "gap": None,
        "ticks": [*range(N - 2), "?", "n/a"],
        "zip": RNG.choice([9000, 8000], N),
    }
)


def uses(frame, **choices):
    table = use_columns(frame, Choices(**choices).of_table(frame, "t", "t.csv"), "t")
    return table, {column.name: column for column in table.columns}


def test_each_column_is_used_as_what_it_holds():
    table, columns = uses(TABLE)
    assert {name: column.use for name, column in columns.items()} == {
        "size": "number",
        "colour": "category",
        "signed": "date",
        "remark": "left out",
        "town": "left out",
        "patient_id": "left out",
        "row": "left out",
        "country": "left out",
        "gap": "left out",
        "ticks": "left out",
        "zip": "number",
    }
    assert list(table.X) == ["size", "colour", "signed", "zip"]
    assert table.X["signed"].dt.day.tolist()[:3] == [1, 2, 3]
    for name, words in {
        "remark": "no two rows",
        "town": "fewer than 5 rows",
        "patient_id": "identifier by its name",
        "row": "numbers the rows",
        "country": "tells no rows apart",
        "gap": "nothing in it",
        "ticks": "numbers but for '?', 'n/a'",
    }.items():
        assert words in columns[name].reason
    assert columns["country"].holds == "'Belgium' in all rows"


@pytest.mark.parametrize("name", ["remark", "town", "patient_id", "row", "ticks"])
def test_kept_columns_are_used(name):
    table, columns = uses(TABLE, keep=(name,))
    assert columns[name].is_feature
    assert name in table.X


def test_what_the_user_says_comes_first():
    table, columns = uses(
        TABLE, drop=("size, colour",), categorical=("zip", "patient_id")
    )
    assert not columns["size"].is_feature
    assert not columns["colour"].is_feature
    assert table.X["zip"].tolist() == TABLE["zip"].map(str).tolist()
    assert columns["patient_id"].use == "category"


def test_numbers_with_gaps_become_names_of_categories_without_fractions():
    frame = pd.DataFrame({"code": [1.0, None, 2.0] * 4})
    table, _ = uses(frame, categorical=("code",))
    assert table.X["code"].dropna().tolist() == ["1", "2"] * 4
    assert table.X["code"].isna().tolist() == [False, True, False] * 4


def test_dates_of_numbers_are_read_where_the_user_says_so():
    frame = pd.DataFrame({"day": [20200131, 20200201], "a": [1, 2]})
    table, columns = uses(frame, date=("day",))
    assert columns["day"].use == "date"
    assert table.X["day"].dt.month.tolist() == [1, 2]
    assert uses(frame)[1]["day"].use == "number"
    with pytest.raises(InputError, match="--date 'a': its values are no dates"):
        uses(frame, date=("a",))


def test_names_with_commas_are_columns_too():
    frame = pd.DataFrame({"a, b": [1.5, 2], "a": [1, 2], "c": [3, 4]})
    assert list(uses(frame, drop=("a, b",))[0].X) == ["a", "c"]
    assert list(uses(frame, drop=("a,c",))[0].X) == ["a, b"]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            {"drop": ("siez",)},
            "--drop 'siez' is no column of t.csv; did you mean",
        ),
        ({"keep": ("t",)}, "is no column"),
        ({"groups": "townn"}, "--groups 'townn' is no column"),
        ({"drop": ("size",), "keep": ("size",)}, "--drop and --keep both name 'size'"),
        ({"time": "signed", "groups": "town"}, "give one of them"),
        ({"time": "remark"}, "--time 'remark' of t holds neither dates"),
        ({"time": "gap"}, "--time 'gap' of t holds neither dates"),
        ({"groups": "gap"}, "--groups 'gap' has no value in 60 rows"),
    ],
)
def test_choices_that_cannot_be_followed(choices, message):
    with pytest.raises(InputError, match=message):
        uses(TABLE, **choices)


def test_the_target_is_no_column_to_choose():
    with pytest.raises(InputError, match="'size' is the column of --target"):
        Choices(drop=("size",)).of_table(TABLE, "size", "t.csv")


def test_a_table_without_features_says_why():
    with pytest.raises(InputError, match="no column to learn from: country: it tells"):
        uses(TABLE[["country", "gap"]])


@pytest.mark.parametrize("name", ["remark", "town", "patient_id", "row"])
def test_the_only_column_is_used_whatever_it_looks_like(name):
    assert list(uses(TABLE[[name, "gap"]])[0].X) == [name]


def test_a_column_that_looks_like_a_group_is_told_of():
    table, _ = uses(TABLE)
    (caveat,) = table.caveats
    assert "4.0 rows share each value" in caveat
    assert "leakage" in caveat
    assert "--groups 'patient_id'" in caveat


def test_dates_that_can_be_read_two_ways_are_told_of():
    frame = pd.DataFrame({"day": ["01/02/2020", "03/04/2021"]})
    (caveat,) = uses(frame)[0].caveats
    assert "%m/%d/%Y" in caveat
    assert "%d/%m/%Y" in caveat


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        *((name, True) for name in ("id", "ID", "PassengerId", "customerID", "x_uuid")),
        *((name, True) for name in ("patient id", "Ext-ID", "HTTPId")),
        *((name, False) for name in ("paid", "humid", "id_type", "Fluid", "ideal", "")),
    ],
)
def test_names_of_identifiers(name, is_one):
    assert is_named_as_identifier(name) == is_one


finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


@settings(max_examples=50)
@given(st.lists(finite, min_size=2, max_size=60))
def test_measurements_are_never_left_out(values):
    """Numbers with fractions that differ are a feature, even if all of them differ."""
    frame = pd.DataFrame({"a": values, "b": np.arange(len(values)) % 2})
    column = uses(frame)[1]["a"]
    assert column.is_feature == (frame["a"].nunique() > 1)


@given(st.integers(-1000, 1000), st.integers(20, 60), st.randoms())
def test_numbers_of_rows_are_left_out_in_any_order(first, n, random):
    numbers = list(range(first, first + n))
    random.shuffle(numbers)
    frame = pd.DataFrame({"a": numbers, "b": np.arange(n) % 3})
    assert not uses(frame)[1]["a"].is_feature
    numbers[0] += 2 * n  # one is missing
    assert uses(pd.DataFrame({"a": numbers}))[1]["a"].is_feature


@pytest.mark.parametrize("name", CATALOGUE)
def test_of_known_tables_only_constants_are_left_out(name):
    frame = CATALOGUE[name].bunch().data
    _, columns = uses(frame)
    unused = {n for n, column in columns.items() if not column.is_feature}
    assert unused == {n for n in frame if frame[n].nunique() == 1}
