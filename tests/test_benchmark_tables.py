"""benchmarks/tables.py: what it reads, keeps, repeats and says of failures."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

N_FOLDS = 2
ROLE = {"task": "classification", "target": "target", "categorical": ["word"]}


@pytest.fixture
def bench(monkeypatch):
    """Import the scripts as they import each other."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    import table_contenders
    import table_data
    import table_page
    import tables

    return SimpleNamespace(
        tables=tables, data=table_data, page=table_page, contenders=table_contenders
    )


@pytest.fixture
def folder(tmp_path):
    """A table with gaps and with a word that looks like one."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"number": rng.normal(size=60), "word": ["NA", "7", ""] * 20})
    table["target"] = (table["number"] > 0).astype(int)
    table.loc[5, "number"] = np.nan
    for name in ("one", "two"):
        table.to_csv(tmp_path / f"{name}.csv.gz", index=False)
    (tmp_path / "roles.json").write_text(json.dumps({"one": ROLE, "two": ROLE}))
    return tmp_path


class Fails(ClassifierMixin, BaseEstimator):
    """Fits one fold and refuses the next."""

    fits = 0

    def fit(self, X, y):
        Fails.fits += 1
        if Fails.fits % 2 == 0:
            raise ValueError("refuses\n  this fold")
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)

    def predict(self, X):
        return np.zeros(len(X), int)


def contenders(bench, *names):
    known = {name: bench.contenders.CONTENDERS[name] for name in names}
    return known | {"Fails": bench.contenders.Contender(lambda *_: Fails())}


def test_only_an_empty_field_is_missing(bench, folder):
    table, _ = bench.data.from_folder(folder)
    assert table.words == ["word"]
    assert set(table.X["word"].cat.categories) == {"NA", "7"}
    assert table.X["word"].isna().sum() == 20
    assert table.X["number"].isna().sum() == 1
    with pytest.raises(ValueError, match="no table three"):
        bench.data.from_folder(folder, ["three"])


def test_a_failed_fold_is_named_and_has_no_score(bench, folder, tmp_path):
    data = bench.data.from_folder(folder, ["one"])
    path = tmp_path / "fits.jsonl"
    rows = bench.tables.run(contenders(bench, "Linear"), data, N_FOLDS, path)
    linear, failing = rows[:2], rows[2:]
    assert all(row["error"] < 0.2 and "failed" not in row for row in linear)
    (failed,) = (row for row in failing if "failed" in row)
    assert failed["failed"] == "ValueError: refuses this fold"
    assert "error" not in failed
    bench.tables.write(rows, N_FOLDS, {"CatBoost": "not here"}, tmp_path / "out")
    page = (tmp_path / "out" / "tables.md").read_text()
    assert f"- Fails, one, fold {failed['fold']}: ValueError: refuses this fold" in page
    assert "Not run: CatBoost (not here)." in page
    assert "relative to Linear, since CatBoost was not run" in page
    report = json.loads((tmp_path / "out" / "tables.json").read_text())
    assert [row["model"] for row in report["summary"]["error"]] == ["Linear"]
    points = {row["model"]: row["Elo"] for row in report["summary"]["elo"]}
    assert points["Linear"] > points["Fails"]


def test_finished_fits_are_not_repeated_and_failed_ones_are(bench, folder, tmp_path):
    path = tmp_path / "fits.jsonl"
    data, only = bench.data.from_folder(folder, ["one"]), contenders(bench)
    Fails.fits = 0
    bench.tables.run(only, data, N_FOLDS, path)
    with path.open("a") as file:
        file.write('{"model": "cut sho')
    bench.tables.run(only, data, N_FOLDS, path)
    assert Fails.fits == 3


def test_what_other_runs_left_is_kept_where_it_compares(bench, folder, tmp_path):
    out = tmp_path / "out"
    path, linear = out / "tables.json", contenders(bench, "Linear")
    del linear["Fails"]
    one, two = bench.data.from_folder(folder)
    rows = bench.tables.run(linear, [one], N_FOLDS, tmp_path / "a")
    bench.tables.write(rows, N_FOLDS, {}, out)
    more = bench.tables.run(linear, [two], N_FOLDS, tmp_path / "b")
    both = bench.tables.merged(more, path, N_FOLDS)
    assert {row["table"] for row in both} == {"one", "two"}
    assert len(both) == 2 * N_FOLDS
    assert len(bench.tables.merged(rows, path, N_FOLDS)) == N_FOLDS
    assert bench.tables.merged(more, path, 7) == more
    bench.tables.write(both[:-1], N_FOLDS, {}, out)
    page = (out / "tables.md").read_text()
    assert "Not all folds were run of Linear on two." in page
    text = path.read_text().replace('"scikit-learn": "1', '"scikit-learn": "0', 2)
    path.write_text(text)
    assert bench.tables.merged(more, path, N_FOLDS) == more


@pytest.mark.parametrize("data_id", [1, 2])
def test_columns_of_openml_are_numbers_or_words(bench, monkeypatch, data_id):
    """What the download returns is given: tests have no network."""
    targets = {1: pd.Categorical(["no", "yes", "no", None]), 2: [1, 2, 3, np.nan]}
    columns = {
        "a[<": pd.array([1, None, 3, 4], dtype="Int64"),
        "b": [True, False, True, False],
        "c": ["x", None, "y", "x"],
        "d": pd.Categorical([1, 2, None, 2]),
    }
    data = SimpleNamespace(
        data=pd.DataFrame(columns),
        target=pd.Series(targets[data_id]),
        details={"name": "toy"},
    )
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda **_: data)
    table = bench.data.from_openml(data_id)
    assert table.name == f"toy ({data_id})"
    assert table.task == ("classification" if data_id == 1 else "regression")
    assert table.y.tolist() == ([0, 1, 0] if data_id == 1 else [1.0, 2.0, 3.0])
    assert table.words == ["x1", "x2", "x3"]
    assert table.X["x0"].tolist() == pytest.approx([1, np.nan, 3], nan_ok=True)
    kinds = {name: set(table.X[name].cat.categories) for name in table.words}
    assert kinds == {"x1": {"True", "False"}, "x2": {"x", "y"}, "x3": {"1", "2"}}
