"""README's Python runs as it stands."""

import re
from pathlib import Path

import keras
import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


@pytest.mark.slow
@pytest.mark.parametrize("code", BLOCKS)
def test_block(code, capsys):
    if "epochs=150" in code and keras.backend.backend() == "torch":
        pytest.skip("100,000 steps of Model.fit, one by one")
    exec(compile(code, str(README), "exec"), {"__name__": "readme"})
    printed = capsys.readouterr().out
    for score in re.findall(r"^0\.\d+$", printed, re.M):
        assert 0.68 < float(score) < 0.85


def test_there_are_blocks_to_run():
    assert len(BLOCKS) >= 2


EXAMPLES = README.with_name("examples")
LIST = README.with_name("docs") / "start.md"
SCRIPTS = [path.name for path in EXAMPLES.glob("*.py")]


def test_readme_leads_to_every_example():
    assert "(docs/start.md#examples)" in README.read_text(encoding="utf-8")
    listed = LIST.read_text(encoding="utf-8").partition("## Examples")[2]
    found = re.findall(r"^- \[(\w+\.py)\]\(\.\./examples/\1\)", listed, re.M)
    assert sorted(found) == sorted(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_page_of_its_topic_links_an_example(name):
    texts = {page: page.read_text("utf-8") for page in LIST.parent.rglob("*.md")}
    texts[LIST] = texts[LIST].partition("## Examples")[0]
    assert any(f"/examples/{name})" in text for text in texts.values())


def test_readme_is_read_in_two_minutes():
    text = README.read_text(encoding="utf-8")
    assert text.count("\n") < 150
    for command in (". && skkeras benchmark", '".[test]" && pytest'):
        assert f"python -m pip install {command}\n" in text
