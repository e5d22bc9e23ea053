"""Each page of the user guide runs, and prints what it says it prints."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pages
import pytest

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = sorted((DOCS / "guide").glob("*.md"))


WORKS_WITH = DOCS / "guide" / "works_with.md"
BEGIN, SECTIONS = pages.sections(WORKS_WITH.read_text(encoding="utf-8"))
LIBRARIES = {  # what a section imports that need not be installed
    "imbalanced-learn": "imblearn",
    "skrub": "skrub",
    "category_encoders": "category_encoders",
    "MAPIE": "mapie",
    "SHAP": "shap",
    "polars": "polars",
    "pyarrow": "pyarrow",
    "MLflow": "mlflow",
}
WHOLE = [page for page in GUIDE if page != WORKS_WITH]


@pytest.mark.in_turn
@pytest.mark.parametrize("page", WHOLE, ids=lambda page: page.stem)
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    n_blocks = pages.run(page.read_text(encoding="utf-8"), str(page))
    plt.close("all")
    assert n_blocks


@pytest.mark.in_turn
@pytest.mark.filterwarnings("default")  # other libraries have warnings of their own
@pytest.mark.parametrize("section", SECTIONS)
def test_other_library(section, tmp_path, monkeypatch):
    if section in LIBRARIES:
        pytest.importorskip(LIBRARIES[section])
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    pages.run(BEGIN, str(WORKS_WITH), namespace)
    assert pages.run(SECTIONS[section], f"{WORKS_WITH} {section}", namespace)
    plt.close("all")


def test_skipped_libraries_have_a_section():
    assert LIBRARIES.keys() <= SECTIONS.keys()


def anchors(path):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    text = pages.FENCE.sub("", text)
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([\w-]+))?\)", text):
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name} -> {target}"
        if anchor:
            assert anchor in anchors(path), f"{page.name} -> {target}#{anchor}"


@pytest.mark.parametrize("name", ["guide", "migration", "explanation"])
def test_lists_of_pages_need_no_directive(name):
    """They are read on a code host too, which shows directives as they are written."""
    assert not re.search(r"^[`:]{3}", (DOCS / f"{name}.md").read_text("utf-8"), re.M)


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_the_list_has_every_page_of_the_guide(page):
    text = (DOCS / "guide.md").read_text(encoding="utf-8")
    assert f"](guide/{page.name})" in text


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
