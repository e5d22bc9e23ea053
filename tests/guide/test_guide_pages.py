"""Each page of the user guide runs, and prints what it says it prints."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pages
import pytest

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = sorted((DOCS / "guide").glob("*.md"))


@pytest.mark.in_turn
@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    n_blocks = pages.run(page.read_text(encoding="utf-8"), str(page))
    plt.close("all")
    assert n_blocks


def anchors(path):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([\w-]+))?\)", text):
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name} -> {target}"
        if anchor:
            assert anchor in anchors(path), f"{page.name} -> {target}#{anchor}"


@pytest.mark.parametrize(
    ("printed", "shown", "agree"),
    [
        ("a 1.00", "a 1.05", True),
        ("a 100", "a 110", True),
        ("a 1.0", "a 1.5", False),
        ("a 1.0", "b 1.0", False),
        ("a 1.0 2", "a 1.0", False),
        ("[ 0.1  0.2]", "[0.1 0.2]", True),
    ],
)
@pytest.mark.tensorflow
def test_outputs_are_compared(printed, shown, agree):
    try:
        pages.assert_same_output(printed, shown, "here")
    except AssertionError:
        assert not agree
    else:
        assert agree
