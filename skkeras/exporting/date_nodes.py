"""Parts of dates as ONNX nodes."""

from __future__ import annotations

import numpy as np

from skkeras.exporting.nodes import DOUBLE, FLOAT, INT64, Nodes
from skkeras.exporting.number_nodes import smoothly_clipped
from skkeras.preprocessing.date_columns import WAVE_DIGITS, DateColumn

MISSING_TIME = int(np.datetime64("NaT", "us").astype(np.int64))
"""What stands for a missing date, as in NumPy."""

_DAY = 86_400_000_000  # microseconds
_WITHOUT_ZONE = (None, "UTC")


def days_and_cycles(
    nodes: Nodes, times: str, column: DateColumn, name: str
) -> tuple[str | None, str]:
    """Encode a column of dates as `TableEncoder` does.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    times : str
        Microseconds since 1970, as whole numbers.
    column : DateColumn
        Fitted.
    name : str
        Of the column.

    Returns
    -------
    encoded, missing : str
        Of float32; the first is None where all dates of fit were one.

    Raises
    ------
    ValueError
        When the dates are of a time zone with a summer time, say.
    """
    if column.calendar.zone not in _WITHOUT_ZONE:
        raise ValueError(
            f"its column {name!r} is of the time zone {column.calendar.zone}, whose "
            "clock ONNX does not know. Convert it to UTC before fit, or to local "
            "times without a zone"
        )
    times = nodes.cast(times, INT64)
    missing = nodes.add("Equal", times, _whole(nodes, MISSING_TIME))
    times = nodes.add("Where", missing, _whole(nodes, 0), times)
    days, cycles = _parts(nodes, times)
    found = []
    if column.varying[0]:
        found.append(
            smoothly_clipped(nodes, days, column.center, column.scale, column.clip)
        )
    for share, varies in zip(cycles, column.varying[1:], strict=True):
        if varies:
            # ONNX Runtime has no cosine of double precision.
            angle = nodes.add("Mul", share, nodes.constant([[2 * np.pi]]))
            later = nodes.add("Add", angle, nodes.constant([[np.pi / 2]]))
            found += [_wave(nodes, each) for each in (angle, later)]
    gap = nodes.cast(missing, FLOAT)
    if not found:
        return None, gap
    nothing = nodes.constant([[0.0]], np.float64)
    encoded = nodes.add("Where", missing, nothing, nodes.concat(found))
    return nodes.cast(encoded, FLOAT), gap


def _wave(nodes, angle):
    digits = nodes.constant([[10.0**WAVE_DIGITS]])
    shifted = nodes.add("Mul", nodes.add("Sin", angle), digits)
    return nodes.add("Div", nodes.add("Round", shifted), digits)


def _whole(nodes, number):
    return nodes.constant([[number]], np.int64)


def _parts(nodes, times):
    """Return days since 1970, and shares of year, week, year and day."""
    within = nodes.add("Mod", times, _whole(nodes, _DAY))
    day = nodes.add("Div", nodes.add("Sub", times, within), _whole(nodes, _DAY))
    month, day_of_year = _month_and_day_of_year(nodes, day)
    weekday = nodes.add(
        "Mod", nodes.add("Add", day, _whole(nodes, 3)), _whole(nodes, 7)
    )
    time = _divided(nodes, within, float(_DAY))
    cycles = [
        _divided(nodes, month, 12.0),
        _divided(nodes, weekday, 7.0),
        _divided(nodes, day_of_year, 365.25),
        time,
    ]
    return nodes.add("Add", nodes.cast(day, DOUBLE), time), cycles


def _divided(nodes, numbers, by):
    return nodes.add("Div", nodes.cast(numbers, DOUBLE), nodes.constant([[by]]))


def _month_and_day_of_year(nodes, day):
    """Return the month from 0 and the day of the year from 0, of days since 1970.

    In years that begin on the first of March a leap day is the last day (H. Hinnant,
    "chrono-Compatible Low-Level Date Algorithms", 2013).
    """

    def whole(number):
        return _whole(nodes, number)

    def add(*numbers):
        total = numbers[0]
        for number in numbers[1:]:
            total = nodes.add("Add", total, number)
        return total

    def less(a, b):
        return nodes.add("Sub", a, b)

    def over(a, number):
        return nodes.add("Div", a, whole(number))

    def times(a, number):
        return nodes.add("Mul", a, whole(number))

    # Days since the first of March of a year that 400 divides, and years of those 400.
    of_era = nodes.add("Mod", add(day, whole(719_468)), whole(146_097))
    leaps = less(over(of_era, 36_524), over(of_era, 146_096))
    year = over(less(add(of_era, leaps), over(of_era, 1_460)), 365)
    leap_days = less(over(year, 4), over(year, 100))
    from_march = less(of_era, add(times(year, 365), leap_days))
    number = over(add(times(from_march, 5), whole(2)), 153)
    is_later = nodes.add("Less", number, whole(10))  # March to December
    month = nodes.add("Where", is_later, add(number, whole(2)), less(number, whole(10)))
    is_leap = _is_leap(nodes, year)
    later = add(from_march, whole(59), nodes.cast(is_leap, INT64))
    earlier = less(from_march, whole(306))
    return month, nodes.add("Where", is_later, later, earlier)


def _is_leap(nodes, year):
    def divides(number):
        rest = nodes.add("Mod", year, _whole(nodes, number))
        return nodes.add("Equal", rest, _whole(nodes, 0))

    by_4 = nodes.add("And", divides(4), nodes.add("Not", divides(100)))
    return nodes.add("Or", by_4, divides(400))
