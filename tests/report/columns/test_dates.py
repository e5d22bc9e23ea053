"""Dates are read as what they are, however they are written, and nothing else is."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skkeras.report.columns.dates import read_dates

FORMATS = [
    *("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"),
    *("%d %B %Y", "%b %d, %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m"),
]
moments = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))


@given(st.lists(moments, min_size=1, max_size=30), st.sampled_from(FORMATS), st.data())
def test_dates_are_those_that_were_written(times, written, data):
    words = [time.strftime(written) for time in times]
    with_gaps = pd.Series(words, dtype=object)
    gap = data.draw(st.integers(0, len(words)))
    with_gaps = pd.concat(
        [with_gaps[:gap], pd.Series([None]), with_gaps[gap:]], ignore_index=True
    )
    found = read_dates(with_gaps)
    expected = [datetime.strptime(word, written) for word in words]
    read = found.values.drop(index=gap).to_numpy("datetime64[s]")
    same = (read == np.array(expected, dtype="datetime64[s]")).all()
    assert same or found.other_format == written  # which is said
    assert pd.isna(found.values[gap])


@given(st.lists(moments, min_size=1, max_size=30))
def test_no_other_reading_is_told_of_where_a_day_decides(times):
    assume(any(time.day > 12 for time in times))
    for written in ("%d/%m/%Y", "%m/%d/%Y"):
        found = read_dates(pd.Series([time.strftime(written) for time in times]))
        assert found.other_format is None
        assert found.values.dt.day.tolist() == [time.day for time in times]


def test_two_readings_are_told_of():
    found = read_dates(pd.Series(["01/02/2020", "03/04/2021"]))
    assert {found.format, found.other_format} == {"%m/%d/%Y", "%d/%m/%Y"}


def test_time_zones_are_read_as_one_clock():
    found = read_dates(pd.Series(["2020-01-01T00:00Z", "2020-01-01T02:00+02:00"]))
    assert found.values.nunique() == 1


@pytest.mark.parametrize(
    "words",
    [
        ["10-20", "20-30"],
        ["A1", "B2"],
        ["12:30", "13:45"],
        ["2020", "2021"],
        ["May", "June"],
        ["1.5", "2.5"],
        ["192.168.1.1", "10.0.0.1"],
        ["2020-01-31", "unknown"],
        ["2020-02-30", "2020-01-01"],
        [1, 2],
    ],
)
def test_other_words_are_no_dates(words):
    assert read_dates(pd.Series(words, dtype=object)) is None


@given(st.lists(st.text(max_size=12), min_size=1, max_size=10))
def test_any_words_are_read_without_an_error(words):
    found = read_dates(pd.Series(words, dtype=object))
    assert found is None or found.values.notna().all()
