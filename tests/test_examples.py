"""Each example runs from anywhere and says what it promises."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.in_turn
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pima", ["768 women, 35% with diabetes", "Keras 8-12-8-1", "± "]),
        ("iris", ["unseen flowers: 0.9", "it predicts the same: True"]),
        (
            "search_widths_optimizers_losses",
            [" trials, ", "best accuracy, mean of 5 folds: 0.7", "n_layers"],
        ),
        ("boston", ["13 columns, with b", "12 columns, without b", "Keras MLP   "]),
    ],
)
def test_example_runs(name, expected, tmp_path):
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        # Widths share a program on TensorFlow only.
        timeout=180 if keras.backend.backend() == "tensorflow" else 600,
    )
    assert done.returncode == 0, done.stderr
    for text in expected:
        assert text in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_every_example_is_tested():
    tests = Path(__file__).parent.rglob("test_*examples.py")
    tested = "".join(path.read_text(encoding="utf-8") for path in tests)
    for path in EXAMPLES.glob("*.py"):
        assert f'"{path.stem}",' in tested
