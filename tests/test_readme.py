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


def test_every_example_is_linked():
    text = README.read_text()
    for path in README.with_name("examples").glob("*.py"):
        assert f"(examples/{path.name})" in text
