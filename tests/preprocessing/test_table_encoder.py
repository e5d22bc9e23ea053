"""Tables of every type of column as one matrix."""

import pickle
import time
from datetime import timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import parametrize_with_checks

from skkeras.preprocessing import SmoothClipScaler, TableEncoder


@parametrize_with_checks([TableEncoder(), TableEncoder(None)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def encoded(frame, **params):
    """Fit on a table, and give what it becomes, with names."""
    encoder = TableEncoder(**{"min_frequency": 1, **params})
    return encoder.set_output(transform="pandas").fit_transform(frame)


def parts(encoder, matrix):
    """Cut a matrix into numbers, flags and codes."""
    ends = [encoder.n_numbers_, encoder.n_numbers_ + encoder.n_flags_]
    return np.split(matrix, ends, axis=1)


NUMBERS = np.random.default_rng(0).normal(5, 3, 40)


@pytest.mark.parametrize(
    "dtype", ["float64", "float32", "Float64", "object", pd.SparseDtype("float64")]
)
def test_numbers_are_scaled_and_gaps_marked(dtype):
    column = pd.Series(NUMBERS.astype("float32").astype("float64"))
    column[::4] = np.nan
    table = encoded(pd.DataFrame({"x": column.astype(dtype)}))
    scaled = SmoothClipScaler().fit_transform(column.to_frame())[:, 0]
    gaps = column.isna()
    assert list(table) == ["x", "x_missing"]
    np.testing.assert_allclose(table["x"][~gaps], scaled[~gaps], rtol=1e-5)
    np.testing.assert_array_equal(table["x"][gaps], 0)
    np.testing.assert_array_equal(table["x_missing"], gaps)


def test_columns_that_are_read_in_several_turns():
    X = np.random.default_rng(0).normal(size=(3000, 700))
    X[::7, ::3] = np.nan
    X[:, ::5] = 1
    encoder = TableEncoder().fit(X)
    scaled = SmoothClipScaler().fit_transform(X)
    varying = np.arange(700) % 5 > 0
    gappy = varying & (np.arange(700) % 3 == 0)
    expected = np.hstack([np.nan_to_num(scaled[:, varying]), np.isnan(X[:, gappy])])
    np.testing.assert_allclose(encoder.transform(X), expected, rtol=1e-6)


def test_the_median_fills_gaps_that_training_rows_did_not_have():
    encoder = TableEncoder(clip=1e9).fit(NUMBERS[:, None])
    filled = encoder.transform([[np.nan], [np.median(NUMBERS)]])
    np.testing.assert_array_equal(filled, [[0], [0]])
    assert encoder.n_flags_ == 0


@pytest.mark.parametrize("values", [[True, False, None], [True, False, False]])
@pytest.mark.parametrize("dtype", ["object", "boolean", "category"])
def test_booleans(values, dtype):
    table = encoded(pd.DataFrame({"x": pd.Series(values * 4, dtype=dtype)}))
    if dtype == "category":
        expected = {"x_False": [v is False for v in values]}
        expected |= {"x_True": [v is True for v in values]}
        if None in values:
            expected |= {"x_missing": [v is None for v in values]}
    else:
        gaps = {"x_missing": [v is None for v in values]} if None in values else {}
        expected = gaps | {"x": [v is True for v in values]}
    wanted = pd.DataFrame({k: v * 4 for k, v in expected.items()}, dtype="float32")
    pd.testing.assert_frame_equal(table, wanted)


WORDS = pd.Series(["b", "a", None, "b", "c", "a", None, "b"])


# "str" of pandas before 3 is Python's, which writes what is missing as "None".
TEXT = "str" if int(pd.__version__.split(".")[0]) >= 3 else "string"


@pytest.mark.parametrize("dtype", ["object", TEXT, "category"])
def test_few_categories_are_one_hot(dtype):
    table = encoded(WORDS.astype(dtype).to_frame("x"))
    reference = OneHotEncoder(sparse_output=False).fit(WORDS.to_frame())
    np.testing.assert_array_equal(table, reference.transform(WORDS.to_frame()))
    assert list(table) == ["x_a", "x_b", "x_c", "x_missing"]


@pytest.mark.parametrize("min_frequency", [1, 2, 3, 0.3, 0.25, None])
def test_rare_and_unknown_categories_are_together(min_frequency):
    frame = WORDS.fillna("d").to_frame("x")
    encoder = TableEncoder(min_frequency=min_frequency).fit(frame)
    reference = OneHotEncoder(
        sparse_output=False,
        min_frequency=min_frequency,
        handle_unknown="infrequent_if_exist",
    ).fit(frame)
    new = pd.DataFrame({"x": ["a", "b", "c", "d", "never seen"]})
    expected = reference.transform(new)
    if min_frequency is not None and reference.infrequent_categories_[0] is not None:
        expected = np.roll(expected, 1, axis=1)  # theirs are last, ours first
        assert encoder.get_feature_names_out()[0] == "x_rare"
    np.testing.assert_array_equal(encoder.transform(new), expected)


def test_many_categories_are_codes():
    words = pd.Series([f"w{i % 200:03}" for i in range(400)])
    words[0] = "only once"
    words[1:9] = None
    frame = pd.DataFrame({"x": words, "z": np.arange(400), "few": WORDS.tolist() * 50})
    encoder = TableEncoder(min_frequency=2).fit(frame)
    numbers, flags, codes = parts(encoder, encoder.transform(frame))
    frequent = sorted(w for w, n in words.value_counts().items() if n > 1)
    expected = [1 + frequent.index(w) if w in frequent else 0 for w in words[9:]]
    assert encoder.cardinalities_ == [len(frequent) + 2]
    np.testing.assert_array_equal(codes[9:, 0], expected)
    np.testing.assert_array_equal(codes[1:9, 0], len(frequent) + 1)
    assert codes[0, 0] == 0
    assert (numbers.shape[1], flags.shape[1]) == (1, 4)
    assert encoder.transform(frame.assign(x="new"))[:, -1].tolist() == [0] * 400
    assert list(encoder.get_feature_names_out())[-1] == "x"


@pytest.mark.parametrize(("max_one_hot", "is_one_hot"), [(0, 0), (3, 0), (4, 1)])
def test_max_one_hot_counts_the_missing_value(max_one_hot, is_one_hot):
    encoder = TableEncoder(min_frequency=1, max_one_hot=max_one_hot)
    encoder.fit(WORDS.to_frame("x"))
    kind = "category one-hot" if is_one_hot else "category embedding"
    assert encoder.columns_ == {"x": kind}
    assert encoder.cardinalities_ == ([] if is_one_hot else [5])


HOURS = timezone(timedelta(hours=-3))


@pytest.mark.parametrize("zone", [None, "Europe/Brussels", "UTC", HOURS])
def test_dates_by_their_parts(zone):
    times = pd.Series(pd.date_range("2019-11-03", periods=90, freq="197h", tz=zone))
    table = encoded(times.to_frame("t"), clip=1e9)
    cycles = {
        "month": (times.dt.month - 1) / 12,
        "weekday": times.dt.day_of_week / 7,
        "day_of_year": (times.dt.day_of_year - 1) / 365.25,
        "time_of_day": (times.dt.hour * 60 + times.dt.minute) / 1440,
    }
    for name, share in cycles.items():
        for wave in (np.sin, np.cos):
            column = table[f"t_{name}_{wave.__name__}"]
            np.testing.assert_allclose(column, wave(2 * np.pi * share), atol=1e-6)
    local = times.dt.tz_localize(None)
    days = (local - local.median()) / pd.Timedelta(days=1)
    spread = days.quantile(0.75) - days.quantile(0.25)
    np.testing.assert_allclose(table["t_days"], days / spread, rtol=1e-5, atol=1e-6)
    assert table.shape[1] == 9


def test_dates_without_a_time_have_no_time_of_day():
    days = pd.Series(pd.date_range("2020-03-02", periods=5, freq="14D"))
    days[5] = pd.NaT
    table = encoded(days.to_frame("t"))
    assert [c.removeprefix("t_") for c in table] == [
        *("days", "month_sin", "month_cos", "day_of_year_sin", "day_of_year_cos"),
        "missing",
    ]
    np.testing.assert_array_equal(table.loc[5], [0, 0, 0, 0, 0, 1])


def test_time_zones_are_converted_to_that_of_fit():
    times = pd.Series(pd.date_range("2020-01-01", periods=50, freq="31h", tz="UTC"))
    encoder = TableEncoder().fit(times.to_frame("t"))
    elsewhere = times.dt.tz_convert("Asia/Tokyo").to_frame("t")
    np.testing.assert_array_equal(
        encoder.transform(elsewhere), encoder.transform(times.to_frame("t"))
    )
    with pytest.raises(ValueError, match="'t' has no time zone, but had one in fit"):
        encoder.transform(times.dt.tz_localize(None).to_frame("t"))
    naive = TableEncoder().fit(times.dt.tz_localize(None).to_frame("t"))
    with pytest.raises(ValueError, match="'t' has a time zone, but had none in fit"):
        naive.transform(times.to_frame("t"))


def test_timedeltas_are_seconds_and_periods_dates():
    hours = pd.Series(pd.to_timedelta([1, 5, None, 26], unit="h"))
    seconds = pd.Series([3600.0, 18000, np.nan, 93600])
    pd.testing.assert_frame_equal(
        encoded(hours.to_frame("x")), encoded(seconds.to_frame("x"))
    )
    months = pd.Series(pd.period_range("2020-01", periods=5, freq="M"))
    pd.testing.assert_frame_equal(
        encoded(months.to_frame("x")), encoded(months.dt.to_timestamp().to_frame("x"))
    )


def test_constant_columns_are_left_out():
    frame = pd.DataFrame(
        {
            "one": 1.0,
            "word": "x",
            "yes": True,
            "day": pd.Timestamp("2020-01-01"),
            "none": None,
            "nan": np.nan,
            "person": [f"name {i}" for i in range(10)],
            "same or missing": [1.0, None] * 5,
        }
    )
    encoder = TableEncoder().fit(frame)
    kinds = list(encoder.columns_.values())
    assert kinds == ["constant"] * 7 + ["number"]
    assert list(encoder.get_feature_names_out()) == ["same or missing_missing"]
    assert (encoder.n_numbers_, encoder.n_flags_, encoder.cardinalities_) == (0, 1, [])


def test_of_constant_columns_alone_zeros_remain():
    encoder = TableEncoder().fit([[1, "x"], [1, "x"]])
    matrix = encoder.transform([[2, "y"], [3, None]])
    np.testing.assert_array_equal(matrix, np.zeros((2, 1), np.float32))
    assert matrix.dtype == np.float32
    assert (encoder.n_numbers_, encoder.n_flags_, encoder.cardinalities_) == (1, 0, [])
    assert list(encoder.get_feature_names_out()) == ["constant"]


MIXED = pd.DataFrame(
    {
        "code": [1, 2, 3, 1, 2, 3],
        "flag": [True, False] * 3,
        "word": list("aabbcc"),
        "size": [0.5, 1.5, 2.5, 3.5, 4.5, 5.5],
    }
)


@pytest.mark.parametrize(
    "chosen",
    [
        ["code", "flag", "word"],
        np.array(["code", "word"], dtype=object),
        [0, 2],
        [True, True, True, False],
    ],
)
def test_categories_are_those_chosen(chosen):
    encoder = TableEncoder(chosen, min_frequency=1).fit(MIXED)
    assert list(encoder.columns_.values()) == [
        *("category one-hot", "boolean", "category one-hot", "number")
    ]
    as_floats = MIXED.assign(code=MIXED["code"].astype("float64"))
    np.testing.assert_array_equal(
        encoder.transform(as_floats), encoder.transform(MIXED)
    )


@pytest.mark.parametrize("chosen", [None, []])
def test_without_categories_all_must_be_numbers(chosen):
    encoder = TableEncoder(chosen).fit(MIXED.assign(word=list("123123")))
    assert list(encoder.columns_.values()) == ["number", "boolean", "number", "number"]
    with pytest.raises(ValueError, match="Column 'word' is read as numbers, but"):
        TableEncoder(chosen).fit(MIXED)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (["code", "cods"], r"does not have: \['cods'\]"),
        ([0, 4], "positions from 0 to 3"),
        ([-1], "positions from 0 to 3"),
        ([True, False], "has 2 booleans, but X has 4 columns"),
        ([0.5], "must be 'from_dtype', None, or a list"),
        ([["code"]], "must be 'from_dtype', None, or a list"),
        (["code", 1, None], "must be|does not have"),
        ("code", "'categorical_features' parameter"),
    ],
)
def test_categories_that_do_not_fit_are_named(chosen, message):
    with pytest.raises(ValueError, match=message):
        TableEncoder(chosen).fit(MIXED)


