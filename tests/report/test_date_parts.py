"""Dates as numbers, beside Python's own calendar."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skkeras.report.date_parts import PARTS, DateParts
from skkeras.report.preprocessing import make_preprocessor

moments = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))


@given(st.lists(moments, min_size=2, max_size=20))
def test_parts_are_those_of_the_calendar(times):
    frame = pd.DataFrame({"at": pd.Series(times, dtype="datetime64[us]")})
    parts = DateParts().fit(frame)
    found = dict(zip(parts.parts_, parts.transform(frame).T, strict=True))
    for part in PARTS:
        expected = [_part(time, part) for time in times]
        if len(set(expected)) > 1:
            np.testing.assert_allclose(found["at", part], expected, rtol=1e-12)
        else:
            assert ("at", part) not in found


def _part(time, part):
    if part == "weekday":
        return time.weekday()
    if part == "days":
        return time.replace(tzinfo=UTC).timestamp() / 86400
    return 0 if part == "missing" else getattr(time, part)


def test_missing_dates_are_filled_and_told():
    frame = pd.DataFrame({"at": pd.to_datetime(["2020-01-01", None, "2021-06-05"] * 4)})
    matrix = make_preprocessor(scale=False).fit_transform(frame)
    names = DateParts().fit(frame).get_feature_names_out().tolist()
    assert names == [f"at_{p}" for p in ("year", "month", "weekday", "days", "missing")]
    expected = [[2020, 1, 2, 18262, 0], [2020.5, 3.5, 3.5, 18522.5, 1]]
    np.testing.assert_allclose(matrix[:2], expected)
    assert matrix[:, -1].tolist() == [0, 1, 0] * 4


def test_a_season_is_learnt_from_dates():
    dates = pd.Series(pd.date_range("2020-01-01", periods=400))
    summer = dates.dt.month.between(7, 12)
    model = make_pipeline(make_preprocessor(scale=True), LogisticRegression())
    score = model.fit(dates.to_frame("at"), summer).score(dates.to_frame("at"), summer)
    assert score > 0.95


def test_names_of_parts():
    frame = pd.DataFrame({"at": pd.to_datetime(["2020-01-01", "2021-03-05"])})
    names = DateParts().fit(frame).get_feature_names_out().tolist()
    assert names == ["at_year", "at_month", "at_weekday", "at_days"]
