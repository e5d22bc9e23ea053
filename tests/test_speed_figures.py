"""The seconds on the first pages are those of the latest measurement."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MEASURED = ROOT / "benchmarks" / "results" / "speed.md"


def shown(page):
    """Return the seconds of a page's table, by what took them."""
    table = page.read_text(encoding="utf-8").partition("| | seconds |")[2]
    rows = re.findall(r"^\| (.+) \| ([\d.]+) \|$", table.partition("\n\n")[0], re.M)
    return {
        name.replace("`", "").partition(", extrapolated")[0]: text
        for name, text in rows
    }


def measured():
    """Return the measured seconds by the same names."""
    text = MEASURED.read_text(encoding="utf-8")

    def first(pattern):
        return float(re.search(pattern, text, re.M)[1])

    return {
        "scikeras 0.13": first(r"and ([\d.]+) s at 150\.$"),
        "scikit-learn's MLPClassifier": first(r"^\| scikit-learn +\| +([\d.]+)"),
        "skkeras": first(r"^\| skkeras +\| +([\d.]+)"),
        "skkeras under fused(), the first time": first(r"^\| skkeras-fused +\| +(\S+)"),
        "skkeras under fused(), again": first(r"^\| fused, seen before +\| +([\d.]+)"),
    }


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_seconds_are_those_measured(page):
    seconds = shown(ROOT / page)
    for name, value in measured().items():
        digits = len(seconds[name].partition(".")[2])
        assert float(seconds[name]) == pytest.approx(round(value, digits)), name