def test_names_need_columns_with_names():
    with pytest.raises(ValueError, match="X has no column names"):
        TableEncoder(["code"]).fit(MIXED.to_numpy())


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, None, 4], "number"),
        ([1, 2, 3, 4], "number"),
        ([1, "2", 3, None], "category one-hot"),
        ([1, True, "a", 2.0], "category one-hot"),
        ([True, 2, 3, 4], "category one-hot"),
        ([True, False, None, True], "boolean"),
        ([pd.Timestamp("2020"), None, pd.Timestamp("2021"), pd.NaT], "date"),
        ([pd.Timedelta("1D"), None, pd.Timedelta("2D"), None], "number"),
        (["a", None, "b", float("nan")], "category one-hot"),
    ],
)
def test_columns_of_objects_are_read_by_what_they_hold(values, kind):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    assert TableEncoder(min_frequency=1).fit(frame).columns_ == {"x": kind}


def test_numbers_among_words_are_text_of_any_type():
    frame = pd.DataFrame({"x": pd.Series([1, "a", 2.0, True, 1], dtype=object)})
    table = encoded(frame)
    assert list(table) == ["x_1", "x_2", "x_True", "x_a"]
    encoder = TableEncoder(min_frequency=1).fit(frame)
    ones = [1, 1.0, "1", np.int8(1), np.float32(1)]
    column = pd.Series(ones, dtype=object).to_frame("x")
    np.testing.assert_array_equal(encoder.transform(column), [[1, 0, 0, 0]] * 5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": "big"}, "Column 'size' is read as numbers.*'big'"),
        ({"size": pd.Timestamp("2020")}, "Column 'size' is read as numbers"),
        ({"size": np.inf}, "contains infinity"),
        ({"flag": 2}, "Column 'flag' was of booleans in fit, but now holds 2"),
        ({"flag": "no"}, "Column 'flag' is read as numbers"),
        ({"day": "2020-01-01"}, "Column 'day' was of dates in fit"),
        ({"day": 3}, "Column 'day' was of dates in fit"),
        ({"word": [[1]] * 6}, "Column 'word' holds what is neither"),
    ],
)
def test_columns_that_changed_are_named(change, message):
    table = MIXED.assign(day=pd.date_range("2020-01-01", periods=6))
    encoder = TableEncoder(min_frequency=1).fit(table)
    with pytest.raises(ValueError, match=message):
        encoder.transform(table.assign(**change))


