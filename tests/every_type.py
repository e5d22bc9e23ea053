"""One table with columns of every type, in each library of tables."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pandas as pd
import pytest

ROWS = 30


def gappy(values):
    return [None if i % 5 == 0 else value for i, value in enumerate(values)]


def columns():
    """Lists of every type that all three libraries know, most with gaps."""
    hours = [timedelta(days=37 * i, hours=i) for i in range(ROWS)]
    return {
        "whole": list(range(ROWS)),
        "whole with gaps": gappy(range(ROWS)),
        "float": gappy([i**2 / 3 for i in range(ROWS)]),
        "decimal": gappy([Decimal(i) / 4 for i in range(ROWS)]),
        "flag": [i % 4 == 0 for i in range(ROWS)],
        "flag with gaps": gappy([i % 3 == 0 for i in range(ROWS)]),
        "word": gappy(["abc"[i % 3] for i in range(ROWS)]),
        "person": [f"name {i % 10}" for i in range(ROWS)],
        "day": gappy([date(2020, 1, 1) + h for h in hours]),
        "time": gappy([datetime(2020, 1, 1) + h for h in hours]),
        "clock": gappy([time(i % 24, i) for i in range(ROWS)]),
        "duration": gappy(hours),
        "constant": ["x"] * ROWS,
        "nothing": [None] * ROWS,
    }


def with_pandas():
    frame = pd.DataFrame(columns())
    zoned = pd.to_datetime(frame["time"]).dt.tz_localize("Europe/Brussels")
    return frame.assign(category=frame["word"].astype("category"), zoned=zoned)


def with_polars():
    pl = pytest.importorskip("polars")
    return pl.DataFrame(columns()).with_columns(
        pl.col("word").cast(pl.Categorical).alias("category"),
        pl.col("time").dt.replace_time_zone("Europe/Brussels").alias("zoned"),
    )


def with_pyarrow():
    pa = pytest.importorskip("pyarrow")
    table = pa.table(columns())
    category = table["word"].dictionary_encode()
    zoned = pa.compute.assume_timezone(table["time"], "Europe/Brussels")
    table = table.append_column("category", category)
    return table.append_column("zoned", zoned)


def with_arrow_in_pandas():
    table = with_pyarrow()
    return table.to_pandas(types_mapper=pd.ArrowDtype)
