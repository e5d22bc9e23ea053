"""benchmarks/accelerator.py: its ratios against figures by hand, what it refuses."""

import importlib
import json
from argparse import Namespace
from pathlib import Path

import pytest

KERAS = {
    "net": "8-12-8-1",
    "contender": "Model.fit",
    "members": 1,
    "seconds": 3.0,
    "seconds_per_later_epoch": 0.25,
}
PROBE = {"net": "8-12-8-1", "probe": {"engine": "fused", "reason": None}}
LEFT_OUT = {
    "net": "8-12-8-1",
    "contender": "fused",
    "members": 1000,
    "skipped": "100 members took 60 s",
}


@pytest.fixture
def accelerator(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    return importlib.import_module("accelerator")


def device(rounding=6e-7):
    return {"platform": "gpu", "device": "a card", "rounding": rounding}


def cell(contender="fused", seconds=2.0, differs=1e-6, **facts):
    return {
        "net": "8-12-8-1",
        "contender": contender,
        "members": 100,
        "first_seconds": 5.0,
        "seconds": seconds,
        "is_first": False,
        "run_seconds": 0.5,
        "fits_per_second": 100 / seconds,
        "seconds_per_member_epoch": seconds / 1000,
        "loss_differs_by": differs,
        "engine": "fused",
        "reason": None,
    } | facts


def test_ratios_are_those_of_the_seconds(accelerator):
    cells = [device(), KERAS, cell(), cell("vmap", seconds=0.5)]
    ours, by_hand = accelerator.Run("default", cells, None).table().to_dict("records")
    assert ours["times Model.fit"] == pytest.approx(100 * 3.0 / 2.0)
    assert ours["times vmap"] == pytest.approx(0.5 / 2.0)
    assert ours["us a member and epoch"] == pytest.approx(2000.0)
    assert by_hand["times vmap"] == 1


def test_a_figure_is_not_made_up_where_nobody_trained_by_hand(accelerator):
    cells = [device(), KERAS, cell(), cell("vmap", members=10)]
    ours, _ = accelerator.Run("default", cells, None).table().to_dict("records")
    assert not ours["times vmap"] > 0


@pytest.mark.parametrize(
    ("rounding", "differs", "is_equal"),
    [
        (6e-7, 9e-5, True),
        (6e-7, 2e-4, False),
        (3e-4, 1e-2, True),
        (3e-4, 3e-2, False),
        (6e-7, float("nan"), False),
    ],
)
def test_losses_may_differ_by_what_products_round(
    accelerator, rounding, differs, is_equal
):
    cells = [device(rounding), KERAS, cell(differs=differs)]
    run = accelerator.Run("default", cells, None)
    assert (run.unequal == []) == is_equal
    assert ("all are within it" in run.page()) == is_equal


def test_the_page_says_what_was_left_out_and_what_keras_trained(accelerator):
    by_keras = cell(engine="keras", reason="a compiled step differs")
    run = accelerator.Run("default", [device(), KERAS, PROBE, by_keras, LEFT_OUT], "-9")
    page = run.page()
    assert "by `Model.fit`, a compiled step differs" in page
    assert "1,000 x fused: left out; 100 members took 60 s" in page
    assert "ended early, with -9" in page


def test_what_is_written_can_be_read(accelerator, tmp_path):
    diverged = cell("engine", differs=float("nan"))
    run = accelerator.Run("default", [device(), KERAS, diverged, LEFT_OUT], None)
    accelerator.write([run], Namespace(out=tmp_path / "results", epochs=10))
    report = json.loads((tmp_path / "results" / "accelerator.json").read_text())
    expected = [device(), KERAS, diverged | {"loss_differs_by": None}, LEFT_OUT]
    assert report["runs"][0]["cells"] == expected
    assert "a card (gpu)" in (tmp_path / "results" / "accelerator.md").read_text()