def test_nothing_but_gaps_at_transform():
    table = MIXED.assign(day=pd.date_range("2020-01-01", periods=6))
    encoder = TableEncoder(min_frequency=1).fit(table)
    expected = encoder.transform(table.astype(object).where(table.isna(), None))
    assert not expected.any()
    gaps = pd.DataFrame(np.nan, index=table.index, columns=table.columns)
    np.testing.assert_array_equal(encoder.transform(gaps), expected)


def test_columns_are_checked_by_name():
    encoder = TableEncoder().fit(MIXED)
    with pytest.raises(ValueError, match="feature names should match"):
        encoder.transform(MIXED[["word", "code", "flag", "size"]])
    with pytest.raises(ValueError, match="feature names should match"):
        encoder.transform(MIXED.rename(columns={"code": "cod"}))
    with pytest.raises(ValueError, match=r"3 features, but .* 4"):
        TableEncoder().fit(MIXED.to_numpy()).transform(MIXED.to_numpy()[:, 1:])


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (MIXED.iloc[:, [0, 1, 0]], ValueError, r"several columns.*\['code'\]"),
        (MIXED.head(0), ValueError, "0 sample"),
        (MIXED.iloc[:, :0], ValueError, "0 feature"),
        (sparse.eye(3), TypeError, "[Ss]parse"),
        (MIXED["code"], ValueError, "Expected a 2-dimensional container"),
        ([1, 2], ValueError, "Expected 2D array"),
        ([[1], [1, 2]], ValueError, "Expected 2D array"),
        (pd.DataFrame({"x": [1j, 2]}), ValueError, "Complex data not supported"),
        (pd.DataFrame({"x": [{1}, {2}]}), ValueError, "Column 'x' holds what is n"),
        (pd.DataFrame({"x": [1.0, np.inf]}), ValueError, "contains infinity"),
    ],
)
def test_what_is_no_table_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        TableEncoder().fit(X)


