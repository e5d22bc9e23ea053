import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from typer.testing import CliRunner

import skkeras
from skkeras.cli import app
from skkeras.report import command, drawing
from skkeras.report import save as report_files
from skkeras.report.preprocessing import make_preprocessor

MAIN = "from skkeras.cli import main; main()"


def cheap_models(problem, settings):
    classic = (
        {"dummy": DummyClassifier(), "linear": LogisticRegression()}
        if problem.classification
        else {"dummy": DummyRegressor(), "linear": Ridge()}
    )
    return {
        name: make_pipeline(make_preprocessor(scale=True), model)
        for name, model in classic.items()
    }


@pytest.fixture
def skkeras_command(tmp_path, monkeypatch):
    """Run the command in an empty folder, without pictures, on cheap models."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "default_models", cheap_models)
    monkeypatch.setattr(report_files, "draw_benchmark", lambda *_: [])

    def invoke(*arguments):
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    return invoke


@pytest.fixture
def csv(tmp_path):
    def write(**columns):
        pd.DataFrame(columns).to_csv(tmp_path / "data.csv", index=False)
        return "data.csv"

    return write


def run_python(code, **options):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, **options
    )


@pytest.mark.parametrize("arguments", [["--help"], ["benchmark", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    code = f"""
import sys
from skkeras.cli import main
sys.argv = ["skkeras", *{arguments}]
try:
    main()
except SystemExit as exit:
    heavy = {{"tensorflow", "keras", "sklearn", "pandas"}} & set(sys.modules)
    sys.exit(str(heavy) if heavy else exit.code)
