"""The site's reference lists what is public, all of it and nothing else."""

import importlib
import pkgutil
import re
from pathlib import Path

import skkeras

DOCS = Path(__file__).parents[1] / "docs"
# They have an `__all__`, too: of what skkeras itself offers, or for each other alone.
NOT_PUBLIC = {
    "skkeras.datasets.stand_ins",
    "skkeras.ensembles",
    "skkeras.estimators",
    "skkeras.exporting",
    "skkeras.fusion",
    "skkeras.sklearn_callbacks",
    "skkeras.sklearn_internals",
    "skkeras.training",
}


def packages():
    """Yield the names of the modules that users import from."""
    yield from ("skkeras", "skkeras.report.statistics")
    for found in pkgutil.iter_modules(skkeras.__path__, "skkeras."):
        if found.name not in NOT_PUBLIC:
            yield found.name


def listed(text):
    """Yield the full names in the tables of a page."""
    module, in_table = "", False
    for line in text.splitlines():
        if found := re.match(r"\.\. currentmodule:: (.+)", line):
            module = found[1]
        if line and not line.startswith(" "):
            in_table = line == ".. autosummary::"
        elif in_table and re.fullmatch(r" +[\w.]+", line):
            yield f"{module}.{line.strip()}"


def test_the_reference_lists_what_is_public():
    names = list(listed((DOCS / "api.rst").read_text(encoding="utf-8")))
    public = {
        f"{package}.{name}"
        for package in packages()
        for name in getattr(importlib.import_module(package), "__all__", ())
        if name != "__version__"
    }
    assert set(names) == public
    assert len(names) == len(public)


def test_only_tables_are_read():
    table = ".. autosummary::\n   :toctree: x/\n\n   One\n   c.two"
    page = f".. currentmodule:: a.b\n\n{table}\n\n.. note::\n\n   Three\n"
    assert list(listed(page)) == ["a.b.One", "a.b.c.two"]