@pytest.mark.parametrize(
    "params",
    [
        {"max_one_hot": -1},
        {"min_frequency": 0},
        {"min_frequency": 1.5},
        {"clip": 0},
        {"categorical_features": 3},
    ],
)
def test_parameters_are_checked(params):
    with pytest.raises(ValueError, match=f"'{next(iter(params))}' parameter"):
        TableEncoder(**params).fit(MIXED)


def test_arrays_and_lists_of_objects_are_read_by_column():
    matrix = TableEncoder(min_frequency=1).fit_transform(MIXED)
    for X in (MIXED.to_numpy(), MIXED.to_numpy().tolist()):
        encoder = TableEncoder(min_frequency=1).fit(X)
        np.testing.assert_array_equal(encoder.transform(X), matrix)
        assert list(encoder.columns_) == ["x0", "x1", "x2", "x3"]


def test_names_are_all_different():
    frame = pd.DataFrame(
        {"a": [1.0, None, 3], "a_missing": [3.0, 1, 2], "a_missing_2": [5.0, 7, 8]}
    )
    names = list(encoded(frame))
    assert names == ["a", "a_missing", "a_missing_2", "a_missing_3"]


def test_copies_and_contiguous_rows():
    encoder = clone(TableEncoder(min_frequency=1, max_one_hot=2)).fit(MIXED)
    matrix = encoder.transform(MIXED)
    again = pickle.loads(pickle.dumps(encoder))
    np.testing.assert_array_equal(again.transform(MIXED), matrix)
    for X in (MIXED, MIXED[["size", "code"]], MIXED[["word"]], MIXED[["flag"]]):
        matrix = TableEncoder(min_frequency=1).fit_transform(X)
        assert matrix.flags.c_contiguous
        assert matrix.dtype == np.float32


