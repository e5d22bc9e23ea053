"""Every block of code in docs/ runs, page by page, without a warning."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

pytestmark = pytest.mark.in_turn

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = {
    "from_keras_wrappers": ["3\n", "'units': ", "'loss'"],
    "from_old_tutorials": ["The modern name is epochs", "['"],
    "from_scikeras": ["(2, 2)"],
    "tables": ["'area': 'number'", "log loss of held-out rows: 0."],
    "keras_users": ["use np.moveaxis(X, 1, -1)", "fit-1/log.csv', 'fit-2/log.csv"],
}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_page_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    namespace = {"__name__": "__main__"}
    for match in BLOCK.finditer(text):
        line = text[: match.start()].count("\n") + 1
        source = "\n" * line + match[1]
        exec(compile(source, DOCS / f"{page}.md", "exec"), namespace)
    plt.close("all")
    printed = capsys.readouterr().out
    for expected in PAGES[page]:
        assert expected in printed


def test_links_between_pages_lead_somewhere():
    headings = {}
    for path in DOCS.glob("*.md"):
        found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
        headings[path.name] = {
            h.lower().replace(" ", "-").replace(",", "") for h in found
        }
    for path in DOCS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for name, heading in re.findall(r"\]\((\w+\.md)#([\w-]+)\)", text):
            assert heading in headings[name], f"{path.name} -> {name}#{heading}"
