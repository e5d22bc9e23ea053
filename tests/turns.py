"""Costly cases take turns: a seventh of them runs each day, all of them in a week."""

import datetime
import os

import pytest

DAYS = 7


def today():
    """Return the day whose cases run, ``TESTS_DAY`` (2026-11-26) or today's, in UTC."""
    named = os.environ.get("TESTS_DAY")
    return (
        datetime.date.fromisoformat(named)
        if named
        else datetime.datetime.now(datetime.UTC).date()
    )


def pytest_addoption(parser):
    parser.addoption(
        "--all-cases",
        action="store_true",
        help="run the tests marked in_turn of all days, not of this day alone",
    )


def pytest_configure(config):
    # Workers are told by the environment: all collect the same, at midnight as well.
    os.environ["TESTS_DAY"] = str(today())


def pytest_report_header(config):
    which = "all" if config.option.all_cases else f"of {today()} (TESTS_DAY)"
    return f"costly cases: {which}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if config.option.all_cases or _named_by_hand(config):
        return
    waiting = []
    seen = {}
    for item in items:
        if item.get_closest_marker("in_turn"):
            number = seen[item.path] = seen.get(item.path, -1) + 1
            if number % DAYS != today().toordinal() % DAYS:
                waiting.append(item)
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        left_out = set(waiting)
        items[:] = [item for item in items if item not in left_out]


def _named_by_hand(config):
    """Return whether tests or files are asked for by name: they run on any day."""
    asked_for = (each.partition("::")[0] for each in config.args)
    return config.option.keyword != "" or any(n.endswith(".py") for n in asked_for)
