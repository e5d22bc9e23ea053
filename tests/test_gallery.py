"""All examples of the gallery are run in a week of builds, and none on two days."""

import datetime
import re
import sys
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TODAY = datetime.date(2026, 11, 27)


@pytest.fixture
def gallery(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(ROOT / "docs" / "_ext"), *sys.path])
    import gallery

    return gallery


def test_a_week_runs_each_example_once(gallery):
    days = [gallery.to_run(TODAY + datetime.timedelta(n)) for n in range(7)]
    assert sorted(chain.from_iterable(days)) == gallery.to_run()
    sizes = {len(day) for day in days}
    assert max(sizes) <= min(sizes) + 1
    assert min(sizes) >= 1  # else a build of that day would show no example run
    assert gallery.to_run(TODAY + datetime.timedelta(7)) == days[0]


def test_without_a_day_all_are_run_that_need_no_network(gallery):
    assert gallery.day_asked_for({}) is None
    assert gallery.day_asked_for({"GALLERY_DAY": "2026-11-27"}) == TODAY
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert set(gallery.to_run()) == scripts - {"mnist", "imdb", "serving"}


def test_the_pattern_names_whole_files(gallery):
    pattern = gallery.named(["iris"])
    assert re.search(pattern, "/somewhere/examples/iris.py")
    assert not re.search(pattern, "/iris.py/examples/pima.py")
    assert not re.search(pattern, "/somewhere/examples/my_iris.py")
    assert not re.search(gallery.named([]), "/somewhere/examples/iris.py")
