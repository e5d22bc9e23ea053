"""The examples for Keras users run as they stand, offline, and keep their word."""

import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from keras_files import serve

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mnist", ["loss ", "accuracy ", "macro avg"]),
        ("custom_metrics", ["   60       1.00    1.00", "the classes end at 1.0"]),
        ("imdb", ["a review begins: <start>", "best epoch: ", "test accuracy after"]),
        ("imbalance", ["class_weight=balanced", "two labels, sample_weight"]),
        ("two_inputs", ["accuracy 0.9", "concatenate"]),
        ("digits_cnn", ["accuracy in cross-validation 0.9", "conv2d"]),
        ("sequences_lstm", ["lstm: accuracy ", "not see the order: 0."]),
        ("transfer", ["from twenty images alone: 0.", "in pieces, five times: 0.9"]),
        ("saving", ["the same predictions: True", "31", "and the pipeline: True"]),
    ],
)
def test_example_runs(name, expected, tmp_path, monkeypatch, capsys):
    (tmp_path / "keras").mkdir()
    (tmp_path / "here").mkdir()
    serve(monkeypatch, tmp_path / "keras")
    monkeypatch.chdir(tmp_path / "here")
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    plt.close("all")
    printed = capsys.readouterr().out
    for text in expected:
        assert text in printed
    left = [path.name for path in (tmp_path / "here").iterdir()]
    assert left == (["imdb.png"] if name == "imdb" else [])
