"""The examples for Keras users run as they stand, offline, and keep their word."""

import re
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from keras_files import serve

pytestmark = pytest.mark.in_turn

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
        ("mixed_table", ["region     category embedding", "log loss, nets:  0.5"]),
        ("saving", ["the same predictions: True", "31", "and the pipeline: True"]),
    ],
)
def test_example_runs(name, expected, tmp_path, monkeypatch, capsys):
    printed = run_example(name, tmp_path, monkeypatch, capsys)
    for text in expected:
        assert text in printed
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.slow
def test_sequences_are_told_apart_by_their_order(tmp_path, monkeypatch, capsys):
    printed = run_example("sequences_lstm", tmp_path, monkeypatch, capsys)
    lstm, convolution, without_order = scores_in(printed)
    assert min(lstm, convolution) > 0.95
    assert without_order < 0.85


@pytest.mark.slow
def test_transfer_helps_and_pieces_are_enough(tmp_path, monkeypatch, capsys):
    printed = run_example("transfer", tmp_path, monkeypatch, capsys)
    alone, frozen, tuned, streamed = scores_in(printed)
    assert min(frozen, tuned) > alone
    assert streamed > 0.95


def scores_in(printed):
    return [float(score) for score in re.findall(r"\d\.\d{3}", printed)]


def run_example(name, tmp_path, monkeypatch, capsys):
    (tmp_path / "keras").mkdir()
    (tmp_path / "here").mkdir()
    serve(monkeypatch, tmp_path / "keras")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(plt, "show", lambda: None)
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    plt.close("all")
    return capsys.readouterr().out
