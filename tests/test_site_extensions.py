"""What the site's extensions do, where its tools are installed.

A build of the whole site shows the rest; here is what it cannot show, since it has no
fault.
"""

import sys
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
from sphinx.application import Sphinx

EXTENSIONS = Path(__file__).parents[1] / "docs" / "_ext"
# Of which layers and losses of Keras are: anything is taken, for all that Sphinx sees.
CLASSES = """
class Base:
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

class Own(Base):
    "Has arguments."

    def __init__(self, units, *, name: str = "a", **kwargs):
        pass

class Plain(Base):
    "Has none of its own."

class Other:
    "Is shown as it is."

    def __init__(self, *args, **kwargs):
        pass
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Return a function that builds a page, and gives the exit status and the text."""
    monkeypatch.setattr(sys, "path", [str(EXTENSIONS), str(tmp_path), *sys.path])

    def build(page, *extensions, **settings):
        (tmp_path / "index.rst").write_text(f"Page\n====\n\n{page}\n")
        app = Sphinx(
            tmp_path,
            None,
            tmp_path / "out",
            tmp_path / "trees",
            "text",
            confoverrides={"extensions": list(extensions), **settings},
            status=None,
            warning=None,
            freshenv=True,
        )
        app.build()
        return app.statuscode, (tmp_path / "out" / "index.txt").read_text()

    return build


@pytest.mark.parametrize(
    ("page", "suppressed", "expected"),
    [
        ("Text.", [], 0),
        (":doc:`nowhere`", [], 1),
        (":nothing:`at all`", [], 1),
        (":ref:`nowhere`", [], 1),
        (":doc:`nowhere`", ["ref.doc"], 0),
        (":doc:`nowhere`", ["ref.ref"], 1),
    ],
)
def test_a_warning_fails_the_build(build, page, suppressed, expected):
    status, _ = build(page, "strict", suppress_warnings=suppressed)
    assert status == expected


def test_without_the_extension_a_warning_does_not(build):
    assert build(":doc:`nowhere`")[0] == 0


def test_signatures_are_those_of_init(build, tmp_path, monkeypatch):
    (tmp_path / "classes_of_signatures.py").write_text(CLASSES)
    page = "\n\n".join(
        f".. autoclass:: classes_of_signatures.{name}"
        for name in ("Own", "Plain", "Other")
    )
    _, text = build(page, "sphinx.ext.autodoc", "signatures", autodoc_typehints="none")
    assert "Own(units, *, name='a', **kwargs)" in text
    assert "Plain(**kwargs)" in text
    assert "Other(*args, **kwargs)" in text


def test_a_notebook_becomes_a_page(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(EXTENSIONS), *sys.path])
    from repository_pages import as_markdown

    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Text."]},
        {"cell_type": "code", "source": ["x = 1\n", "x"], "outputs": []},
    ]
    page = as_markdown({"cells": cells}, "../there/one.ipynb")
    assert page == (
        "---\norphan: true\n---\n\n"
        "# Title\n\n{download}`one.ipynb <../there/one.ipynb>`\n\nText.\n\n"
        "```python\nx = 1\nx\n```\n"
    )