"""
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: skkeras" in done.stdout


def test_importing_the_command_sets_no_environment_variable():
    done = run_python(
        "import os; before = dict(os.environ); import skkeras.cli;"
        "assert dict(os.environ) == before"
    )
    assert done.returncode == 0, done.stderr


def test_version(skkeras_command):
    assert skkeras_command("--version").stdout == f"skkeras {skkeras.__version__}\n"


def test_datasets_are_listed(skkeras_command):
    done = skkeras_command("datasets")
    assert done.exit_code == 0
    for row in ("pima +768 +8 +class", "iris +150 +4 +class", "boston +506 +13 +regr"):
        assert re.search(row, done.stdout)


@pytest.mark.in_turn
def test_all_three_data_sets_by_default(skkeras_command, tmp_path):
    done = skkeras_command("benchmark", "--folds", "3")
    assert done.exit_code == 0
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert list(scores["dataset"].unique()) == ["pima", "iris", "boston"]
    assert len(scores) == 2 * 3 * (4 + 4 + 3)
    assert "Wrote skkeras-report/report.md" in done.stdout
    assert "accuracy" in done.stdout


def test_named_data_sets_once_each_and_repeats(skkeras_command, tmp_path):
    done = skkeras_command(
        *["benchmark", "iris", "iris", "--out", "there"],
        *["--folds", "2", "--repeats", "3"],
    )
    assert done.exit_code == 0
    scores = pd.read_csv(tmp_path / "there" / "scores.csv")
    assert len(scores) == 2 * 4 * 2 * 3


@pytest.mark.in_turn
def test_same_seed_same_scores_another_seed_others(skkeras_command, tmp_path):
    def values(seed, out):
        skkeras_command("benchmark", "pima", "--seed", seed, "--out", out)
        return pd.read_csv(tmp_path / out / "scores.csv")["value"]

    first = values("4", "a")
    pd.testing.assert_series_equal(values("4", "b"), first)
    assert not values("5", "c").equals(first)


@pytest.mark.in_turn
def test_quick_means_fewer_folds_unless_they_are_given(skkeras_command, tmp_path):
    def folds(*options):
        skkeras_command("benchmark", "iris", *options)
        return pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")["fold"].nunique()

    assert folds("--quick") == 3
    assert folds("--quick", "--folds", "4") == 4
    assert folds() == 10


def test_csv_with_words_and_gaps(skkeras_command, csv):
    words = ["x", None, "y", "z"] * 10
    done = skkeras_command(
        *["benchmark", csv(a=range(0, 80, 2), b=words, kind=["no", "yes"] * 20)],
        *["--target", "kind", "--folds", "4"],
    )
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "40 rows, 1 numeric column, 1 categorical, 10 missing values" in text
    assert "into 2 classes (its values are 2 different words)" in text


def test_columns_are_used_as_the_options_say(skkeras_command, tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "size": rng.normal(size=60),
            "branch": rng.choice([1, 2, 3], 60),
            "patient": np.arange(60) // 3,
            "signed": pd.date_range("2020-01-01", periods=60),
            "row": range(60),
            "kind": ["no", "yes"] * 30,
        }
    )
    table.to_csv(tmp_path / "data.csv", index=False, sep="|")
    done = skkeras_command(
        *("benchmark", "data.csv", "--target", "kind", "--sep", "|", "--folds", "3"),
        *("--categorical", "branch", "--drop", "size", "--groups", "patient"),
        *("--metric", "log_loss"),
    )
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "0 numeric columns, 1 categorical, 1 of dates, 2 left out" in text
    assert "rows of each of 20 values of patient stay in one fold" in text
    assert "row (numbers from 0 to 59) is left out: it numbers the rows" in text
    manifest = json.loads((tmp_path / "skkeras-report" / "report.json").read_text())
    summary = manifest["datasets"]["data.csv"]["models"]["linear"]["summary"]
    assert next(iter(summary)) == "log_loss"
    read = {c["name"]: c["use"] for c in manifest["datasets"]["data.csv"]["read"]}
    assert read == {
        "size": "left out",
        "branch": "category",
        "patient": "groups rows",
        "signed": "date",
        "row": "left out",
    }
    again = skkeras_command(
        *("benchmark", "--from", "skkeras-report/report.json", "--out", "again")
    )
    assert "versions, data and every score are the same" in again.stdout


def test_the_models_are_listed(skkeras_command):
    done = skkeras_command("benchmark", "--list-models")
    assert done.exit_code == 0
    lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
    for name in ("dummy", "SVM", "ridge regression", "Keras MLP", "Keras tabular"):
        assert name in lines
    assert "both" in lines["SVM"]
    assert "gamma" in lines["SVM"]
    assert "regression" in lines["ridge regression"].removeprefix("ridge regression")
    assert not Path("skkeras-report").exists()


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_short_or_long(skkeras_command, option):
    assert "--groups" in skkeras_command("benchmark", option).stdout


@pytest.mark.in_turn
def test_task_overrides_what_is_inferred(skkeras_command, csv):
    path = csv(a=range(40), grade=[1, 2, 3, 4] * 10)
    done = skkeras_command("benchmark", path, "--target", "grade")
    assert "its values are 4 different whole numbers" in " ".join(done.stdout.split())
    done = skkeras_command(
        "benchmark", path, "--target", "grade", "--task", "regression"
    )
    assert "R²" in done.stdout


@pytest.mark.in_turn
def test_models_are_chosen_by_name_in_any_case(skkeras_command, tmp_path):
    done = skkeras_command("benchmark", "iris", "--models", "LINEAR", "--folds", "3")
    assert done.exit_code == 0
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert set(scores["model"]) == {"linear"}


def test_models_are_named_with_commas_or_one_by_one(skkeras_command, tmp_path):
    for names in (["linear,dummy"], ["linear", "--models", "dummy"]):
        options = ["--folds", "3", "--models", *names]
        assert skkeras_command("benchmark", "iris", *options).exit_code == 0
        scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
        assert set(scores["model"]) == {"linear", "dummy"}


@pytest.mark.in_turn
def test_scoring_decides_what_is_measured(skkeras_command, tmp_path):
    done = skkeras_command(
        "benchmark", "iris", "--scoring", "log_loss, f1_macro", "--folds", "3"
    )
    assert done.exit_code == 0
    assert "Use linear: it has the best log loss" in " ".join(done.stdout.split())
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert list(scores["metric"].unique()) == ["log_loss", "f1_macro"]


@pytest.mark.in_turn
def test_jobs_change_no_score(skkeras_command, tmp_path):
    def values(out, *options):
        skkeras_command("benchmark", "boston", "--out", out, "--folds", "3", *options)
        return pd.read_csv(tmp_path / out / "scores.csv")["value"]

    one_by_one = values("a", "--jobs", "1")
    pd.testing.assert_series_equal(one_by_one, values("b", "--jobs", "2"))


@pytest.mark.in_turn
def test_other_data_sets_by_name(skkeras_command, tmp_path):
    done = skkeras_command("benchmark", "wine", "diabetes", "--folds", "2")
    assert done.exit_code == 0
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert set(scores["dataset"]) == {"wine", "diabetes"}


@pytest.mark.in_turn
def test_from_a_report_runs_the_same_again(skkeras_command, tmp_path, csv):
    csv(a=range(40), b=[i % 7 for i in range(40)], t=[i % 2 for i in range(40)])
    options = ["--target", "t", "--folds", "3", "--seed", "5", "--models", "linear"]
    skkeras_command("benchmark", "data.csv", *options, "--out", "first")
    done = skkeras_command(
        "benchmark", "--from", "first/report.json", "--out", "second"
    )
    assert done.exit_code == 0
    assert "- versions, data and every score are the same" in done.stdout
    scores = [pd.read_csv(tmp_path / f / "scores.csv") for f in ("first", "second")]
    pd.testing.assert_series_equal(*(s["value"] for s in scores))
    csv(a=range(1, 41), b=[i % 5 for i in range(40)], t=[i % 2 for i in range(40)])
    done = skkeras_command("benchmark", "--from", "first/report.json", "--out", "third")
    assert "- data.csv: the data have changed" in done.stdout
    assert "linear has another accuracy in" in done.stdout
    assert "the data have changed" in (tmp_path / "third" / "report.md").read_text()
    assert "the data have changed" in (tmp_path / "third" / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.csv", "--target", "t"], "no.csv: there is no such file"),
        (["data.csv"], "data.csv needs --target; name the column to predict"),
        (["data.csv", "--target", "grad"], "--target 'grad' is no column of data.csv"),
        (["data.csv", "--target", "grad"], "did you mean 'grade'?"),
        (["data.csv", "--target", "one"], "--target 'one' is 1 in all 40 rows"),
        (["data.csv", "--target", "gaps"], "--target 'gaps' has no value in 39 of 40"),
        (["data.csv", "--target", "rare"], "class 'b' of 'rare' has 1 row, too few"),
        (["empty.csv", "--target", "t"], "empty.csv is empty"),
        (["ragged.csv", "--target", "a"], "line 2 has 3 cells, the first line has 2"),
        (["pimma"], "'pimma' is no data set; did you mean 'pima'?"),
        (["--target", "t"], "--target 't' is of CSV files, and none is given"),
        (["iris", "--folds", "1"], "--folds 1: cross-validation trains on some folds"),
        (["iris", "--folds", "51"], "has 50 rows, too few for --folds 51"),
        (["iris", "--repeats", "0"], "--repeats 0: give 1 or more"),
        (["iris", "--seed", "-1"], "--seed -1: give a whole number from 0"),
        (["iris", "--out", "data.csv"], "--out data.csv: cannot write there"),
        (["iris", "--trials", "-1"], "--trials -1: give 1 or more, or 0"),
        (["iris", "--jobs", "0"], "--jobs 0: give 1 or more, or -1"),
        (["iris", "--scoring", "acuracy"], "did you mean 'accuracy'?"),
        (["iris", "--scoring", "r2"], "'r2' does not measure classification"),
        (["boston", "--scoring", "roc_auc"], "'roc_auc' does not measure regression"),
        (["--from", "no.json"], "--from no.json: there is no such file"),
        (["iris", "--target", "t"], "--target 't' is of CSV files, and none is given"),
        (["iris", "--drop", "a,b"], "--drop 'a,b' is of CSV files"),
        (["iris", "--time", "a"], "--time 'a' is of CSV files"),
        (["iris", "--metric", "r2"], "--metric 'r2' does not measure classification"),
        (["data.csv", "--target", "grade", "--drop", "aa"], "did you mean 'a'?"),
        (["data.csv", "--target", "grade", "--groups", "one"], "has 1 group, too few"),
        (["data.csv", "--target", "grade", "--sep", "::"], "--sep '::': give the one"),
        (
            ["data.csv", "--target", "grade", "--time", "a", "--repeats", "2"],
            "--repeats 2: rows in the order of --time",
        ),
    ],
)
def test_bad_input_is_one_clear_line(
    skkeras_command, csv, tmp_path, arguments, message
):
    csv(
        a=range(40),
        grade=[1, 2, 3, 4] * 10,
        one=1,
        gaps=[1.0] + [None] * 39,
        rare=["a"] * 39 + ["b"],
    )
    (tmp_path / "empty.csv").touch()
    (tmp_path / "ragged.csv").write_text("a,b\n1,2,3\n")
    done = skkeras_command("benchmark", *arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "skkeras-report").exists()


@pytest.mark.parametrize(
    ("n_columns", "n_classes", "message"),
    [(10_000, 2, "has 9999 columns"), (3, 5_000, "has 5000 classes")],
)
def test_a_table_too_large_to_finish_is_one_clear_line(
    skkeras_command, tmp_path, n_columns, n_classes, message
):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.random((max(20, 2 * n_classes), n_columns - 1)).round(2))
    table["t"] = [f"class {i % n_classes}" for i in range(len(table))]
    table.to_csv(tmp_path / "data.csv", index=False)
    done = skkeras_command("benchmark", "data.csv", "--target", "t")
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_unknown_models_are_refused_before_anything_is_measured(skkeras_command):
    done = skkeras_command("benchmark", "iris", "--models", "linaer")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--models 'linaer' is no model; did you mean 'linear'?" in done.stderr


def test_hostile_names_are_shown_as_they_are(skkeras_command, tmp_path):
    path = tmp_path / "d[red].csv"
    rows = "\n".join(f"{i},{i % 2}" for i in range(40))
    path.write_text(f"a|b,[bold]t[/]\n{rows}\n")
    done = skkeras_command("benchmark", path.name, "--target", "[bold]t[/]")
    assert done.exit_code == 0
    assert "d[red].csv" in done.stdout
    assert "[bold]t[/]: classification" in " ".join(done.stdout.split())
    report = (tmp_path / "skkeras-report" / "report.md").read_text()
    assert r"\[bold\]t\[/\]" in report


@pytest.mark.in_turn
@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ([], (10, 10, -1)),
        (["--quick"], (3, 0, 1)),
        (["--trials", "0", "--folds", "4"], (4, 0, -1)),
        (["--quick", "--trials", "2"], (3, 2, 1)),
        (["--trials", "3", "--jobs", "2"], (10, 3, 2)),
    ],
)
def test_models_are_tuned_unless_a_quick_look_is_asked_for(
    skkeras_command, monkeypatch, options, settings
):
    seen = []

    def spy(problem, asked):
        seen.append((asked.folds, asked.trials, asked.jobs))
        return cheap_models(problem, asked)

    monkeypatch.setattr(command, "default_models", spy)
    skkeras_command("benchmark", "iris", *options)
    assert seen == [settings]


def test_a_model_that_fails_gives_status_1(skkeras_command, monkeypatch, tmp_path):
    def with_a_broken_one(problem, settings):
        return cheap_models(problem, settings) | {"broken": Ridge(alpha="much")}

    monkeypatch.setattr(command, "default_models", with_a_broken_one)
    done = skkeras_command("benchmark", "boston")
    assert done.exit_code == 1
    assert "broken failed: InvalidParameterError" in done.stdout
    assert (tmp_path / "skkeras-report" / "report.md").exists()


@pytest.mark.in_turn
@pytest.mark.slow
def test_quick_benchmark_of_everything_is_quick_and_quiet(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "benchmark", "--quick"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "failed" not in done.stdout
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert scores.groupby("dataset")["model"].nunique().tolist() == [10, 10, 10]
    mean = scores.groupby(["dataset", "metric", "model"])["value"].mean()
    assert mean["iris", "accuracy", "Keras MLP"] > 0.8
    assert mean["boston", "r2", "Keras MLP"] > 0.5


FAR = """
import sys
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from skkeras.cli import main
from skkeras.report import command

