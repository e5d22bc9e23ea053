"""The notebooks for teachers run, show what they say, and agree in both languages."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[1] / "examples" / "notebooks"
ENGLISH = sorted(
    path for path in NOTEBOOKS.glob("*.ipynb") if not path.stem.endswith(".zh")
)
RUN = """
import json, sys, warnings
from pathlib import Path

import matplotlib

matplotlib.use("agg")
warnings.simplefilter("error")
names = {}
for number, code in enumerate(json.loads(Path(sys.argv[1]).read_text())):
    exec(compile(code, f"cell {number}", "exec"), names)
"""


def cells(path, kind):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    chosen = [cell for cell in notebook["cells"] if cell["cell_type"] == kind]
    return ["".join(cell["source"]) for cell in chosen]


def in_chinese(path):
    return path.with_suffix(".zh.ipynb")


def printed(path, folder):
    """Run a notebook's code, and return the numbers that it prints after words."""
    code = folder / "code.json"
    code.write_text(json.dumps(cells(path, "code")))
    run = subprocess.run(
        [sys.executable, "-c", RUN, code], cwd=folder, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert [p.name for p in folder.iterdir()] == ["code.json"]
    return run.stdout


def number(text, pattern):
    found = re.search(pattern + r"\s*(\d\.\d+)", text)
    assert found, f"{pattern} is not in {text}"
    return float(found.group(1))


def test_there_are_three_in_two_languages():
    assert len(ENGLISH) == 3
    assert sorted(NOTEBOOKS.iterdir()) == sorted([*ENGLISH, *map(in_chinese, ENGLISH)])


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_both_languages_have_the_same_code_and_no_output(path):
    assert cells(path, "code") == cells(in_chinese(path), "code")
    texts = cells(path, "markdown"), cells(in_chinese(path), "markdown")
    for own, other in zip(*texts, strict=True):
        assert re.search("[\u4e00-\u9fff]", other), other
        assert not re.search("[\u4e00-\u9fff]", own), own
    for each in (path, in_chinese(path)):
        for cell in json.loads(each.read_text(encoding="utf-8"))["cells"]:
            assert cell.get("outputs", []) == []
            assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_each_has_exercises_and_a_solution_to_each(path):
    texts = cells(path, "markdown")
    exercises = next(text for text in texts if text.startswith("## Exercises"))
    assert re.findall(r"^(\d)\. ", exercises, re.MULTILINE) == ["1", "2", "3"]
    notebook = json.loads(path.read_text(encoding="utf-8"))["cells"]
    titles = ["".join(cell["source"]) for cell in notebook]
    solutions = notebook[titles.index("## Solutions") :]
    assert sum(cell["cell_type"] == "code" for cell in solutions) == 3


@pytest.mark.in_turn
@pytest.mark.slow
class TestWhatTheySay:
    """One a day: each is trained as a class would train it."""

    def test_pima(self, tmp_path):
        text = printed(NOTEBOOKS / "pima_in_ten_minutes.ipynb", tmp_path)
        linear, network = (
            number(text, rf"{name} +") for name in ("logistic regression", "network")
        )
        assert abs(linear - network) < 0.03, "about as good"
        assert number(text, "without a scaler:") < network - 0.03
        widths = [number(text, rf"\b{units} units") for units in (4, 16, 64)]
        assert max(widths) - min(widths) < 0.03, "smaller than the spread"
        assert number(text, "gaps filled:") < network + 0.03, "a little at most"

    def test_digits(self, tmp_path):
        text = printed(NOTEBOOKS / "digits_with_a_convolutional_net.ipynb", tmp_path)
        dense, convolutional = (
            number(text, rf"{name} +\d+ weights") for name in ("dense", "convolutional")
        )
        assert dense < convolutional
        moved = [
            number(text, rf"{name} +\d\.\d+, moved")
            for name in ("dense", "convolutional")
        ]
        assert dense - moved[0] > convolutional - moved[1] > 0.03
        assert number(text, "wrong:") < number(text, "right:") - 0.1

    def test_reviews(self, tmp_path):
        text = printed(NOTEBOOKS / "reviews_and_overfitting.ipynb", tmp_path)
        names = ("plain", "early stopping", "L2 penalty", "dropout")
        losses = [number(text, rf"{name} +\d+ epochs, test loss") for name in names]
        scores = [number(text, rf"{name} .* accuracy") for name in names]
        assert losses[0] > 1.2 * max(losses[1:]), "much loss"
        assert min(scores[1:]) > scores[0], "a little accuracy"
        assert abs(number(text, "logistic regression:") - scores[1]) < 0.04
        few, all_of_them = (
            number(text, rf"\b{n} reviews: training")
            - number(text, rf"\b{n} reviews: training \d\.\d+, test")
            for n in (100, 1000)
        )
        assert few > all_of_them + 0.03, "the gap closes"
