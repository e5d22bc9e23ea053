"""Boosted trees of other libraries take part where they are installed."""

import os
from importlib.util import find_spec
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from skkeras.report import boosting, compare
from skkeras.report.baselines import QUICK, classic_models
from skkeras.report.boosting import boosting_models
from skkeras.report.matchup import matchups
from skkeras.report.provenance import provenance

MODULES = {"LightGBM": "lightgbm", "XGBoost": "xgboost", "CatBoost": "catboost"}


def test_those_that_are_installed_are_classic_models():
    installed = [name for name, module in MODULES.items() if find_spec(module)]
    assert list(boosting_models("classification")) == installed
    for task in ("classification", "regression"):
        assert [n for n in classic_models(task) if n in MODULES] == installed


def test_without_any_library_there_are_none():
    with mock.patch.object(boosting, "find_spec", return_value=None):
        assert boosting_models("regression") == {}
        assert "dummy" in classic_models("regression")


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_each_is_compared_quietly(name, n_classes, capfd, tmp_path, monkeypatch):
    pytest.importorskip(MODULES[name])
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=90), "b": rng.choice(["x", "y"], 90)})
    X.loc[::9, "a"] = np.nan
    score = X["a"].fillna(0) + (X["b"] == "x")
    y = pd.qcut(score, n_classes, labels=False) if n_classes else score
    models = classic_models(
        "classification" if n_classes else "regression", random_state=0, size=QUICK
    )
    chosen = {key: models[key] for key in ("dummy", name)}
    found = compare(chosen, X, y.to_numpy(), cv=3, random_state=0)
    assert found.values().columns[0] == name
    assert found.notes == {}
    assert found.evaluation(name).observations[0].predicted.ndim == 1
    assert matchups(found) == []
    assert not os.listdir(tmp_path)
    assert "".join(capfd.readouterr()) == ""
    if name != "XGBoost":  # whose package may be xgboost-cpu
        assert MODULES[name] in provenance({})["versions"]