command.default_models = lambda problem, settings: {
    "linear": LinearRegression(),
    "far": DummyRegressor(strategy="constant", constant=1e200),
    "farther": DummyRegressor(strategy="constant", constant=1e300),
}
sys.argv = ["skkeras", "benchmark", "data.csv", "--target", "y", "--folds", "3"]
main()
"""


def test_a_picture_that_fails_costs_no_measurement(skkeras_command, csv, monkeypatch):
    monkeypatch.setattr(report_files, "draw_benchmark", drawing.draw_benchmark)
    Path("skkeras-report").mkdir()
    Path("skkeras-report/figures").write_text("a file where the folder should be")
    path = csv(a=range(60), y=[0.5, 1.5, 2.5] * 20)
    done = skkeras_command("benchmark", path, "--target", "y", "--folds", "3")
    assert done.exit_code == 0, done.output
    folder = Path("skkeras-report")
    assert len(pd.read_csv(folder / "scores.csv")) > 0
    assert json.loads((folder / "report.json").read_text())
    page = (folder / "report.html").read_text()
    assert "could not be drawn: FileExistsError" in page


@pytest.mark.parametrize("fails", ["plot_scores", "values"])
def test_where_one_picture_fails_the_others_are_drawn(
    skkeras_command, csv, monkeypatch, fails
):
    """As it is drawn, or as it is described."""
    by_itself = drawing.overview

    def overview(comparison):
        if fails == "plot_scores":
            monkeypatch.setattr(type(comparison), fails, lambda *_, **__: 1 / 0)
            return by_itself(comparison)
        raise ZeroDivisionError

    monkeypatch.setattr(drawing, "overview", overview)
    monkeypatch.setattr(report_files, "draw_benchmark", drawing.draw_benchmark)
    path = csv(a=range(60), y=[0.5, 1.5, 2.5] * 20)
    done = skkeras_command("benchmark", path, "--target", "y", "--folds", "3")
    assert done.exit_code == 0, done.output
    page = Path("skkeras-report/report.html").read_text()
    assert page.count("could not be drawn: ZeroDivisionError") == 1
    drawn = {each.stem for each in Path("skkeras-report/figures").glob("*.svg")}
    assert any("residuals" in name for name in drawn)
    assert any("pareto" in name for name in drawn) == (fails == "plot_scores")


@pytest.mark.in_turn
def test_scores_beyond_floating_point_are_shown_without_warnings(tmp_path):
    """Predictions so far off that their squares overflow."""
    rows = ["a,y", *(f"{i},{i % 7 + i / 3}" for i in range(60))]
    (tmp_path / "data.csv").write_text("\n".join(rows))
    done = run_python(FAR, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "-inf" in done.stdout
    assert "1e+300" in done.stdout
    assert "a score that is not finite allows no test" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80
    scores = pd.read_csv(tmp_path / "skkeras-report" / "scores.csv")
    assert len(scores) == 3 * 3 * 3
    assert np.isneginf(scores["value"][scores["model"].isin(["far", "farther"])]).any()


@pytest.mark.parametrize("size", [1e300, 1e160, 1e40, 1e-300, 1e-160, 1e-40])
@pytest.mark.parametrize("column", ["a", "y"])
def test_numbers_beyond_single_precision_are_refused(
    skkeras_command, csv, size, column
):
    """R² of 1 for the dummy is what squares of 1e-300 give."""
    columns = {"a": np.linspace(-1, 1, 60), "y": np.sin(np.arange(60))}
    columns[column] = size * columns[column]
    done = skkeras_command("benchmark", csv(**columns), "--target", "y")
    assert done.exit_code == 2
    assert f"largest number of column {column!r} has the size" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not Path("skkeras-report").exists()
