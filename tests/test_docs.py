"""The Python of pages whose blocks go on from one another runs as it stands."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.in_turn
@pytest.mark.parametrize(
    "page",
    [
        *("decisions.md", "export.md", "index.md", "reports.md", "start.md"),
        *("speed.md", "tables.md"),
    ],
)
def test_page(page, capsys):
    if page == "decisions.md":
        pytest.importorskip("mapie")
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.S)
    assert blocks
    exec(compile("\n".join(blocks), page, "exec"), {"__name__": "page"})
    assert capsys.readouterr().out


def test_page_of_dask(capsys):
    pytest.importorskip("distributed")
    (block,) = re.findall(
        r"```python\n(.*?)```", (DOCS / "scaling.md").read_text(), re.S
    )
    exec(compile(block, "scaling.md", "exec"), {"__name__": "__main__"})
    assert "learning_rate" in capsys.readouterr().out
