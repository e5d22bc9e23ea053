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
SCRIPTS = [path.name for path in EXAMPLES.glob("*.py")]


def test_readme_leads_to_every_example():
    assert "(examples/README.md)" in README.read_text(encoding="utf-8")
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\[(\w+\.py)\]\(\1\)", listed)) == sorted(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_page_of_its_topic_links_an_example(name):
    pages = README.with_name("docs").rglob("*.md")
    assert any(f"/examples/{name})" in page.read_text("utf-8") for page in pages)


def test_readme_is_read_in_two_minutes():
    text = README.read_text(encoding="utf-8")
    assert text.count("\n") < 150
    for command in (". && skkeras benchmark", '".[test]" && pytest'):
        assert f"python -m pip install {command}\n" in text