def test_the_index_of_a_table_is_of_no_account():
    shuffled = MIXED.set_axis([5, 5, 1, 0, -1, 2])
    np.testing.assert_array_equal(
        TableEncoder(min_frequency=1).fit_transform(shuffled),
        TableEncoder(min_frequency=1).fit_transform(MIXED),
    )


def test_in_a_pipeline_under_cross_validation():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"size": rng.lognormal(size=200), "town": rng.choice(list("abcd"), 200)}
    )
    y = (table["town"] == "a") ^ (table["size"] > 3)
    table.loc[::7, "size"] = None
    model = make_pipeline(TableEncoder(), LogisticRegression())
    assert cross_val_score(model, table, y, error_score="raise").mean() > 0.85


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["numbers", "words"])
def test_ten_thousand_columns_take_seconds(kind):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 3, (30, 10_000))
    X = X.astype(float) if kind == "numbers" else X.astype(str).astype(object)
    start = time.process_time()
    TableEncoder().fit(X).transform(X)
    assert time.process_time() - start < 20


def test_waves_of_dates_differ_by_more_than_rounding():
    """Or bins of a net's numbers would lie between 6e-17 and -2e-16, which are 0."""
    days = pd.date_range("2019-01-01", "2024-12-31", freq="9h")
    encoder = TableEncoder().fit(pd.DataFrame({"day": days}))
    encoded = encoder.transform(pd.DataFrame({"day": days}))
    waves = encoded[
        :, [n.endswith(("_sin", "_cos")) for n in encoder.get_feature_names_out()]
    ]
    assert waves.shape[1] == 8
    for column in waves.T:
        assert np.diff(np.unique(column)).min() > 5e-7
